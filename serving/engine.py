"""All that answers, loaded once: classifier, searcher, tree and lookup."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cartography.crosswalk import Crosswalk, load_crosswalk
from cartography.errors import FicheInvalid, RecordError
from cartography.fiche import Fiche, fiche_from_mapping
from cartography.lookup import Lookup
from cartography.places import load_places
from cartography.tree import Cartographie, Node
from models.classifier import Classifier
from models.search.bridges import Bridges
from models.search.generations import current
from models.search.index import open_index
from models.search.live import Change, delete, upsert
from models.search.searcher import Searcher
from models.search.suggestions import Suggestions
from serving.index import index_directory
from serving.ingest.answering import Answering
from serving.model import load_classifier
from serving.settings import Settings

__all__ = ["Engine", "load_classifier"]

MOST_DEAD = 5_000
"""Records no longer there that memory may hold, some 2 KB each; a tenth of a large index."""
TITLES = 50_000
"""Titles of the catalogue that are suggested: the most frequent."""


@dataclass(frozen=True)
class Engine:
    """What answers requests.

    Attributes:
        classifier: fiche → answer.
        answering: fiches → the JSON of their answers, remembered.
        directory: of the index.
        searcher: query → records of the index.
        bridges: record or text → what is near it.
        suggestions: beginning of a text → what it may go on as.
        cartographie: the tree that both answer with.
        lookup: what people write → nodes of that tree.
        crosswalk: ROME → GEN.
    """

    classifier: Classifier
    answering: Answering
    directory: Path
    searcher: Searcher
    bridges: Bridges
    suggestions: Suggestions
    cartographie: Cartographie
    lookup: Lookup
    crosswalk: Crosswalk

    @classmethod
    def load(cls, settings: Settings, bundle: Path | None = None) -> Engine:
        """Load everything and answer once, so that the first request is no slower than the next.

        Args:
            settings: what to load.
            bundle: directory of the model, where it is already chosen.

        Raises:
            GenscanError: the model or the index cannot be used; the message says why.
        """
        classifier = load_classifier(settings, bundle)
        directory = index_directory(settings, classifier)
        tree, crosswalk = classifier.cartographie, load_crosswalk()
        searcher = Searcher(open_index(directory, classifier.bundle), classifier)
        engine = cls(
            classifier,
            Answering.of(classifier, settings.cache_fiches, settings.max_text_chars),
            directory,
            searcher,
            Bridges(searcher, classifier),
            _suggestions(searcher, tree, crosswalk),
            tree,
            Lookup.build(tree),
            crosswalk,
        )
        engine._warm_up()
        return engine

    def _warm_up(self) -> None:
        title = self.cartographie.postes[0].libelle
        self.classifier.classify([Fiche(id="-", type="offre", intitule=title)])
        self.searcher.warm_up()
        load_places()
        settle()

    def reopened(self) -> Engine | None:
        """Return an engine on the current generation of the index; None where it is the one that is open.

        The same generation is opened anew once memory holds many records that later versions took the place of.

        Raises:
            GenscanError: the new generation cannot be used.
        """
        index = self.searcher.index
        if current(self.directory) == index.folder and index.dead < max(MOST_DEAD, index.vectors.stored // 10):
            return None
        searcher = Searcher(open_index(self.directory, self.classifier.bundle), self.classifier)
        searcher.warm_up()
        suggestions = _suggestions(searcher, self.cartographie, self.crosswalk)
        return replace(self, searcher=searcher, bridges=Bridges(searcher, self.classifier), suggestions=suggestions)

    def upsert(self, fiches: Sequence[Fiche]) -> Change:
        """Store records in the index. Raises what `models.search.live.upsert` does."""
        return upsert(self.directory, fiches, self.classifier) if fiches else Change()

    def delete(self, keys: Iterable[tuple[str, str]]) -> Change:
        """Remove records from the index, by type and identifier."""
        return delete(self.directory, keys, self.classifier)

    @staticmethod
    def record_of(value: Any) -> Fiche | RecordError:
        """Return the record of a JSON value, or what is wrong with it."""
        if not isinstance(value, dict):
            return RecordError("fiche_invalide", "un objet JSON est attendu")
        try:
            return fiche_from_mapping(value)
        except FicheInvalid as error:
            return RecordError(error.code, error.message, error.fiche_id, error.champ)

    def node_id(self, text: str, level: type[Node]) -> str | None:
        """Return the identifier of the node of a level that an identifier, label or usual title names; else None."""
        return next((node.id for node in self.lookup.find(text) if isinstance(node, level)), None)

    def search_versions(self) -> dict[str, str]:
        """Return what makes a search's answer."""
        return {**self.classifier.versions, "index": self.searcher.index.state}

    def generation_versions(self) -> dict[str, str]:
        """Return what was loaded: of the index the generation, which later changes of its records leave."""
        return {**self.classifier.versions, "index": self.searcher.index.manifest.version}


def settle() -> None:
    """Tell the garbage collector that what is loaded stays.

    Looking through it would hold a query for ten milliseconds now and then. What an engine before this one left is
    looked through once more.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _suggestions(searcher: Searcher, tree: Cartographie, crosswalk: Crosswalk) -> Suggestions:
    return Suggestions.build(tree, crosswalk, searcher.index.catalogue.titles(1, TITLES))

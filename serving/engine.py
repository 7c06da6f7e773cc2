"""All that answers, loaded once: classifier, searcher, tree and lookup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cartography.crosswalk import Crosswalk, load_crosswalk
from cartography.errors import FicheInvalid, RecordError
from cartography.fiche import Fiche, fiche_from_mapping
from cartography.lookup import Lookup
from cartography.tree import Cartographie, Node
from models.classifier import Classifier
from models.index import open_index
from models.search import Searcher
from serving.batch import answer_records
from serving.index import index_directory
from serving.model import load_classifier
from serving.settings import Settings

__all__ = ["Engine", "load_classifier"]


@dataclass(frozen=True)
class Engine:
    """What answers requests.

    Attributes:
        classifier: fiche → answer.
        searcher: query → records of the index.
        cartographie: the tree that both answer with.
        lookup: what people write → nodes of that tree.
        crosswalk: ROME → GEN.
    """

    classifier: Classifier
    searcher: Searcher
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
        searcher = Searcher(open_index(directory, classifier.bundle), classifier.bundle.encoder)
        tree = classifier.cartographie
        engine = cls(classifier, searcher, tree, Lookup.build(tree), load_crosswalk())
        engine._warm_up()
        return engine

    def _warm_up(self) -> None:
        title = self.cartographie.postes[0].libelle
        self.classifier.classify([Fiche(id="-", type="offre", intitule=title)])
        self.searcher.search(title, k=1)

    def classify(self, values: list[Any], top_k: int, *, mots: bool = False) -> list[dict[str, Any]]:
        """Return one object a value, in order: its answer, or its error when it is no valid record.

        Args:
            values: JSON values; records are objects.
            top_k: how many candidate postes to give.
            mots: whether to add the words that weighed most to the evidence.
        """
        records = [_record_of(value) for value in values]
        return [answer.as_json() for answer in answer_records(records, self.classifier, top_k, mots=mots)]

    def node_id(self, text: str, level: type[Node]) -> str | None:
        """Return the identifier of the node of a level that an identifier, label or usual title names; else None."""
        return next((node.id for node in self.lookup.find(text) if isinstance(node, level)), None)

    def search_versions(self) -> dict[str, str]:
        """Return what makes a search's answer."""
        return {**self.classifier.versions, "index": self.searcher.index.manifest.version}


def _record_of(value: Any) -> Fiche | RecordError:
    if not isinstance(value, dict):
        return RecordError("fiche_invalide", "un objet JSON est attendu")
    try:
        return fiche_from_mapping(value)
    except FicheInvalid as error:
        return RecordError(error.code, error.message, error.fiche_id, error.champ)

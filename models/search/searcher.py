"""Search's way: query → vector and words → candidates under the filters → one score → duplicates, facets, page."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Literal

import faiss
import numpy as np
from numpy.typing import NDArray

from cartography.errors import GenscanError
from models.classifier import Classifier
from models.encoder import Vectors
from models.search.catalogue import CONNECTIONS
from models.search.columns import Mask, Positions
from models.search.filters import Filters, distances
from models.search.hits import Hit, told
from models.search.index import Index
from models.search.lexical import Lexicon
from models.search.ranking import Blend, Features, Filing, level_agreement
from models.search.spelling import Spelling, field_words
from models.search.understanding import Reader, Understood

CANDIDATES = 120
"""Records that each side gives."""
DEEPEST = 1_000
"""How far pages go: results beyond it are noise to a person, and each page costs the ones before it."""
DEEP_WORDS = 1_000
"""Records that the words' side looks at under a filter."""
WORDED = 0.5
"""BM25, as a share of the best candidate's, from which a record is no noise whatever the vectors say."""
LARGE = 5_000
"""Records from which a catalogue is a large one."""
FORMS = 50_000
"""Most words that typing errors are mended to."""

Worded = list[tuple[int, float]]
"""(row, BM25) of the records that hold words of a query, the best first."""
Tri = Literal["pertinence", "date", "duree", "distance", "intitule"]


class UnknownFiche(GenscanError):
    """An identifier that the index does not hold."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked.

    Attributes:
        texte: what a person typed; "" to browse.
        k: results of a page.
        debut: results before the page.
        filters: what a result must be.
        tri: order of the results.
        facettes: criteria whose values are counted.
        extraits: whether to say where words match, and which passage is nearest in meaning.
    """

    texte: str = ""
    k: int = 10
    debut: int = 0
    filters: Filters = field(default_factory=Filters)
    tri: Tri = "pertinence"
    facettes: tuple[str, ...] = ()
    extraits: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """What is found.

    Attributes:
        hits: the page's results, the best first.
        total: how many results there are, duplicates shown once; at most `DEEPEST` for a text.
        facettes: criterion → value → how many results hold it, the criterion's own filter left out.
        compris: how the text was understood; None for "".
        hors_domaine: whether the text is about something else than the field.
    """

    hits: list[Hit]
    total: int
    facettes: dict[str, dict[str, int]]
    compris: Understood | None
    hors_domaine: bool = False


@dataclass(frozen=True)
class Ranked:
    """Results in order: positions, int64 (n,), scores and cosines, float32 (n,); NaN where there is no text.

    `kept` says which are no noise, bool (n,).
    """

    positions: Positions
    scores: NDArray[np.float32]
    cosines: NDArray[np.float32]
    kept: Mask

    @classmethod
    def unscored(cls, positions: Positions) -> Ranked:
        """Return results that only the filters chose."""
        nothing = np.full(len(positions), np.nan, dtype=np.float32)
        return cls(positions, nothing, nothing, np.ones(len(positions), dtype=bool))

    def take(self, picked: NDArray[np.intp]) -> Ranked:
        """Return some of the results."""
        return Ranked(self.positions[picked], self.scores[picked], self.cosines[picked], self.kept[picked])


class Searcher:
    """Answers queries on one index."""

    def __init__(self, index: Index, classifier: Classifier, blend: Blend | None = None) -> None:
        """Tie an open index and the model that it was made with."""
        self.index = index
        self.blend = blend or Blend()
        self._classifier = classifier
        self._filing = Filing(classifier.cartographie)
        self._lexicon = Lexicon(index.catalogue)
        self._reader = Reader(classifier, self._spelling())
        self._state = index.state
        # The model's library and SQLite both let other threads run: a query's two sides take the time of the longer.
        self._beside = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="mots")
        # One query is too small to share among cores, and several are answered at once.
        faiss.omp_set_num_threads(1)

    def warm_up(self) -> None:
        """Answer, so that the engine is prepared for the shapes of queries: the first time is slow."""
        for length in range(1, 8):
            self.search(Query(" ".join(["web"] * 6 * length), facettes=("famille",)))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors that queries are searched by, float32 (len(texts), dimension)."""
        return np.stack([self._reader.read(text).vector for text in texts])

    def search(self, query: Query) -> Page:
        """Answer a query.

        Raises:
            GenscanError: sorting by distance without a place ("tri_sans_lieu").
        """
        self._follow()
        text = query.texte.strip()
        # Under a filter, the first that pass may stand far down.
        deepest = 2 * CANDIDATES if query.filters == Filters() else DEEP_WORDS
        understood, worded = self._understood(text, deepest) if text else (None, [])
        found = self._found(understood, worded, query.filters)
        ordered = self._sorted(found, query)
        page = ordered.take(np.arange(query.debut, min(query.debut + query.k, len(ordered.positions))))
        hits = told(self.index, page, understood, extraits=query.extraits)
        return Page(
            hits,
            len(found.positions),
            {name: self._counts(name, understood, worded, query.filters, found) for name in query.facettes},
            understood,
            understood is not None and self._is_outside(understood),
        )

    def _understood(self, text: str, deepest: int) -> tuple[Understood, Worded]:
        """Return what a text means and the records that hold its words, both looked for at once."""
        heard = self._reader.hear(text)
        worded = self._beside.submit(self._lexicon.search, heard.termes, deepest)
        try:
            understood = self._reader.understand(heard)
        finally:
            # Whatever happens, nothing of the query goes on after it.
            wait([worded])
        return understood, worded.result()

    def _is_outside(self, understood: Understood) -> bool:
        return understood.numerique < self._classifier.bundle.calibration.thresholds.numerique

    def _spelling(self) -> Spelling:
        """Return what typing errors are mended with: the catalogue's words, the field's, the encoder's."""
        # A large catalogue holds the common mistakes several times.
        least = 5 if self.index.count > LARGE else 2
        known = [*field_words(), *self._classifier.bundle.encoder.words()]
        return Spelling(self.index.catalogue.forms(least, FORMS), known)

    def _follow(self) -> None:
        self.index.refresh()
        if self.index.state != self._state:
            self._state = self.index.state
            self._lexicon.forget()

    def _found(self, understood: Understood | None, worded: Worded, filters: Filters) -> Ranked:
        """Return the results of a query, duplicates shown once, the best first."""
        mask = filters.mask(self.index.columns)
        if understood is None:
            return Ranked.unscored(np.flatnonzero(self.index.columns.shown(mask)))
        ranked = self._candidates(understood, self._passing(worded, mask), mask)
        kept = ranked.take(np.flatnonzero(ranked.kept))
        groups = self.index.columns.groups(kept.positions)
        _, first = np.unique(groups, return_index=True)
        return kept.take(np.sort(first)[:DEEPEST])

    def _candidates(self, understood: Understood, worded: dict[int, float], mask: Mask) -> Ranked:
        """Return the records that vectors and words find under a mask, scored, the best first."""
        positions, features = self._features(understood, worded, mask)
        scores = self.blend.score(features)
        order = np.lexsort((positions, -scores))
        least = self.blend.outside if self._is_outside(understood) else self.blend.least
        kept = (scores >= least) | (features.words >= WORDED)
        return Ranked(positions, scores, features.cosine, kept).take(order)

    def _features(self, understood: Understood, worded: dict[int, float], mask: Mask) -> tuple[Positions, Features]:
        columns, vectors = self.index.columns, self.index.vectors
        cosines, near = vectors.search(understood.vector, CANDIDATES, mask)
        others = np.setdiff1d(np.fromiter(worded, dtype=np.int64), near)
        positions = np.concatenate([near, others])
        # FTS5 gives words that most records hold next to nothing, or nothing.
        best = max([*worded.values(), 1e-9])
        return positions, Features(
            np.concatenate([cosines, vectors.at(others) @ understood.vector]),
            np.array([worded.get(position, 0.0) / best for position in positions.tolist()], dtype=np.float32),
            self._filing.agreement(understood.postes, columns, positions),
            level_agreement(understood.niveaux, columns, positions),
        )

    def features(self, texte: str) -> tuple[Positions, Features]:
        """Return the candidates for a text, positions of n records, and what they are ranked by."""
        self._follow()
        understood, found = self._understood(texte, 2 * CANDIDATES)
        mask = Filters().mask(self.index.columns)
        worded = self._passing(found, mask)
        return self._features(understood, worded, mask)

    def _passing(self, found: Worded, mask: Mask) -> dict[int, float]:
        """Return position → BM25 of the best records that hold words of the query and pass a mask."""
        if not found:
            return {}
        columns = self.index.columns
        rows = np.array([row for row, _ in found], dtype=np.int64)
        scores = np.array([score for _, score in found])
        known = np.isin(rows, columns.rows(columns.positions(rows)))
        positions, scores = columns.positions(rows), scores[known]
        inside = positions < len(mask)
        positions, scores = positions[inside], scores[inside]
        passing = np.flatnonzero(mask[positions])[:CANDIDATES]
        return dict(zip(positions[passing].tolist(), scores[passing].tolist(), strict=True))

    def _sorted(self, found: Ranked, query: Query) -> Ranked:
        columns = self.index.columns
        positions = found.positions
        if query.tri == "pertinence":
            return found if query.texte.strip() else found.take(np.argsort(-positions, kind="stable"))
        if query.tri == "intitule":
            return found.take(self._by_title(positions))
        if query.tri == "distance":
            if query.filters.autour is None:
                raise GenscanError("tri_sans_lieu", "tri : pour trier par distance, donnez un lieu")
            keys = distances(columns, query.filters.autour)[positions]
        else:
            keys = (
                -columns.numbers("date")[positions]
                if query.tri == "date"
                else columns.numbers("duree_heures")[positions]
            )
        # Unknown last; among equals the order before.
        return found.take(np.argsort(np.where(np.isnan(keys), np.inf, keys), kind="stable"))

    def _by_title(self, positions: Positions) -> NDArray[np.intp]:
        titles = self.index.catalogue.folded_titles(self.index.columns.rows(positions).tolist())
        return np.array(sorted(range(len(titles)), key=lambda rank: titles[rank]), dtype=np.intp)

    def _counts(
        self, name: str, understood: Understood | None, worded: Worded, filters: Filters, found: Ranked
    ) -> dict[str, int]:
        """Return how many results hold each value of a criterion, with all the filters but its own."""
        if name in filters.active():
            found = self._found(understood, worded, filters.without(name))
        return self.index.columns.column(name).counts(found.positions)

    def hit(self, fiche_id: str, fiche_type: str | None = None) -> Hit:
        """Return a record as results tell it, without a score.

        Raises:
            UnknownFiche: the index has no such record.
        """
        self._follow()
        row = self.row_of(fiche_id, fiche_type)
        found = told(self.index, Ranked.unscored(self.index.columns.positions(np.array([row]))), None)
        if not found:
            raise UnknownFiche("fiche_inconnue", f"aucune fiche {fiche_id!r} dans l'index")
        return found[0]

    def row_of(self, fiche_id: str, fiche_type: str | None = None) -> int:
        """Return the row of an identifier (the formation's where both types have it and none is asked).

        Raises:
            UnknownFiche: the index has no such record.
        """
        rows = self.index.catalogue.rows_of(fiche_id, fiche_type)
        if not rows:
            raise UnknownFiche("fiche_inconnue", f"aucune fiche {fiche_id!r} dans l'index")
        return rows[0]

"""Search's way: query → vector → FAISS under the filters → records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from cartography.errors import GenscanError
from cartography.fiche import FicheType
from models.answer import SCORE_DIGITS
from models.catalogue import Entry
from models.encoder import Encoder, Vectors
from models.index import Index

MAX_EXTRACT = 280
"""Characters of the description shown with a result."""


class UnknownFiche(GenscanError):
    """An identifier that the index does not hold."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a result must be; None lets everything pass.

    Attributes:
        type: formation or offre.
        famille: identifier of the best guess's famille; likewise metier and poste.
        metier: see famille.
        poste: see famille.
        numerique: only records inside (True) or outside (False) the cartographie.
    """

    type: FicheType | None = None
    famille: str | None = None
    metier: str | None = None
    poste: str | None = None
    numerique: bool | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: the record, its stored answer, and the cosine of its vector with the query's, in [-1, 1]."""

    entry: Entry
    score: float

    def as_json(self) -> dict[str, Any]:
        """Return the result as the API and the command line give it."""
        fiche, reponse = self.entry.fiche, self.entry.reponse
        description = fiche.get("description", "")
        extract = description if len(description) <= MAX_EXTRACT else description[:MAX_EXTRACT].rsplit(" ", 1)[0] + "…"
        return {
            "id": fiche["id"],
            "type": fiche["type"],
            "intitule": fiche["intitule"],
            "score": round(self.score, SCORE_DIGITS),
            "extrait": extract,
            "numerique": reponse["numerique"],
            "niveau": reponse["niveau"],
            "famille": reponse["famille"],
            "metier": reponse["metier"],
            "poste": reponse["poste"],
            "fiche": fiche,
        }


class Searcher:
    """Answers queries on one index."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        """Load what filters look at; the encoder must be the index's own (`open_index` checks it)."""
        self.index = index
        self._encoder = encoder
        self._columns = _Columns.of(index)
        # One query is too small to share among cores, and several are answered at once.
        faiss.omp_set_num_threads(1)

    def search(self, text: str, *, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the k nearest records to a text, the nearest first.

        Args:
            text: what a person typed.
            k: how many at most.
            filters: what a result must be.
        """
        return self._nearest(self._encoder.encode([text])[0], k, filters or Filters())

    def similar(self, row: int, *, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return the k records nearest to a stored one, itself left out."""
        hits = self._nearest(self.index.vector_of(row), k + 1, filters or Filters())
        return [hit for hit in hits if hit.entry.row != row][:k]

    def row_of(self, fiche_id: str, fiche_type: str | None = None) -> int:
        """Return the row of an identifier (the formation's where both types have it and none is asked).

        Raises:
            UnknownFiche: the index has no such record.
        """
        rows = self.index.catalogue.rows_of(fiche_id, fiche_type)
        if not rows:
            raise UnknownFiche("fiche_inconnue", f"aucune fiche {fiche_id!r} dans l'index")
        return rows[0]

    def _nearest(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        rows = self._columns.select(filters)
        k = min(k, len(self._columns.rows) if rows is None else len(rows))
        if k <= 0:
            return []
        # The selector refers to the array without owning it: both must live until the search ends.
        parameters = faiss.SearchParameters()
        if rows is not None:
            parameters.sel = selector = faiss.IDSelectorBatch(rows)  # noqa: F841  kept alive by this name
        scores, found = self.index.vectors.search(vector[None, :], k, params=parameters)
        pairs = [(int(r), float(s)) for r, s in zip(found[0], scores[0], strict=True) if r >= 0]
        entries = {e.row: e for e in self.index.catalogue.entries([r for r, _ in pairs])}
        return [Hit(entries[row], score) for row, score in pairs if row in entries]


@dataclass(frozen=True)
class _Column:
    """One filterable field as small integers: a row's code is the rank of its value, -1 for none."""

    codes: NDArray[np.int16]
    ranks: dict[Any, int]

    @classmethod
    def of(cls, values: Sequence[Any]) -> _Column:
        ranks = {value: rank for rank, value in enumerate(dict.fromkeys(v for v in values if v is not None))}
        return cls(np.array([ranks.get(v, -1) for v in values], dtype=np.int16), ranks)

    def equals(self, value: Any) -> NDArray[np.bool_]:
        mask: NDArray[np.bool_] = self.codes == self.ranks.get(value, len(self.ranks))
        return mask


@dataclass(frozen=True)
class _Columns:
    """The filterable fields, aligned with `rows`, int64 (number of records,)."""

    rows: NDArray[np.int64]
    columns: dict[str, _Column]

    @classmethod
    def of(cls, index: Index) -> _Columns:
        facets = list(index.catalogue.facets())
        names = [f.name for f in fields(Filters)]
        return cls(
            np.array([f.row for f in facets], dtype=np.int64),
            {name: _Column.of([getattr(f, name) for f in facets]) for name in names},
        )

    def select(self, filters: Filters) -> NDArray[np.int64] | None:
        """Return the rows that pass, None when all do."""
        wanted = {name: getattr(filters, name) for name in self.columns if getattr(filters, name) is not None}
        if not wanted:
            return None
        mask = np.logical_and.reduce([self.columns[name].equals(value) for name, value in wanted.items()])
        return self.rows[mask]

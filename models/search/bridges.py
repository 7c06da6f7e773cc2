"""Bridges between courses and offers: what is near a record or a text, varied, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartography.fiche import Fiche
from models.classifier import Classifier
from models.encoder import Vectors
from models.reading import words
from models.search.catalogue import Entry
from models.search.columns import Positions
from models.search.filters import Filters
from models.search.highlights import first_lines
from models.search.hits import Hit
from models.search.ranking import Filing
from models.search.searcher import Searcher, UnknownFiche

CANDIDATES = 100
"""Neighbours among which the varied few are chosen."""
VARIETY = 0.3
"""Part of the choice that goes to being unlike the results before (Carbonell & Goldstein 1998, λ = 1 − it)."""
FILED = 0.15
"""Cosine that being filed under one poste is worth."""
MOST_SHARED = 5
"""Words told that two records share."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """One result and its reasons, the strongest first."""

    hit: Hit
    raisons: tuple[dict[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the result as the API gives it."""
        return {**self.hit.as_json(), "raisons": list(self.raisons)}


@dataclass(frozen=True)
class _Origin:
    """What is compared: its vector, postes' probabilities, record, and its own row where it is stored."""

    vector: Vectors
    postes: NDArray[np.float32]
    fiche: Mapping[str, Any]
    row: int | None = None


class Bridges:
    """Finds what is near a record or a text."""

    def __init__(self, searcher: Searcher, classifier: Classifier) -> None:
        """Take the searcher of an index and the model that it was made with."""
        self._searcher = searcher
        self._classifier = classifier
        self._filing = Filing(classifier.cartographie)
        self._ranks = {poste.id: rank for rank, poste in enumerate(classifier.cartographie.postes)}

    def of_row(self, row: int, *, k: int = 10, filters: Filters | None = None) -> list[Bridge]:
        """Return what is near a stored record, itself and its duplicates left out.

        Raises:
            UnknownFiche: it is no longer there.
        """
        index = self._searcher.index
        index.refresh()
        entries, vector = index.catalogue.entries([row]), index.vector_of(row)
        if not entries or vector is None:
            raise UnknownFiche("fiche_inconnue", "cette fiche vient d'être retirée de l'index")
        entry = entries[0]
        postes = np.zeros(len(self._ranks), dtype=np.float32)
        for candidate in entry.reponse["candidats"]:
            if candidate["poste"] in self._ranks:
                postes[self._ranks[candidate["poste"]]] = candidate["score"]
        return self._near(_Origin(vector, postes, entry.fiche, row), k, filters or Filters())

    def of_fiche(self, fiche: Fiche, *, k: int = 10, filters: Filters | None = None) -> list[Bridge]:
        """Return what is near a record; a stored one of the same type and id is left out."""
        encoded = self._classifier.encode([fiche], whole=True)
        postes = self._classifier.probabilities([fiche], encoded)[0, :-1]
        rows = self._searcher.index.catalogue.rows_of(fiche.id, fiche.type)
        origin = _Origin(encoded.embedding[0], postes, fiche.as_json(), rows[0] if rows else None)
        return self._near(origin, k, filters or Filters())

    def _near(self, origin: _Origin, k: int, filters: Filters) -> list[Bridge]:
        self._searcher.index.refresh()
        index = self._searcher.index
        mask = filters.mask(index.columns)
        if origin.row is not None:
            own = index.columns.positions(np.array([origin.row]))
            if len(own):
                mask &= index.columns.groups(np.arange(len(mask))) != index.columns.groups(own)[0]
        cosines, positions = index.vectors.search(origin.vector, max(CANDIDATES, k), index.columns.shown(mask))
        agreement = self._filing.agreement(origin.postes, index.columns, positions)
        scores = cosines + FILED * agreement
        picked = varied(scores, index.vectors.at(positions), k)
        return self._told(origin, positions[picked], cosines[picked])

    def _told(self, origin: _Origin, positions: Positions, cosines: NDArray[np.float32]) -> list[Bridge]:
        index = self._searcher.index
        rows = index.columns.rows(positions).tolist()
        entries = {entry.row: entry for entry in index.catalogue.entries(rows)}
        bridges = []
        for row, cosine in zip(rows, cosines.tolist(), strict=True):
            if (entry := entries.get(row)) is None:
                continue
            extract = first_lines(entry.fiche.get("description", ""))
            hit = Hit(entry, max(0.0, min(1.0, cosine)), cosine, extract, [], mots=False)
            bridges.append(Bridge(hit, tuple(self._reasons(origin, entry))))
        return bridges

    def _reasons(self, origin: _Origin, entry: Entry) -> list[dict[str, str]]:
        """Return why a result is near: where both are filed, codes and words that they share."""
        reasons = []
        if len(origin.postes) and origin.postes.any():
            mine = self._classifier.cartographie.postes[int(origin.postes.argmax())]
            theirs = entry.reponse
            levels = (("poste", mine.id), ("metier", mine.metier_id), ("famille", mine.famille_id))
            shared = next(
                ((n, theirs[n]["libelle"]) for n, own in levels if theirs[n] and theirs[n]["id"] == own), None
            )
            if shared:
                reasons.append({"type": shared[0], "texte": shared[1]})
        for name in ("rncp", "rome"):
            codes = _listed(origin.fiche.get(name)) & _listed(entry.fiche.get(name))
            reasons += [{"type": name, "texte": code} for code in sorted(codes)]
        common = shared_words(origin.fiche, entry.fiche, self._classifier.bundle.reader.salience)
        if common:
            reasons.append({"type": "mots", "texte": ", ".join(common)})
        place = entry.fiche.get("lieu")
        if place and place == origin.fiche.get("lieu"):
            reasons.append({"type": "lieu", "texte": str(place)})
        return reasons


def varied(scores: NDArray[np.float32], vectors: Vectors, k: int, variety: float = VARIETY) -> NDArray[np.intp]:
    """Return ranks of k results, each the best once its likeness to those before is taken off.

    Maximal marginal relevance: Carbonell & Goldstein 1998, The Use of MMR, Diversity-Based Reranking.

    Args:
        scores: (n,).
        vectors: float32 (n, dimension), unit rows.
        k: how many.
        variety: weight of the likeness, in [0, 1].

    The second is like the first, and the third nearly as good as the second:

    >>> vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    >>> varied(np.array([0.9, 0.8, 0.7], dtype=np.float32), vectors, 2).tolist()
    [0, 2]
    """
    chosen: list[int] = []
    likeness = np.full(len(scores), -1.0, dtype=np.float32)
    left = np.ones(len(scores), dtype=bool)
    for _ in range(min(k, len(scores))):
        worth = (1 - variety) * scores - (variety * likeness if chosen else 0)
        best = int(np.argmax(np.where(left, worth, -np.inf)))
        chosen.append(best)
        left[best] = False
        likeness = np.maximum(likeness, vectors @ vectors[best])
    return np.array(chosen, dtype=np.intp)


def shared_words(one: Mapping[str, Any], other: Mapping[str, Any], salience: Mapping[str, float]) -> list[str]:
    """Return the most telling words that two records share, the most telling first."""
    mine, theirs = (set(words(f"{fiche['intitule']} {fiche.get('description', '')}"[:6_000])) for fiche in (one, other))
    shared = ((salience.get(word, 0.0), word) for word in mine & theirs if len(word) > 1 and not word.isdigit())
    return [word for weight, word in sorted(shared, reverse=True)[:MOST_SHARED] if weight > 0.3]


def _listed(value: Any) -> set[str]:
    found = value if isinstance(value, list) else [value]
    return {text for text in found if isinstance(text, str)}

"""Why this answer: the nearest labelled titles, and what the ROME coding says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cartography.crosswalk import HORS, Crosswalk
from cartography.fiche import Fiche
from models.answer import Preuve
from models.arithmetic import largest, product
from models.bundle import References
from models.encoder import Vectors
from models.prior import ROME_OF

NEIGHBOURS = 3
MIN_COSINE = 0.3
"""Below this a neighbour is no evidence: measured, unrelated titles of the references rarely pass it."""

_ROWS = 256
"""Records compared with the references at a time: bounds the memory."""


class Evidence:
    """Finds the evidence of answers."""

    def __init__(self, references: References, crosswalk: Crosswalk) -> None:
        """Keep the labelled titles and the crosswalk to cite from."""
        self._references = references
        self._crosswalk = crosswalk

    def find(self, fiches: Sequence[Fiche], vectors: Vectors) -> list[tuple[Preuve, ...]]:
        """Return the evidence of each fiche: its appellation, its ROME codes, then its nearest labelled titles.

        Args:
            fiches: n records.
            vectors: float32 (n, dimension), their vectors.
        """
        neighbours = self._neighbours(vectors)
        return [(*self._coding(fiche), *neighbours[i]) for i, fiche in enumerate(fiches)]

    def _coding(self, fiche: Fiche) -> list[Preuve]:
        found = []
        appellation = self._crosswalk.rome.appellation(fiche.appellation) if fiche.appellation else None
        if appellation is not None:
            shares = self._crosswalk.of_appellation(appellation.ogr)
            found.append(_coded("appellation", appellation.libelle, shares, appellation.ogr))
        version = ROME_OF[fiche.type]
        for code in fiche.rome:
            known = self._crosswalk.rome.code(code)
            if known.libelle:
                label = self._crosswalk.rome.label(known.code, version)
                found.append(_coded("rome", label, self._crosswalk.of_code(known.code, version), known.code))
            else:
                found.append(Preuve("rome", f"code ROME {known.statut}", (), 0.0, known.code))
        return found

    def _neighbours(self, vectors: Vectors) -> list[list[Preuve]]:
        found: list[list[Preuve]] = []
        for start in range(0, len(vectors), _ROWS):
            cosines = product(vectors[start : start + _ROWS], self._references.vectors)
            # Rounding may leave a cosine a hair above 1.
            np.clip(cosines, -1.0, 1.0, out=cosines)
            nearest = largest(cosines.copy(), NEIGHBOURS)
            scores = np.take_along_axis(cosines, nearest, axis=1)
            found += [
                [self._neighbour(rank, score) for rank, score in zip(ranks, row, strict=True) if score >= MIN_COSINE]
                for ranks, row in zip(nearest.tolist(), scores.tolist(), strict=True)
            ]
        return found

    def _neighbour(self, rank: int, score: float) -> Preuve:
        return Preuve("voisin", self._references.texts[rank], self._references.postes[rank], score)


def _coded(kind: str, label: str, shares: dict[str, float], code: str) -> Preuve:
    postes = tuple(p for p in shares if p != HORS)[:3]
    best = max((shares[p] for p in postes), default=shares.get(HORS, 0.0))
    return Preuve("appellation" if kind == "appellation" else "rome", label, postes, best, code)

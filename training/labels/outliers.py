"""Records that lie apart from those of their label, nearer to those of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Vectors

NEAREST = 5
"""Neighbours on either side. A label with fewer other records gives no verdict."""
BLOCK = 512
"""Rows of the cosine matrix held at once: bounds the memory."""

Accepted = NDArray[np.bool_]


@dataclass(frozen=True)
class Isolation:
    """How records lie among their neighbours.

    Attributes:
        score: in [0, 1], one a record; 0 where its own label's records are at least as near, or too few to tell.
        same: mean cosine to the nearest records of the same label.
        other: likewise of other labels.
        nearest: rank of the nearest record of another label.
    """

    score: NDArray[np.float64]
    same: NDArray[np.float64]
    other: NDArray[np.float64]
    nearest: NDArray[np.intp]


def misplacement(same: float, other: float) -> float:
    """Return how much nearer the others are: the silhouette (Rousseeuw 1987) turned round, 0 where it is well placed.

    At cosine .5 of its own and .8 of the others the distances are .5 and .2: (.5 - .2) / .5.

    >>> round(misplacement(0.5, 0.8), 3), misplacement(0.8, 0.5)
    (0.6, 0.0)
    """
    return max(0.0, (other - same) / (1 - same)) if same < 1 else 0.0


def isolation(vectors: Vectors, accepted: Accepted, groups: NDArray[np.intp]) -> Isolation:
    """Compare each record with its nearest neighbours of the same label and of others.

    Near-duplicates of a record are left out: a copy with the same mistake would vouch for it.

    Args:
        vectors: float32 (n, dimension), unit rows.
        accepted: bool (n, classes); two records have the same label when they share a class.
        groups: (n,) number of each record's group of near-duplicates.
    """
    n = len(vectors)
    score, same, other = np.zeros(n), np.zeros(n), np.zeros(n)
    nearest = np.zeros(n, dtype=np.intp)
    classes = accepted.astype(np.float32)
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        cosines = np.clip(vectors[rows] @ vectors.T, -1.0, 1.0)
        alike = classes[rows] @ classes.T > 0
        cosines[groups[rows, None] == groups[None, :]] = -np.inf
        foreign = np.where(alike, -np.inf, cosines)
        nearest[rows] = foreign.argmax(axis=1)
        same[rows], other[rows] = _mean_nearest(np.where(alike, cosines, -np.inf)), _mean_nearest(foreign)
    for row in np.flatnonzero(np.isfinite(same) & np.isfinite(other)):
        score[row] = misplacement(same[row], other[row])
    return Isolation(score, same, other, nearest)


def _mean_nearest(cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean of the largest `NEAREST` of each row; -inf where there are fewer."""
    if cosines.shape[1] < NEAREST:
        return np.full(len(cosines), -np.inf)
    largest = np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:]
    mean: NDArray[np.float64] = largest.mean(axis=1, dtype=np.float64)
    return mean


def nearest_rows(vectors: Vectors, vector: NDArray[np.float32], count: int, *, but: int | None = None) -> list[int]:
    """Return the ranks of the rows nearest to a vector, the nearest first, `but` one."""
    cosines = vectors @ vector
    ranks = [int(r) for r in np.argsort(-cosines, kind="stable")[: count + 1]]
    return [r for r in ranks if r != but][:count]

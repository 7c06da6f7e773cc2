"""How sure an answer is: the probability that a node given as best guess is one that people accept.

A record may accept several postes. Its distribution then shares the mass between them, and the first alone looks unsure
of an answer that is right either way; what lies behind the second tells the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.head import TreeSums
from models.layout import SurenessEntry

Floats = NDArray[np.floating[Any]]
Level = tuple[Floats, NDArray[np.intp]]
Path = tuple[Level, Level, Level]

LEAST = 1e-5
"""Probabilities are kept this far from 0 and 1: beyond it their odds are noise."""


@dataclass(frozen=True)
class Confidence:
    """Logistic regression on the log odds of the best node and of the best two together (Platt 1999, stacked).

    Attributes:
        best: weight of the log odds of the best node.
        both: weight of the log odds of the best two nodes.
        shift: added to the sum.
    """

    best: float = 1.0
    both: float = 0.0
    shift: float = 0.0

    def of(self, values: Floats, ranks: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the probability that each row's guess is accepted, (n,).

        Args:
            values: probabilities of a level's nodes, (n, nodes).
            ranks: (n,), the node given.

        One poste at a half beside another at .4, and one at a half before a crowd. With equal weights the log odds are
        (0 + ln 9) / 2 = 1.099 and (0 + ln 2.333) / 2 = .424:

        >>> values = np.array([[0.5, 0.4, 0.05, 0.05], [0.5, 0.1, 0.2, 0.2]])
        >>> Confidence(0.5, 0.5).of(values, np.array([0, 0])).round(3).tolist()
        [0.75, 0.604]
        """
        odds = evidence(values, ranks) @ np.array([self.best, self.both]) + self.shift
        sure: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return sure


@dataclass(frozen=True)
class Sureness:
    """The confidence of each level."""

    famille: Confidence = Confidence()
    metier: Confidence = Confidence()
    poste: Confidence = Confidence()

    @classmethod
    def read(cls, entry: SurenessEntry) -> Sureness:
        """Return what a bundle's calibration says."""
        return cls(*(Confidence(**level.model_dump()) for level in (entry.famille, entry.metier, entry.poste)))

    def of(self, path: Path, score: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how sure famille, métier and poste of each row are, none surer than what it lies under, (n,) each.

        Args:
            path: see `best_path`.
            score: probability of digital, (n,).
        """
        famille, metier, poste = (
            level.of(values, ranks)
            for level, (values, ranks) in zip((self.famille, self.metier, self.poste), path, strict=True)
        )
        famille = np.minimum(famille, score)
        metier = np.minimum(metier, famille)
        return famille, metier, np.minimum(poste, metier)


def best_path(postes: Floats, sums: TreeSums) -> Path:
    """Return one path down the tree a row: the likeliest famille, its likeliest métier, its likeliest poste.

    Args:
        postes: probabilities (n, postes).
        sums: the tree.

    Returns:
        For famille, métier and poste: the probabilities of the level's nodes, (n, nodes), and the node's rank, (n,).
    """
    metiers, familles = sums.sums(postes)
    f = familles.argmax(axis=1)
    m = np.where(sums.famille_of_metier == f[:, None], metiers, -1).argmax(axis=1)
    p = np.where(sums.metier_of == m[:, None], postes, -1).argmax(axis=1)
    return (familles, f), (metiers, m), (postes, p)


def evidence(values: Floats, ranks: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return what `Confidence` weighs, float64 (n, 2): log odds of the guess, and of it with the best other node."""
    rows = np.arange(len(values))
    best = values[rows, ranks].astype(np.float64)
    others = values.astype(np.float64, copy=True)
    others[rows, ranks] = 0.0
    return log_odds(np.stack([best, best + others.max(axis=1)], axis=1))


def log_odds(probabilities: Floats) -> NDArray[np.float64]:
    """Return ln p / (1 - p).

    >>> log_odds(np.array([0.5, 0.75])).round(4).tolist()
    [0.0, 1.0986]
    """
    held = np.clip(probabilities, LEAST, 1 - LEAST).astype(np.float64)
    odds: NDArray[np.float64] = np.log(held / (1 - held))
    return odds

"""The head: one linear layer over the postes and "hors numérique", and sums up the tree.

A parent's probability is the sum of its children's, so the three levels can never contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartography.tree import Cartographie
from models.arithmetic import product
from models.encoder import Vectors

Probabilities = NDArray[np.float32]


def softmax(logits: NDArray[np.floating]) -> Probabilities:
    """Return row-wise probabilities.

    >>> softmax(np.array([[0.0, np.log(3.0)]])).round(2).tolist()
    [[0.25, 0.75]]
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    result: Probabilities = (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


@dataclass(frozen=True)
class Head:
    """Linear layer, then calibration down the tree.

    Attributes:
        weight: float32 (classes, features); classes = postes in the cartographie's order, then hors numérique.
        bias: float32 (classes,).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, features: Vectors) -> NDArray[np.float32]:
        """Return logits, float32 (n, classes), for the encoder's features (n, features)."""
        result: NDArray[np.float32] = product(features, self.weight) + self.bias
        return result


@dataclass(frozen=True)
class Tempering:
    """What makes probabilities honest, level by level.

    Temperatures: Guo et al. 2017, On Calibration of Modern Neural Networks. Slope and shift of the yes-or-no decision:
    Platt 1999, Probabilistic Outputs for Support Vector Machines.

    Attributes:
        slope: multiplies the log odds of digital against hors numérique.
        shift: is added to them.
        famille: divides the log probabilities of the familles, given digital.
        metier: of a famille's métiers, given the famille.
        poste: of a métier's postes, given the métier.
    """

    slope: float = 1.0
    shift: float = 0.0
    famille: float = 1.0
    metier: float = 1.0
    poste: float = 1.0


@dataclass(frozen=True)
class TreeSums:
    """Ranks that sum the postes' probabilities up to métiers and familles.

    Attributes:
        metier_of: int (postes,), rank of each poste's métier.
        famille_of: int (postes,), rank of each poste's famille.
    """

    metier_of: NDArray[np.intp]
    famille_of: NDArray[np.intp]

    @cached_property
    def famille_of_metier(self) -> NDArray[np.intp]:
        """Return int (métiers,), rank of each métier's famille."""
        ranks = np.zeros(int(self.metier_of.max()) + 1, dtype=np.intp)
        ranks[self.metier_of] = self.famille_of
        return ranks

    @classmethod
    def of(cls, cartographie: Cartographie) -> TreeSums:
        """Build the ranks of a cartographie."""
        metiers = {m.id: i for i, m in enumerate(cartographie.metiers)}
        familles = {f.id: i for i, f in enumerate(cartographie.familles)}
        return cls(
            np.array([metiers[p.metier_id] for p in cartographie.postes], dtype=np.intp),
            np.array([familles[p.famille_id] for p in cartographie.postes], dtype=np.intp),
        )

    def sums(self, postes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return (métiers, familles): (n, number of métiers) and (n, number of familles), of the same type.

        Args:
            postes: probabilities (n, number of postes), hors numérique left out.
        """
        return _sum_by(postes, self.metier_of), _sum_by(postes, self.famille_of)


def temper(logits: NDArray[np.floating], sums: TreeSums, tempering: Tempering) -> Probabilities:
    """Return calibrated probabilities, float32 (n, classes), the last class being hors numérique.

    Each level is tempered given the one above it, so that a parent stays the sum of its children.

    Args:
        logits: (n, postes + 1).
        sums: the tree.
        tempering: of each level.

    Two postes of one métier, at odds 3 to 1, and hors numérique as likely as both together. At temperature 1/2 the odds
    of the postes become 9 to 1; hors numérique keeps its half.

    >>> sums = TreeSums(np.array([0, 0]), np.array([0, 0]))
    >>> logits = np.log(np.array([[0.375, 0.125, 0.5]]))
    >>> temper(logits, sums, Tempering()).round(3).tolist()
    [[0.375, 0.125, 0.5]]
    >>> temper(logits, sums, Tempering(poste=0.5)).astype(float).round(2).tolist()
    [[0.45, 0.05, 0.5]]
    """
    logs = logits - logits.max(axis=1, keepdims=True)
    postes = np.maximum(np.exp(logs[:, :-1], dtype=np.float64), 1e-30)
    metiers, familles = sums.sums(postes)
    odds = np.log(familles.sum(axis=1)) - logs[:, -1]
    digital = 1 / (1 + np.exp(-np.clip(tempering.slope * odds + tempering.shift, -60, 60)))
    below = familles ** (1 / tempering.famille)
    famille = digital[:, None] * below / below.sum(axis=1, keepdims=True)
    metier = _share(metiers, familles, sums.famille_of_metier, tempering.metier) * famille[:, sums.famille_of_metier]
    poste = _share(postes, metiers, sums.metier_of, tempering.poste) * metier[:, sums.metier_of]
    return np.concatenate([poste, 1 - digital[:, None]], axis=1).astype(np.float32)


def _share(
    children: NDArray[np.float64], parents: NDArray[np.float64], parent_of: NDArray[np.intp], temperature: float
) -> NDArray[np.float64]:
    """Return each child's tempered share of its parent, (n, children)."""
    powers = (children / parents[:, parent_of]) ** (1 / temperature)
    totals: NDArray[np.float64] = powers / _sum_by(powers, parent_of)[:, parent_of]
    return totals


def _sum_by(values: NDArray[Any], group: NDArray[np.intp]) -> NDArray[Any]:
    out = np.zeros((len(values), int(group.max()) + 1), dtype=values.dtype)
    np.add.at(out.T, group, values.T)
    return out

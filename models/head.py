"""The head: one linear layer over the postes and "hors numérique", and sums up the tree.

A parent's probability is the sum of its children's, so the three levels can never contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartography.tree import Cartographie
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
    """Linear layer.

    Attributes:
        weight: float32 (classes, dimension); classes = postes in the cartographie's order, then hors numérique.
        bias: float32 (classes,).
        temperature: divides the logits (Guo et al. 2017, On Calibration of Modern Neural Networks).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float = 1.0

    def probabilities(self, vectors: Vectors) -> Probabilities:
        """Return calibrated probabilities, float32 (n, classes), for unit vectors (n, dimension)."""
        return softmax((vectors @ self.weight.T + self.bias) / self.temperature)


@dataclass(frozen=True)
class TreeSums:
    """Ranks that sum the postes' probabilities up to métiers and familles.

    Attributes:
        metier_of: int (postes,), rank of each poste's métier.
        famille_of: int (postes,), rank of each poste's famille.
    """

    metier_of: NDArray[np.intp]
    famille_of: NDArray[np.intp]

    @classmethod
    def of(cls, cartographie: Cartographie) -> TreeSums:
        """Build the ranks of a cartographie."""
        metiers = {m.id: i for i, m in enumerate(cartographie.metiers)}
        familles = {f.id: i for i, f in enumerate(cartographie.familles)}
        return cls(
            np.array([metiers[p.metier_id] for p in cartographie.postes], dtype=np.intp),
            np.array([familles[p.famille_id] for p in cartographie.postes], dtype=np.intp),
        )

    def sums(self, postes: Probabilities) -> tuple[Probabilities, Probabilities]:
        """Return (métiers, familles): float32 (n, number of métiers) and (n, number of familles).

        Args:
            postes: probabilities (n, number of postes), hors numérique left out.
        """
        return _sum_by(postes, self.metier_of), _sum_by(postes, self.famille_of)


def _sum_by(values: Probabilities, group: NDArray[np.intp]) -> Probabilities:
    out = np.zeros((len(values), int(group.max()) + 1), dtype=np.float32)
    np.add.at(out.T, group, values.T)
    return out

"""How well each candidate answers a query: cosine, words and poste, blended by weights learnt on judged queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartography.tree import Cartographie, Node
from models.head import TreeSums
from models.search.columns import Columns, Positions
from models.search.criteria import Values

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """What is known of n candidates, float32 (n,) each.

    Attributes:
        cosine: of their vectors with the query's.
        words: BM25 as a share of the best candidate's, times the share of the query's terms that some record holds.
        filed: probability that the query is about the poste, métier and famille that they are filed under.
    """

    cosine: Floats
    words: Floats
    filed: Floats


@dataclass(frozen=True)
class Blend:
    """A weighted sum of features, as the probability that a person would want the record (logistic function).

    Attributes:
        cosine: weight of the cosine.
        words: of the words.
        filed: of the filing.
        bias: is added.
        least: probability under which a record is noise.
    """

    cosine: float = 5.6
    words: float = 1.85
    filed: float = 1.1
    bias: float = -5.2
    least: float = 0.05

    def score(self, features: Features) -> Floats:
        """Return probabilities, float32 (n,).

        >>> one = np.ones(1, dtype=np.float32)
        >>> Blend(cosine=1, words=1, filed=1, bias=-3).score(Features(one, one, one)).tolist()
        [0.5]
        """
        total = self.cosine * features.cosine + self.words * features.words + self.filed * features.filed + self.bias
        result: Floats = (1 / (1 + np.exp(-np.clip(total, -30, 30)))).astype(np.float32)
        return result


class Filing:
    """Says how a query's probabilities on the tree agree with where records are filed."""

    def __init__(self, tree: Cartographie) -> None:
        """Take the tree of the classes."""
        self._sums = TreeSums.of(tree)
        levels: tuple[Sequence[Node], ...] = (tree.postes, tree.metiers, tree.familles)
        self._ranks = [{node.id: rank for rank, node in enumerate(nodes)} for nodes in levels]

    def agreement(self, postes: Floats, columns: Columns, positions: Positions) -> Floats:
        """Return, for each record, the mean of the probabilities of its poste, métier and famille; 0 outside the tree.

        Args:
            postes: of the query, (postes,).
            columns: of the records.
            positions: of the n records.
        """
        metiers, familles = self._sums.sums(postes[None, :])
        total = np.zeros(len(positions), dtype=np.float32)
        levels = (("poste", postes), ("metier", metiers[0]), ("famille", familles[0]))
        for (name, probabilities), ranks in zip(levels, self._ranks, strict=True):
            codes, values = columns.column(name).codes(positions)
            total += _by_value(values, ranks, probabilities)[codes]
        result: Floats = (total / 3).astype(np.float32)
        return result


def _by_value(values: Sequence[Values], ranks: dict[str, int], probabilities: Floats) -> Floats:
    """Return the probability of each stored value."""
    return np.array([probabilities[ranks[v[0]]] if v and v[0] in ranks else 0.0 for v in values], dtype=np.float32)

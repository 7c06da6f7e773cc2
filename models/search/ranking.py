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
        words: BM25 as a share of the best candidate's.
        filed: probability that the query is about the poste, métier and famille that they are filed under.
        level: 1 where they aim at a level that is asked for, -1 at another, 0 where either is not said.
    """

    cosine: Floats
    words: Floats
    filed: Floats
    level: Floats


@dataclass(frozen=True)
class Blend:
    """A weighted sum of features, as the probability that a person would want the record (logistic function).

    Attributes:
        cosine: weight of the cosine.
        words: of the words.
        filed: of the filing.
        level: of the level.
        bias: is added.
        least: probability under which a record is noise.
        outside: the same for a query about something else than the field, where what is nearest is far.
    """

    cosine: float = 6.0
    words: float = 1.9
    filed: float = 1.15
    level: float = 0.65
    bias: float = -5.35
    least: float = 0.05
    outside: float = 0.2

    def score(self, features: Features) -> Floats:
        """Return probabilities, float32 (n,).

        >>> one = np.ones(1, dtype=np.float32)
        >>> Blend(cosine=1, words=1, filed=1, level=1, bias=-4).score(Features(one, one, one, one)).tolist()
        [0.5]
        """
        total = (
            self.cosine * features.cosine
            + self.words * features.words
            + self.filed * features.filed
            + self.level * features.level
            + self.bias
        )
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


def level_agreement(asked: frozenset[str], columns: Columns, positions: Positions) -> Floats:
    """Return 1 for records that aim at one of the levels asked for, -1 for another, 0 where either is not said."""
    if not asked:
        return np.zeros(len(positions), dtype=np.float32)
    codes, values = columns.column("niveau_sortie").codes(positions)
    worth = [(1.0 if asked.intersection(value) else -1.0) if value else 0.0 for value in values]
    result: Floats = np.array(worth, dtype=np.float32)[codes]
    return result


def _by_value(values: Sequence[Values], ranks: dict[str, int], probabilities: Floats) -> Floats:
    """Return the probability of each stored value."""
    return np.array([probabilities[ranks[v[0]]] if v and v[0] in ranks else 0.0 for v in values], dtype=np.float32)

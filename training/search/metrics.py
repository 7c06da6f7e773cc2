"""Figures of a ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

DEPTH = 10


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Return the normalised discounted cumulative gain, in [0, 1] (Järvelin & Kekäläinen 2002; gain 2^grade - 1).

    A record that nobody judged counts as 0. Where nothing deserves a grade, an empty ranking is the right one: 1 if it
    is, else 0 down to which the share of places left empty counts.

    A record of grade 1 in first place and one of grade 3 in second: gain 1 / log2(2) + 7 / log2(3) = 5.416, where the
    best order gives 7 / log2(2) + 1 / log2(3) = 7.631.

    >>> round(ndcg(["a", "b"], {"a": 1, "b": 3}), 4)
    0.7098
    >>> ndcg([], {"a": 0}), ndcg(["a"], {"a": 0}), ndcg([], {"a": 3})
    (1.0, 0.9, 0.0)
    """
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    if not ideal:
        return 1 - len(ranking[:depth]) / depth
    return _gain([grades.get(name, 0) for name in ranking[:depth]]) / ideal


def _gain(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / np.log2(place + 2) for place, grade in enumerate(grades)))


def unjudged(ranking: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Return the share of the first results that nobody judged.

    >>> unjudged(["a", "b"], {"a": 0})
    0.5
    """
    first = ranking[:depth]
    return sum(name not in grades for name in first) / len(first) if first else 0.0

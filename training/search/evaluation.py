"""Rankings against grades: the mean of all queries, and of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.search.judged import Judged
from training.search.metrics import ndcg, unjudged
from training.search.systems import System

OUTSIDE = "hors_domaine"
"""Kind of the queries about something else than the field."""


@dataclass(frozen=True)
class SystemFigures:
    """What a system reaches.

    Attributes:
        ndcg: of each query, in the order of the judged set.
        unjudged: mean share of its first results that nobody judged.
    """

    ndcg: tuple[float, ...]
    unjudged: float

    @property
    def mean(self) -> float:
        """Mean over the queries."""
        return float(np.mean(self.ndcg))


def measure(judged: Sequence[Judged], systems: Mapping[str, System]) -> dict[str, SystemFigures]:
    """Return the figures of each system on the same queries."""
    texts = [query.texte for query in judged]
    found = {}
    for name, system in systems.items():
        rankings = system(texts)
        pairs = list(zip(rankings, judged, strict=True))
        found[name] = SystemFigures(
            tuple(ndcg(ranking, query.grades) for ranking, query in pairs),
            float(np.mean([unjudged(ranking, query.grades) for ranking, query in pairs])),
        )
    return found


def by_kind(judged: Sequence[Judged], figures: Mapping[str, SystemFigures]) -> dict[str, dict[str, float]]:
    """Return kind of query → system → mean nDCG@10."""
    kinds = list(dict.fromkeys(query.genre for query in judged))
    picked = {kind: [rank for rank, query in enumerate(judged) if query.genre == kind] for kind in kinds}
    return {
        kind: {name: float(np.mean([found.ndcg[rank] for rank in ranks])) for name, found in figures.items()}
        for kind, ranks in picked.items()
    }


def interval(values: Sequence[float], draws: int = 2_000, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of a mean, by resampling the queries (Efron 1979)."""
    random = np.random.default_rng(seed)
    sample = np.asarray(values)
    means = sample[random.integers(len(sample), size=(draws, len(sample)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))

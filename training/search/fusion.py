"""What each part of the blend brings: weights learnt on some of the judged queries, measured on the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.search.searcher import Searcher
from training.search.judged import Judged
from training.search.metrics import ndcg

FOLDS = 7
STEADY = 60
"""Constant of reciprocal rank fusion, as published."""
STEPS = {
    "vecteurs": ("cosine",),
    "vecteurs + mots": ("cosine", "words"),
    "vecteurs + mots + poste": ("cosine", "words", "filed"),
    "vecteurs + mots + poste + niveau": ("cosine", "words", "filed", "level"),
}
"""Blends, each with one part more than the one before."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pool:
    """The candidates of a query that somebody judged.

    Attributes:
        ids: of the n candidates.
        features: name of a part of the blend → float32 (n,).
        grades: of every record judged for the query, candidates or not.
        served: scores of the blend in service, float32 (n,).
    """

    ids: tuple[str, ...]
    features: Mapping[str, Floats]
    grades: Mapping[str, int]
    served: Floats

    def ndcg(self, scores: NDArray[np.floating]) -> float:
        """Return the figure of an order."""
        return ndcg([self.ids[rank] for rank in np.argsort(-scores, kind="stable")], self.grades)


@dataclass(frozen=True)
class FusionFigures:
    """What a way of fusing reaches.

    Attributes:
        ndcg: mean over the queries; where weights are learnt, each query is measured by those learnt on the others.
        weights: learnt on all the queries, the constant last; empty where nothing is learnt.
    """

    ndcg: float
    weights: tuple[float, ...] = ()


def pools(searcher: Searcher, judged: Sequence[Judged]) -> list[Pool]:
    """Return the judged candidates of each query that has something to find."""
    found = []
    for query in judged:
        if not any(query.grades.values()):
            continue
        positions, features = searcher.features(query.texte)
        index = searcher.index
        entries = {entry.row: entry for entry in index.catalogue.entries(index.columns.rows(positions).tolist())}
        ids = [entries[row].fiche["id"] for row in index.columns.rows(positions).tolist()]
        kept = [rank for rank, name in enumerate(ids) if name in query.grades]
        parts = {name: getattr(features, name)[kept] for name in STEPS["vecteurs + mots + poste + niveau"]}
        served = searcher.blend.score(features)[kept]
        found.append(Pool(tuple(ids[rank] for rank in kept), parts, query.grades, served))
    return found


def compare(found: Sequence[Pool], folds: int = FOLDS, seed: int = 0) -> dict[str, FusionFigures]:
    """Return the figures of reciprocal rank fusion, of each blend of `STEPS`, and of the one in service."""
    figures = {"RRF (vecteurs, mots)": FusionFigures(_mean(pool.ndcg(reciprocal(pool)) for pool in found))}
    parts = np.array_split(np.random.default_rng(seed).permutation(len(found)), min(folds, len(found)))
    for name, used in STEPS.items():
        reached = []
        for held in parts:
            weights = learn([found[rank] for rank in np.setdiff1d(np.arange(len(found)), held)], used)
            reached += [found[rank].ndcg(_stacked(found[rank], used) @ weights[:-1]) for rank in held]
        figures[name] = FusionFigures(_mean(reached), tuple(learn(found, used).tolist()))
    figures["en service"] = FusionFigures(_mean(pool.ndcg(pool.served) for pool in found))
    return figures


def learn(found: Sequence[Pool], used: Sequence[str]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression of the gain, (2^grade - 1) / 7, on features; the constant last."""
    rows = np.concatenate([_stacked(pool, used) for pool in found])
    gains = np.array([(2 ** pool.grades[name] - 1) / 7 for pool in found for name in pool.ids])
    wanted = np.repeat([1, 0], len(gains))
    model = LogisticRegression(C=10, max_iter=1_000)
    model.fit(np.concatenate([rows, rows]), wanted, sample_weight=np.concatenate([gains, 1 - gains]))
    return np.append(model.coef_[0], model.intercept_)


def reciprocal(pool: Pool) -> NDArray[np.float64]:
    """Return the sum of the reciprocal ranks by vectors and by words (Cormack, Clarke & Büttcher 2009).

    Best by vectors and second by words: 1 / 61 + 1 / 62; the other, second by vectors and first by words, is its equal.

    >>> cosine, words = np.array([0.9, 0.1], np.float32), np.array([0.2, 0.8], np.float32)
    >>> reciprocal(Pool(("a", "b"), {"cosine": cosine, "words": words}, {}, cosine)).round(4).tolist()
    [0.0325, 0.0325]
    """
    cosine, words = pool.features["cosine"], pool.features["words"]
    found: NDArray[np.float64] = 1 / (STEADY + _ranks(cosine)) + np.where(words > 0, 1 / (STEADY + _ranks(words)), 0.0)
    return found


def _ranks(values: Floats) -> NDArray[np.intp]:
    return 1 + np.argsort(np.argsort(-values, kind="stable"), kind="stable")


def _stacked(pool: Pool, used: Sequence[str]) -> NDArray[np.float64]:
    return np.stack([pool.features[name] for name in used], axis=1).astype(np.float64)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))

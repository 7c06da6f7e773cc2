"""How much a word says of the class, from labelled records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.reading import words

LEAST_COUNT = 4
SMOOTHING = 2.0
"""Records of the prior that are added to each word's own."""

MOST = 12_000
"""Words kept: those that say most, weighed by how often they can be met."""

MUTE_SHARE = 0.02
"""Share of the records that hold a word, from which it is common enough to be left unread."""
MUTE_MOST = 0.1
"""Nats under which a common word says nothing of the class."""


def learn_mute(texts: Sequence[str], classes: NDArray[np.intp]) -> frozenset[str]:
    """Return the common words that say nothing of the class: read without them, a longer text takes as few tokens.

    Args:
        texts: n texts.
        classes: (n,), class of each.

    >>> learn_mute(["python et", "python et", "pain et", "pain et"] * 4, np.array([0, 0, 1, 1] * 4))
    frozenset({'et'})
    """
    counts, prior = _counts(texts, classes)
    common = max(LEAST_COUNT, MUTE_SHARE * len(texts))
    return frozenset(w for w, found in counts.items() if found.sum() >= common and _said(found, prior) < MUTE_MOST)


def learn_salience(texts: Sequence[str], classes: NDArray[np.intp], most: int = MOST) -> dict[str, float]:
    """Return word → Kullback-Leibler divergence, in nats, of its records' classes from all records' classes.

    Args:
        texts: n texts.
        classes: (n,), class of each.
        most: words kept.

    "python" is only in class 0, "et" as often in each class:

    >>> found = learn_salience(["python et", "python et", "pain et", "pain et"] * 4, np.array([0, 0, 1, 1] * 4))
    >>> round(found["python"], 2), round(found["et"], 2)
    (0.37, 0.0)
    """
    counts, prior = _counts(texts, classes)
    said = {word: _said(found, prior) for word, found in counts.items() if found.sum() >= LEAST_COUNT}
    kept = sorted(said, key=lambda word: (-said[word] * np.log1p(counts[word].sum()), word))[:most]
    return {word: round(said[word], 3) for word in sorted(kept)}


def _counts(
    texts: Sequence[str], classes: NDArray[np.intp]
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
    """Return (records of each class that hold a word, by word; share of each class)."""
    size = int(classes.max()) + 1
    counts: dict[str, NDArray[np.float64]] = {}
    for text, rank in zip(texts, classes, strict=True):
        for word in set(words(text)):
            if word not in counts:
                counts[word] = np.zeros(size)
            counts[word][rank] += 1
    prior = np.bincount(classes, minlength=size) + 1e-9
    return counts, prior / prior.sum()


def _said(found: NDArray[np.float64], prior: NDArray[np.float64]) -> float:
    share = (found + SMOOTHING * prior) / (found.sum() + SMOOTHING)
    return float((share * np.log(share / prior)).sum())

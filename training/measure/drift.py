"""How two batches of records differ: what they are about, how sure the answers are, how long they are, in which words.

A model is trained on yesterday's catalogues; a new source, or next year's offers, may say other things in other words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cartography.fiche import Fiche
from models.answer import Answer
from models.classifier import text_of
from models.reading import words

HORS = "hors numérique"
COMMON = 5
"""Occurrences from which a word of the new batch counts as new when the old one lacks it."""
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Batch:
    """Records with their answers.

    Attributes:
        name: for people.
        fiches: n records.
        answers: n answers, in the same order.
    """

    name: str
    fiches: Sequence[Fiche]
    answers: Sequence[Answer]

    @property
    def labels(self) -> Counter[str]:
        """Records by famille, hors numérique among them."""
        return Counter(answer.famille.libelle if answer.famille else HORS for answer in self.answers)

    @property
    def confidences(self) -> list[float]:
        """How sure the poste of each record found digital is, in [0, 1]."""
        return [answer.poste.score for answer in self.answers if answer.poste]

    @property
    def lengths(self) -> list[int]:
        """Words of each description."""
        return [len(fiche.description.split()) for fiche in self.fiches]


@dataclass(frozen=True, slots=True)
class Drift:
    """What moved from one batch to another.

    Attributes:
        labels: population stability index of the familles; under .1 nothing moved, over .25 much did.
        confidences: of the confidences, by tenths.
        lengths: of the lengths, by tenths of the old batch.
        unknown: share of the new batch's words that the old one never uses, in [0, 1].
        new_words: the commonest of these, with their counts.
        abstentions: share of the digital records without a safe famille, old and new.
    """

    labels: float
    confidences: float
    lengths: float
    unknown: float
    new_words: tuple[tuple[str, int], ...]
    abstentions: tuple[float, float]


def drift(old: Batch, new: Batch) -> Drift:
    """Compare two batches, neither of which is empty."""
    names = sorted({*old.labels, *new.labels})
    known = Counter(word for fiche in old.fiches for word in words(text_of(fiche)))
    said = Counter(word for fiche in new.fiches for word in words(text_of(fiche)))
    unknown = Counter({word: count for word, count in said.items() if word not in known})
    common = [(word, count) for word, count in unknown.most_common(SHOWN) if count >= COMMON and not word.isdigit()]
    edges = np.unique(np.quantile(old.lengths, np.linspace(0, 1, 11)[1:-1]))
    tenths = np.linspace(0, 1, 11)[1:-1]
    return Drift(
        labels=stability([old.labels[n] for n in names], [new.labels[n] for n in names]),
        confidences=stability(counts(old.confidences, tenths), counts(new.confidences, tenths)),
        lengths=stability(counts(old.lengths, edges), counts(new.lengths, edges)),
        unknown=unknown.total() / max(1, said.total()),
        new_words=tuple(common),
        abstentions=(_abstentions(old.answers), _abstentions(new.answers)),
    )


def stability(old: Sequence[int], new: Sequence[int]) -> float:
    """Return the population stability index: the sum over classes of (q - p) · ln(q / p), half a record added to each.

    Shares .5 and .5 become .8 and .2: .3 · ln 1.6 - .3 · ln .4 = .141 + .275.

    >>> round(stability([5000, 5000], [8000, 2000]), 2)
    0.42
    >>> stability([3, 5], [3, 5])
    0.0
    """
    p, q = (np.array(counts, dtype=np.float64) + 0.5 for counts in (old, new))
    p, q = p / p.sum(), q / q.sum()
    return float(((q - p) * np.log(q / p)).sum())


def chance(classes: int, old: int, new: int) -> float:
    """Return the stability index that one batch in twenty passes though nothing moved.

    Of two samples of one source the index is a chi-square of classes - 1 degrees times 1/old + 1/new (Yurdakul, 2018),
    whose quantile is taken after Wilson and Hilferty: 11.07 for 5 degrees.

    >>> round(chance(6, 4000, 4000), 4)
    0.0055
    """
    free = max(1, classes - 1)
    quantile: float = free * (1 - 2 / (9 * free) + 1.6449 * (2 / (9 * free)) ** 0.5) ** 3
    return quantile * (1 / max(1, old) + 1 / max(1, new))


def divergence(old: Sequence[int], new: Sequence[int]) -> float:
    """Return the Jensen-Shannon divergence of two counts, in bits: 0 for the same shares, 1 for nothing in common.

    >>> divergence([2, 2], [5, 5]), divergence([1, 0], [0, 1]), round(divergence([5, 5], [8, 2]), 3)
    (0.0, 1.0, 0.073)
    """
    p, q = (np.array(found, dtype=np.float64) for found in (old, new))
    p, q = p / max(1.0, p.sum()), q / max(1.0, q.sum())
    middle = (p + q) / 2
    parts = [np.sum(x[x > 0] * np.log2(x[x > 0] / middle[x > 0])) for x in (p, q)]
    return max(0.0, float(sum(parts)) / 2)


def counts(values: Sequence[float], edges: Sequence[float] | np.ndarray) -> list[int]:
    """Return how many values lie between two edges, below the first and above the last.

    >>> counts([0.1, 0.2, 0.9], [0.5])
    [2, 1]
    """
    found = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return [int(count) for count in found]


def _abstentions(answers: Sequence[Answer]) -> float:
    digital = [answer for answer in answers if answer.numerique]
    return sum(answer.niveau == "aucun" for answer in digital) / max(1, len(digital))

"""What is measured of two batches, and what each figure means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from training.drift.profile import Profile
from training.drift.vocabulary import distance
from training.measure.drift import chance, counts, stability

Verdict = Literal["stable", "à surveiller", "a bougé", "non mesuré"]

PSI = "PSI"
JS = "Jensen-Shannon"
THRESHOLDS = {PSI: (0.10, 0.25), JS: (0.10, 0.20)}
"""From where to watch, and from where a batch has moved.

The index: Siddiqi, Credit Risk Scorecards (Wiley, 2006). The distance: .1 as Evidently has it by default; twice that is
ours.
"""
TENTHS = np.linspace(0, 1, 11)[1:-1]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure and what it means.

    Attributes:
        name: of what may have moved.
        index: how it is measured, a key of `THRESHOLDS`.
        value: the figure; None where a batch has nothing to measure it on.
        chance: what it may be though nothing moved, batches being of finite size.
    """

    name: str
    index: str
    value: float | None = None
    chance: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """What to think of it: what chance may do is no move, however large."""
        if self.value is None:
            return "non mesuré"
        watch, moved = THRESHOLDS[self.index]
        if self.value < watch or self.value <= self.chance:
            return "stable"
        return "à surveiller" if self.value < moved else "a bougé"


@dataclass(frozen=True, slots=True)
class Compared:
    """Counts of the same classes in two batches."""

    names: Sequence[str]
    old: Sequence[int]
    new: Sequence[int]

    @property
    def shares(self) -> tuple[list[float], list[float]]:
        """Share of each class in each batch."""
        old, new = ([count / max(1, sum(found)) for count in found] for found in (self.old, self.new))
        return old, new

    def measure(self, name: str) -> Measure:
        """Return their stability index; None where one of them is empty."""
        sizes = sum(self.old), sum(self.new)
        if not all(sizes):
            return Measure(name, PSI)
        filled = sum(a + b > 0 for a, b in zip(self.old, self.new, strict=True))
        return Measure(name, PSI, stability(self.old, self.new), chance(filled, *sizes))


def by_name(old: Counter[str], new: Counter[str]) -> Compared:
    """Compare counts by name, the commonest of the old batch first."""
    names = sorted({*old, *new}, key=lambda name: (-old[name], -new[name], name))
    return Compared(names, [old[name] for name in names], [new[name] for name in names])


def by_confidence(old: Profile, new: Profile) -> Compared:
    """Compare the confidences by tenths."""
    names = [f"{10 * tenth}–{10 * tenth + 10} %" for tenth in range(10)]
    return Compared(names, counts(old.confidences, TENTHS), counts(new.confidences, TENTHS))


def by_length(old: Profile, new: Profile) -> Compared:
    """Compare the lengths by tenths of the old batch, of which equal ones are one class."""
    edges = np.unique(np.ceil(np.quantile(old.lengths, TENTHS))) if old.lengths else np.array([])
    starts = [0, *(int(edge) + 1 for edge in edges)]
    names = [f"{low} à {high - 1} mots" for low, high in pairwise(starts)]
    return Compared([*names, f"{starts[-1]} mots et plus"], counts(old.lengths, edges), counts(new.lengths, edges))


@dataclass(frozen=True)
class Comparison:
    """Two batches, compared."""

    old: Profile
    new: Profile
    familles: Compared
    niveaux: Compared
    confidences: Compared
    lengths: Compared
    measures: Sequence[Measure]

    @property
    def verdict(self) -> Verdict:
        """The worst of the verdicts."""
        found = {measure.verdict for measure in self.measures}
        worst: tuple[Verdict, ...] = ("a bougé", "à surveiller")
        return next((verdict for verdict in worst if verdict in found), "stable")


def compare(old: Profile, new: Profile) -> Comparison:
    """Compare two batches, neither of which is empty."""
    familles, niveaux = by_name(old.familles, new.familles), by_name(old.niveaux, new.niveaux)
    confidences, lengths = by_confidence(old, new), by_length(old, new)
    words = Measure("vocabulaire", JS)
    if old.has_texts and new.has_texts:
        words = Measure("vocabulaire", JS, *distance(old, new))
    measures = (
        familles.measure("familles"),
        niveaux.measure("niveaux sûrs"),
        confidences.measure("sûreté du poste"),
        lengths.measure("longueur des descriptions"),
        words,
    )
    return Comparison(old, new, familles, niveaux, confidences, lengths, measures)

"""Several systems measured on the same records, whole and by slice, resampled together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.answer import Answer
from training.measure.evaluation import DRAWS, metrics
from training.measure.gold import Labelled
from training.measure.metrics import Figure, Floats, bootstrap, difference, measure
from training.measure.slices import FEW, Slices

WHOLE = "tous"
SCORELESS = (
    "numerique_precision", "numerique_rappel", "numerique_f1", "hors_rappel", "famille", "metier", "poste",
)  # fmt: skip
"""Figures of a system that gives a poste or nothing: no score, so no sure level, no second guess, no calibration."""
LESS_IS_BETTER = ("ece_numerique", "ece_poste")
UNRANKED = ("ece_numerique_hasard", "ece_poste_hasard")
"""Figures to read others by: neither more nor less of them is better."""


@dataclass(frozen=True)
class System:
    """What one system answers to the set.

    Attributes:
        name: a few French words.
        answers: one a record, in their order.
        scored: whether its scores, levels and candidates mean something.
    """

    name: str
    answers: Sequence[Answer]
    scored: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one system on one slice.

    Attributes:
        figure: with its interval.
        gap: the figure minus that of the first system, on the same resamples; None for the first system itself.
    """

    figure: Figure
    gap: Figure | None = None

    def better(self, name: str) -> int:
        """Return 1 where the system surely does better than the first one at figure `name`, -1 worse, 0 neither.

        On fewer than `FEW` records nothing is sure: three right answers of three would have no error at all.

        >>> Cell(Figure(0.8, 0.7, 0.9, 10), Figure(0.1, 0.02, 0.2, 10)).better("poste")
        1
        >>> Cell(Figure(0.8, 0.7, 0.9, 10), Figure(0.1, -0.02, 0.2, 10)).better("poste")
        0
        >>> Cell(Figure(1.0, 1.0, 1.0, 3), Figure(0.1, 0.02, 0.2, 3)).better("poste")
        0
        """
        if (
            name in UNRANKED
            or self.gap is None
            or self.figure.count < FEW
            or not (self.gap.low > 0 or self.gap.high < 0)
        ):
            return 0
        return (1 if self.gap.low > 0 else -1) * (-1 if name in LESS_IS_BETTER else 1)


Part = dict[str, dict[str, Cell]]
"""Name of the figure → name of the system → cell; a system that has no such figure is not there."""

Comparison = dict[str, dict[str, Part]]
"""Axis → name of the slice → its figures. The first axis and its only slice are `WHOLE`."""


def compare(
    labelled: Sequence[Labelled], systems: Sequence[System], parts: Slices, *, draws: int = DRAWS, seed: int = 0
) -> Comparison:
    """Measure every system on the whole and on every slice.

    Args:
        labelled: n records.
        systems: the one to be judged, then those that it is held against.
        parts: see `slices`.
        draws: bootstrap resamples of the records; the same ones for every system.
        seed: of the resamples.
    """
    axes: Slices = {WHOLE: {WHOLE: list(range(len(labelled)))}, **parts}
    return {
        axis: {
            name: _part(labelled, systems, ranks, bootstrap(len(ranks), draws, seed)) for name, ranks in slices.items()
        }
        for axis, slices in axes.items()
    }


def _part(labelled: Sequence[Labelled], systems: Sequence[System], ranks: Sequence[int], weights: Floats) -> Part:
    items = [labelled[i] for i in ranks]
    computed = [metrics(items, [system.answers[i] for i in ranks]) for system in systems]
    part: Part = {}
    for name, (first, _) in computed[0].items():
        cells = part[name] = {}
        for system, found in zip(systems, computed, strict=True):
            if not system.scored and name not in SCORELESS:
                continue
            metric, count = found[name]
            gap = None if found is computed[0] else measure(difference(metric, first), count, weights)
            cells[system.name] = Cell(measure(metric, count, weights), gap)
    return part

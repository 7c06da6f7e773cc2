"""Champion and challenger on the same records: what is lost, what is gained, and whether that is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from cartography.tree import Cartographie
from models.answer import Answer
from training.measure.comparison import WHOLE, Cell, System, compare
from training.measure.gold import Labelled
from training.measure.slices import slices
from training.promotion.coverage import coverage_at
from training.promotion.tolerances import Tolerances

LEVELS = ("numerique_f1", "famille", "metier", "poste", "poste_top3")
CALIBRATION = ("ece_numerique", "ece_poste")
IN_SLICES = ("famille", "metier", "poste")
CORRECTIONS = "corrections"
"""Name of the set of the records that people corrected."""


@dataclass(frozen=True, slots=True)
class Contender:
    """What one model did.

    Attributes:
        version: of its bundle.
        answers: by set, one a record.
        speed: records a second.
        size: of the bundle, in bytes.
    """

    version: str
    answers: Mapping[str, Sequence[Answer]]
    speed: float
    size: int


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison.

    Attributes:
        place: the set, or the part of a set; "machine" for speed and size.
        name: of the figure.
        champion: its value.
        challenger: its value.
        tolerance: what may be lost, or the ratio that is allowed.
        lost: whether the challenger loses more than that.
    """

    place: str
    name: str
    champion: float
    challenger: float
    tolerance: float
    lost: bool

    def as_json(self) -> dict[str, object]:
        """Return the check as a JSON object."""
        return asdict(self)


def judge(
    sets: Mapping[str, Sequence[Labelled]],
    champion: Contender,
    challenger: Contender,
    tree: Cartographie,
    tolerances: Tolerances = Tolerances(),  # noqa: B008  frozen
    *,
    draws: int = 500,
) -> list[Check]:
    """Compare the two on every set, and on its parts.

    Args:
        sets: labelled records by name; those that people corrected are `CORRECTIONS`.
        champion: the model in service.
        challenger: the one that wants its place.
        tree: of the labels.
        tolerances: see `Tolerances`.
        draws: bootstrap resamples, the same for both.
    """
    found: list[Check] = []
    for name, labelled in sets.items():
        pair = (champion.answers[name], challenger.answers[name])
        if name == CORRECTIONS:
            found.append(_corrections(labelled, *pair, tolerances))
        else:
            found += _set(name, labelled, *pair, tree, tolerances, draws)
    return [*found, *_machine(champion, challenger, tolerances)]


def _set(
    name: str,
    labelled: Sequence[Labelled],
    old: Sequence[Answer],
    new: Sequence[Answer],
    tree: Cartographie,
    tolerances: Tolerances,
    draws: int,
) -> Iterator[Check]:
    systems = [System("champion", old), System("challenger", new)]
    compared = compare(labelled, systems, slices(labelled, tree), draws=draws)
    whole = compared.pop(WHOLE)[WHOLE]
    for figure in LEVELS:
        yield _drop(name, figure, whole[figure], tolerances.level)
    for figure in CALIBRATION:
        before, after = (whole[figure][side].figure.value for side in ("champion", "challenger"))
        yield Check(name, figure, before, after, tolerances.calibration, _more(after - before, tolerances.calibration))
    before, after = (coverage_at(labelled, answers, tolerances.precision) for answers in (old, new))
    yield Check(name, "couverture", before, after, tolerances.coverage, _more(before - after, tolerances.coverage))
    for axis, parts in compared.items():
        for part, figures in parts.items():
            for figure in IN_SLICES:
                cells = figures[figure]
                if cells["challenger"].better(figure) < 0:
                    check = _drop(f"{name}, {axis} {part}", figure, cells, tolerances.slice)
                    if check.lost:
                        yield check


def _drop(place: str, name: str, cells: Mapping[str, Cell], tolerance: float) -> Check:
    before, after = (cells[side].figure.value for side in ("champion", "challenger"))
    return Check(place, name, before, after, tolerance, _more(before - after, tolerance))


def _corrections(
    labelled: Sequence[Labelled], old: Sequence[Answer], new: Sequence[Answer], tolerances: Tolerances
) -> Check:
    """Count the corrected records that each answers as people decided: these are the model's test cases."""
    before, after = (
        sum(_agrees(item, answer) for item, answer in zip(labelled, answers, strict=True)) / max(1, len(labelled))
        for answers in (old, new)
    )
    lost = _more(before - after, tolerances.corrections)
    return Check(CORRECTIONS, "justes", before, after, tolerances.corrections, lost)


def _agrees(item: Labelled, answer: Answer) -> bool:
    if not item.numerique or not answer.numerique:
        return item.numerique == answer.numerique
    nodes = ((answer.poste, item.postes), (answer.metier, item.metiers), (answer.famille, item.familles))
    return next((node is not None and node.id in accepted for node, accepted in nodes if accepted), True)


def _machine(champion: Contender, challenger: Contender, tolerances: Tolerances) -> Iterator[Check]:
    slow = challenger.speed < champion.speed * tolerances.speed
    yield Check("machine", "fiches/s", champion.speed, challenger.speed, tolerances.speed, slow)
    big = challenger.size > champion.size * tolerances.size
    yield Check("machine", "octets", champion.size, challenger.size, tolerances.size, big)


def _more(loss: float, tolerance: float) -> bool:
    """Return whether a loss is past its tolerance; one that cannot be measured is.

    >>> _more(0.01, 0.01), _more(0.02, 0.01), _more(float("nan"), 0.01)
    (False, True, True)
    """
    return not loss <= tolerance + 1e-9

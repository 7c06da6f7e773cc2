"""How far two independent readings of the same records agree, level by level."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from cartography.tree import Cartographie
from training.labels.log import Key, Label


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement at one level.

    Attributes:
        level: numerique, famille, metier, poste (the first of each), or "poste accepté" (the first of one is among
            those of the other).
        records: records that count: all for numerique, those that both readings call digital below.
        observed: share that agrees, in [0, 1].
        kappa: Cohen's kappa (1960), agreement beyond chance; None where it has no meaning.
    """

    level: str
    records: int
    observed: float
    kappa: float | None


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float:
    """Return Cohen's kappa of two readings.

    Two readings agree on 3 of 4: observed .75. The first says "a" half of the time, the second three quarters, so
    chance gives .5 · .75 + .5 · .25 = .5, and kappa is (.75 - .5) / (1 - .5).

    >>> cohen_kappa([("a", "a"), ("a", "a"), ("b", "a"), ("b", "b")])
    0.5
    """
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    values = {v for pair in pairs for v in pair}
    chance = sum(sum(a == v for a, _ in pairs) * sum(b == v for _, b in pairs) for v in values) / n**2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def double_read(labels: Iterable[Label]) -> list[tuple[Label, Label]]:
    """Return the (first, second) readings of the records that were read twice."""
    first: dict[Key, Label] = {}
    second: dict[Key, Label] = {}
    for label in labels:
        if label.passe in ("1", "ciblee"):
            first[label.key] = label
        elif label.passe == "2":
            second[label.key] = label
    return [(first[key], second[key]) for key in second if key in first]


def agreement(pairs: Sequence[tuple[Label, Label]], tree: Cartographie) -> list[Agreement]:
    """Return the agreement of two readings at each level; empty when no record was read twice."""
    if not pairs:
        return []
    digital = [(a, b) for a, b in pairs if a.numerique and b.numerique]
    found = [_level("numerique", pairs, lambda label: label.numerique)]
    if digital:
        found += [
            _level("famille", digital, lambda label: label.familles(tree)[:1]),
            _level("metier", digital, lambda label: label.metiers(tree)[:1]),
            _level("poste", digital, lambda label: label.postes[:1]),
        ]
        close = sum(_accepted(a, b) for a, b in digital)
        found.append(Agreement("poste accepté", len(digital), close / len(digital), None))
    return found


def _level(level: str, pairs: Sequence[tuple[Label, Label]], of: Callable[[Label], Hashable]) -> Agreement:
    values = [(of(a), of(b)) for a, b in pairs]
    return Agreement(level, len(values), sum(a == b for a, b in values) / len(values), cohen_kappa(values))


def _accepted(one: Label, other: Label) -> bool:
    return (
        one.label == other.label
        or bool(set(one.postes[:1]) & set(other.postes))
        or bool(set(other.postes[:1]) & set(one.postes))
    )

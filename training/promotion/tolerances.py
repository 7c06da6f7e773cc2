"""How much worse a challenger may be before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerances:
    """What may be lost, in points of share (.01 is one per cent) unless said otherwise.

    Small sets waver: a point is what 400 records can tell; a slice has fewer, so that it must lose more, and surely.

    Attributes:
        level: of the decision and of each level of the tree, on each whole set.
        coverage: of the records answered at `precision`.
        precision: that coverage is taken at, and that the sure answers of the challenger must keep.
        calibration: by which the calibration error may grow.
        slice: of a level on a part of a set; counted only where the loss is sure at 95 %.
        corrections: of the records that people corrected.
        speed: share of the champion's records a second that must be left.
        size: times the champion's size on disk that the challenger may have.
    """

    level: float = 0.01
    coverage: float = 0.02
    precision: float = 0.97
    calibration: float = 0.01
    slice: float = 0.04
    corrections: float = 0.01
    speed: float = 0.8
    size: float = 1.25

"""Numbers as the French write them, and which figure is better when it is lower."""

from __future__ import annotations

from math import isnan


def french(value: float, digits: int) -> str:
    """Return a number with a decimal comma and narrow spaces between thousands.

    >>> french(0.8333, 2), french(12345.6, 0), french(float("nan"), 1)
    ('0,83', '12\u202f346', '–')
    """
    if isnan(value):
        return "–"
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",")


def percent(value: float) -> str:
    """Return a share as a percentage, without its sign.

    >>> percent(0.7218)
    '72,2'
    """
    return french(100 * value, 1)


def between(low: float, high: float) -> str:
    """Return an interval of shares in whole per cent.

    >>> between(0.667, 0.7725)
    '67–77'
    """
    return f"{french(100 * low, 0)}–{french(100 * high, 0)}"


def lower_is_better(name: str) -> bool:
    """Say whether less of a metric is better: losses and calibration errors.

    >>> lower_is_better("dev/tous/ece_poste"), lower_is_better("melo/map")
    (True, False)
    """
    return any(part in name for part in ("ece_", "nll_", "perte"))

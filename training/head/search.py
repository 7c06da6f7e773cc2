"""Search of the lowest point of a function of one variable."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def golden(loss: Callable[[float], float], low: float, high: float, steps: int = 60) -> float:
    """Return where a function of one minimum is lowest, on a logarithmic scale.

    >>> round(golden(lambda x: (x - 2) ** 2, 1 / 20, 20.0), 4)
    2.0
    """
    ratio = (5**0.5 - 1) / 2
    a, b = np.log(low), np.log(high)
    for _ in range(steps):
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        if loss(float(np.exp(c))) < loss(float(np.exp(d))):
            b = d
        else:
            a = c
    return float(np.exp((a + b) / 2))

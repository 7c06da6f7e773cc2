"""What samples say: rates, percentiles, counts, and where memory goes with time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

_OK = 200
_HOUR_S = 3_600.0
_LEAST = 3
"""Points under which a line says nothing."""


class Sample(NamedTuple):
    """One request.

    Attributes:
        group: what it belongs to: "classement", "recherche", "écriture".
        place: method and path.
        start: when it was sent, seconds of a monotonic clock.
        seconds: until its whole answer was here.
        status: of the answer, 0 where none came.
        items: records that it held, or 1.
        flaws: what the contract does not allow.
    """

    group: str
    place: str
    start: float
    seconds: float
    status: int
    items: int
    flaws: tuple[str, ...] = ()

    @property
    def end(self) -> float:
        """Return when its answer was here."""
        return self.start + self.seconds


@dataclass(frozen=True, slots=True)
class Pace:
    """What some requests took together.

    Attributes:
        requests: how many were sent.
        good: how many were answered 200.
        rate: good answers a second.
        items_rate: records in good answers, a second.
        p50_ms: median time to a good answer, milliseconds; NaN where there is none, as the next.
        p99_ms: 99th percentile of it.
    """

    requests: int
    good: int
    rate: float
    items_rate: float
    p50_ms: float
    p99_ms: float


def pace(samples: Sequence[Sample], seconds: float | None = None) -> Pace:
    """Return the pace of some requests.

    Args:
        samples: the requests.
        seconds: what the rates are over; from the first request to the last answer when None.

    >>> told = (0, 0.1, 200), (0.1, 0.3, 200), (1, 1, 429)
    >>> found = pace([Sample("", "", start, seconds, status, 32) for start, seconds, status in told])
    >>> found.requests, found.good, found.rate, found.items_rate, round(found.p50_ms)
    (3, 2, 1.0, 32.0, 200)
    """
    good = [sample for sample in samples if sample.status == _OK]
    if seconds is None:
        ends = max((sample.end for sample in samples), default=0.0)
        seconds = ends - min((sample.start for sample in samples), default=0.0)
    over = max(seconds, 1e-9)
    times = [1_000 * sample.seconds for sample in good]
    items = sum(sample.items for sample in good)
    return Pace(len(samples), len(good), len(good) / over, items / over, percentile(times, 50), percentile(times, 99))


def percentile(values: Sequence[float], rank: float) -> float:
    """Return a percentile, NaN of no values.

    >>> percentile([3, 1, 2], 50), percentile([], 99)
    (2.0, nan)
    """
    return float(np.percentile(values, rank)) if len(values) else float("nan")


def by_status(samples: Iterable[Sample]) -> dict[str, dict[str, int]]:
    """Return method and path → status → how many; status 0 stands for no answer.

    >>> by_status([Sample("", "GET /a", 0, 0, 200, 1), Sample("", "GET /a", 0, 0, 0, 1)])
    {'GET /a': {'0': 1, '200': 1}}
    """
    counted: dict[str, Counter[str]] = {}
    for sample in samples:
        counted.setdefault(sample.place, Counter())[str(sample.status)] += 1
    return {place: dict(sorted(counts.items())) for place, counts in sorted(counted.items())}


def flaws_of(samples: Iterable[Sample]) -> dict[str, int]:
    """Return what the contract does not allow, with its place, and how often it came."""
    counted = Counter(f"{sample.place} : {flaw}" for sample in samples for flaw in sample.flaws)
    return dict(counted.most_common())


def finite(value: Any) -> Any:
    """Return a JSON value with null for NaN and infinities, which JSON has not.

    >>> finite({"a": [1.5, float("nan")], 32: (float("inf"), "x")})
    {'a': [1.5, None], '32': [None, 'x']}
    """
    if isinstance(value, dict):
        return {str(name): finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def trend(seconds: Sequence[float], values: Sequence[float]) -> float | None:
    """Return what values gain in an hour, by the line of least squares; None where too few points tell nothing.

    >>> round(trend([0, 1800, 3600], [100, 101, 102]), 6)
    2.0
    >>> trend([0, 1], [1, 2])
    """
    if len(seconds) < _LEAST or len(set(seconds)) < _LEAST:
        return None
    times = np.asarray(seconds, dtype=np.float64)
    centred = times - times.mean()
    slope = float(centred @ np.asarray(values, dtype=np.float64)) / float(centred @ centred)
    return slope * _HOUR_S

"""Who is let in: as many requests as there are places, and of those that take long only what can be answered in time.

Without the second bound, batches take every place: whoever types is refused, and the last of the batches are given up
after they have waited.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from serving.ingest.ndjson import NDJSON_TYPES

HEAVY = frozenset({"/classify", "/fiches", "/fiches/delete"})
"""Paths whose requests take as long as their bodies are."""
WAITING = 2
"""Largest bodies that may wait together: at some 2 KB a record, half a minute of work on two cores."""
STREAMED = 1024 * 1024
"""Bytes that a streamed body counts for, however long it is: no more of it is here at a time."""


@dataclass
class Admission:
    """Counts the requests of one process.

    Attributes:
        most: requests in flight.
        heavy: of them on `HEAVY` paths; the others have places of their own.
        body: bytes that one body may have.
    """

    most: int
    heavy: int
    body: int
    _running: int = 0
    _heavy: int = 0
    _bytes: int = 0

    @classmethod
    def of(cls, max_concurrency: int, workers: int, max_body_bytes: int) -> Admission:
        """Return what one of several workers may let in.

        >>> Admission.of(64, 2, 1000)
        Admission(most=32, heavy=16, body=1000, _running=0, _heavy=0, _bytes=0)
        """
        most = math.ceil(max_concurrency / workers)
        return cls(most, max(1, most // 2), max_body_bytes)

    def enter(self, scope: Scope) -> Ticket | None:
        """Let a request in; None when it must come back later. A body that has nobody to wait for is always let in."""
        heavy = scope["path"] in HEAVY and scope["method"] != "GET"
        weight = self._weight(scope) if heavy else 0
        if self._running >= self.most:
            return None
        if heavy and self._heavy and (self._heavy >= self.heavy or self._bytes + weight > WAITING * self.body):
            return None
        self._running += 1
        self._heavy += heavy
        self._bytes += weight
        return Ticket(self, heavy, weight)

    def _weight(self, scope: Scope) -> int:
        headers = Headers(scope=scope)
        if headers.get("content-type", "").partition(";")[0].strip().lower() in NDJSON_TYPES:
            return min(STREAMED, self.body)
        announced = headers.get("content-length", "")
        # What is longer than a body may be is refused at once, whatever is announced.
        return min(int(announced[:20]), self.body) if announced.isdecimal() else self.body

    def _leave(self, heavy: bool, weight: int) -> None:
        self._running -= 1
        self._heavy -= heavy
        self._bytes -= weight


@dataclass
class Ticket:
    """A request that was let in."""

    admission: Admission
    heavy: bool
    weight: int

    def leave(self) -> None:
        """Give its place back; once."""
        self.admission._leave(self.heavy, self.weight)

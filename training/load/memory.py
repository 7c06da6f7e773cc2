"""The service's memory, looked at while it works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from training.load.processes import Footprint

EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Memory:
    """The service's memory over the measure, in MiB of resident pages.

    Attributes:
        ready: once it was ready.
        before: before the overload, all that is remembered of requests included.
        peak: the highest seen.
        after: once the overload was over and answered.
        own_before: as `before`, of what no file backs.
        own_after: as `after`, of what no file backs.
        files_before: open files before the overload.
        files_after: open files after it.
    """

    ready: float
    before: float
    peak: float
    after: float
    own_before: float
    own_after: float
    files_before: int
    files_after: int

    @property
    def growth(self) -> float:
        """Return what the overload left, in MiB."""
        return self.after - self.before

    @property
    def growth_share(self) -> float:
        """Return what the overload left, as a share of what there was."""
        return self.growth / self.before if self.before else 0.0


class Watch:
    """Keeps the highest memory seen."""

    def __init__(self, look: Callable[[], Footprint]) -> None:
        self._look = look
        self.peak = 0.0

    def now(self) -> Footprint:
        """Look."""
        found = self._look()
        self.peak = max(self.peak, found.resident)
        return found

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look every `EVERY_S` meanwhile."""

        async def watch() -> None:
            while True:
                self.now()
                await asyncio.sleep(EVERY_S)

        task = asyncio.ensure_future(watch())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

"""What endpoints are given: settings, engine, and the threads where CPU-bound work runs."""

from __future__ import annotations

import math
from asyncio import Task, ensure_future, shield
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, move_on_after
from anyio.to_thread import run_sync
from fastapi import Depends, Request

from serving.engine import Engine
from serving.errors import ApiError
from serving.settings import Settings
from serving.stop import Stop

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """The application's parts.

    Attributes:
        settings: limits.
        provider: gives the engine; raises ApiError 503 while it is not loaded.
        batches: how many classifications run at once.
        queries: how many searches do; apart, so that a person who types never waits behind a night's batches.
        threads: bounds nothing: places are given by the two above.
    """

    settings: Settings
    provider: Callable[[], Engine]
    batches: CapacityLimiter
    queries: CapacityLimiter
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(math.inf))

    @classmethod
    def of(cls, provider: Callable[[], Engine], settings: Settings) -> Context:
        """Build the context of an application."""
        return cls(settings, provider, CapacityLimiter(settings.inferences), CapacityLimiter(settings.inferences))

    @property
    def engine(self) -> Engine:
        """The engine. Raises ApiError 503 while it is not loaded."""
        return self.provider()

    async def run(self, places: CapacityLimiter, work: Callable[[], T], stop: Stop | None = None) -> T:
        """Run CPU-bound work in a thread, waiting for one of the limiter's places.

        The place is free again when the thread has ended, and not before: given up, the work is told so, and what it
        still does counts.

        Args:
            places: `batches` or `queries`.
            work: what is done.
            stop: asked when nobody waits any more, for work that looks at it.

        Raises:
            ApiError: 504 after `timeout_s` seconds, those spent waiting for a place included.
        """
        holder = object()
        task: Task[T] | None = None
        try:
            with move_on_after(self.settings.timeout_s):
                await places.acquire_on_behalf_of(holder)
                task = ensure_future(run_sync(work, limiter=self.threads))
                task.add_done_callback(lambda done: _ended(done, places, holder))
                return await shield(task)
        finally:
            if stop is not None and task is not None and not task.done():
                stop.ask()
        seconds = self.settings.timeout_s
        message = f"pas de réponse en {seconds} secondes ; envoyez moins de fiches à la fois, ou réessayez"
        raise ApiError(504, "delai_depasse", message, headers={"Retry-After": "5"})


def _ended(task: Task[T], places: CapacityLimiter, holder: object) -> None:
    places.release_on_behalf_of(holder)
    if not task.cancelled():
        # Looked at, so that a failure that nobody waits for is no complaint of the event loop.
        task.exception()


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Given = Annotated[Context, Depends(_context)]

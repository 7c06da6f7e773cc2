"""What endpoints are given: settings, engine, and the threads where CPU-bound work runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Request

from serving.engine import Engine
from serving.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """The application's parts.

    Attributes:
        settings: limits.
        provider: gives the engine; raises ApiError 503 while it is not loaded.
        batches: how many classifications run at once.
        queries: how many searches do; apart, so that a person who types never waits behind a night's batches.
    """

    settings: Settings
    provider: Callable[[], Engine]
    batches: CapacityLimiter
    queries: CapacityLimiter

    @classmethod
    def of(cls, provider: Callable[[], Engine], settings: Settings) -> Context:
        """Build the context of an application."""
        return cls(settings, provider, CapacityLimiter(settings.inferences), CapacityLimiter(settings.inferences))

    @property
    def engine(self) -> Engine:
        """The engine. Raises ApiError 503 while it is not loaded."""
        return self.provider()


async def in_thread(limiter: CapacityLimiter, work: Callable[[], T]) -> T:
    """Run CPU-bound work in a thread, waiting for one of the limiter's places."""
    return await run_sync(work, limiter=limiter)


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Given = Annotated[Context, Depends(_context)]

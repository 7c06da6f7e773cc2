"""Sends requests: clients that wait for their answer, and arrivals that wait for nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from training.load.contract import Contract
from training.load.figures import Sample
from training.load.request import Request
from training.load.wire import Answer, Wire, WireError

TICK_S = 0.005
"""Seconds between two looks at what is due."""


@dataclass(frozen=True)
class Target:
    """What is asked.

    Attributes:
        wire: connections to it.
        contract: what it may answer.
    """

    wire: Wire
    contract: Contract

    async def sample(self, request: Request) -> Sample:
        """Send one request and return what came of it."""
        return (await self.exchange(request))[0]

    async def exchange(self, request: Request) -> tuple[Sample, Answer | None]:
        """Send one request and return what came of it with its answer, None where there was none."""
        start = time.monotonic()
        try:
            answer = await self.wire.ask(request.data)
        except WireError as error:
            seconds = time.monotonic() - start
            return Sample(request.group, request.place, start, seconds, 0, request.items, (str(error),)), None
        seconds = time.monotonic() - start
        flaws = self.contract.flaws(request.method, request.path, answer)
        return Sample(request.group, request.place, start, seconds, answer.status, request.items, flaws), answer


async def closed(target: Target, clients: list[Iterator[Request]], seconds: float) -> list[Sample]:
    """Run clients at once, each of which sends its next request when the last one is answered.

    What is in flight at the end of the time is waited for.
    """
    until = time.monotonic() + seconds

    async def run(requests: Iterator[Request]) -> list[Sample]:
        found = []
        while time.monotonic() < until:
            found.append(await target.sample(next(requests)))
        return found

    return [sample for samples in await asyncio.gather(*map(run, clients)) for sample in samples]


@dataclass
class Arrivals:
    """What an open loop did: requests came when they were due, however many were being answered.

    Attributes:
        samples: those that have ended.
        sent: how many were sent.
        held: how many were due while `most` were in flight, and were not sent.
    """

    samples: list[Sample]
    sent: int = 0
    held: int = 0


class OpenLoop:
    """Sends requests at a rate, whatever becomes of them."""

    def __init__(self, target: Target, rates: Mapping[str, float], sources: Mapping[str, Iterator[Request]], most: int):
        """Prepare.

        Args:
            target: what is asked.
            rates: of each source, requests a second.
            sources: what to send.
            most: in flight at once; bounds what this process holds open.
        """
        self._target, self._rates, self._sources, self._most = target, rates, sources, most
        self._flying: set[asyncio.Task[None]] = set()
        self.done = Arrivals([])

    async def run(self, seconds: float) -> None:
        """Send for some seconds; what is in flight then still is."""
        begun = time.monotonic()
        due = dict.fromkeys(self._rates, 0)
        while (elapsed := time.monotonic() - begun) < seconds:
            for name, rate in self._rates.items():
                while due[name] < rate * elapsed:
                    due[name] += 1
                    self._fly(self._sources[name])
            await asyncio.sleep(TICK_S)

    async def landed(self) -> None:
        """Wait until everything is answered."""
        while self._flying:
            await asyncio.wait(self._flying)

    @property
    def flying(self) -> int:
        """Return how many are in flight."""
        return len(self._flying)

    def _fly(self, source: Iterator[Request]) -> None:
        if len(self._flying) >= self._most:
            self.done.held += 1
            return
        self.done.sent += 1
        task = asyncio.ensure_future(self._one(next(source)))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def _one(self, request: Request) -> None:
        self.done.samples.append(await self._target.sample(request))

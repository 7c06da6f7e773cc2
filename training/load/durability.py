"""kill -9 in the middle of writes: what was acknowledged is there after the next start, the rest whole or absent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from training.errors import EvaluationError
from training.load.contract import Contract
from training.load.drive import Target
from training.load.figures import Sample
from training.load.plan import Plan
from training.load.pool import TYPE, Fate, Pool, State, look_up, name_of, state_in
from training.load.request import SEARCH, post
from training.load.service import HOST, Service
from training.load.wire import Wire

_OK = 200


@dataclass(frozen=True)
class Round:
    """One kill.

    Attributes:
        acknowledged: records in writes that were acknowledged before it.
        ready_s: seconds from the next start until the service was ready.
        lost: records whose acknowledged state is not there.
        unusable: records that are there, and that nothing can be searched from.
        fate: of the write in flight.
    """

    acknowledged: int
    ready_s: float
    lost: int
    unusable: int
    fate: Fate | None


@dataclass
class Durability:
    """All the kills.

    Attributes:
        rounds: one after the other, on the same index.
        samples: every request but those that the kill cut, for the contract.
    """

    rounds: list[Round] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Return how many acknowledged records are lost, or of no use."""
        return sum(one.lost + one.unusable for one in self.rounds)

    @property
    def torn(self) -> int:
        """Return how many writes are there in part."""
        return sum(one.fate == "dechire" for one in self.rounds)


async def measure_durability(
    service: Service, contract: Contract, plan: Plan, say: Callable[[str], None]
) -> Durability:
    """Kill a running service in the middle of writes, start it again on the same index, and look; several times."""
    found, pool = Durability(), Pool(plan.pool, plan.written)
    draw = random.Random()  # noqa: S311  no secret; another moment in each run
    for number in range(1, plan.rounds + 1):
        say(f"kill -9, tour {number} sur {plan.rounds}")
        acknowledged = await _write_until_killed(service, contract, pool, draw.uniform(*plan.writes_s), found.samples)
        ready = await asyncio.to_thread(service.start)
        async with Wire(HOST, service.port) as wire:
            states, unusable = await _read_back(Target(wire, contract), pool, found.samples)
        verdict = pool.judge(states)
        found.rounds.append(Round(acknowledged, ready, len(verdict.lost), unusable, verdict.fate))
    return found


async def _write_until_killed(
    service: Service, contract: Contract, pool: Pool, seconds: float, samples: list[Sample]
) -> int:
    """Write one batch after the other, kill after some seconds; return how many records were acknowledged."""
    acknowledged = 0
    killed = asyncio.Event()

    async def write(target: Target) -> None:
        nonlocal acknowledged
        while not killed.is_set():
            # What was refused is sent again, as it is: it may have been done all the same.
            sample = await target.sample((pool.pending or pool.next()).request)
            if sample.status == _OK:
                # Whenever it was read, it was sent before the kill.
                pool.acknowledge()
                acknowledged += sample.items
            if sample.status or not killed.is_set():
                samples.append(sample)
            if not sample.status:
                return

    async with Wire(HOST, service.port) as wire:
        writing = asyncio.ensure_future(write(Target(wire, contract)))
        await asyncio.sleep(seconds)
        killed.set()
        # In a thread: meanwhile the answer that left just before is read.
        await asyncio.to_thread(service.kill)
        await writing
    return acknowledged


async def _read_back(target: Target, pool: Pool, samples: list[Sample]) -> tuple[dict[int, State], int]:
    """Return the state of each number, and how many records that are there cannot be searched from."""
    states: dict[int, State] = {}
    unusable = 0
    for number in range(pool.size):
        sample, answer = await target.exchange(look_up(number))
        samples.append(sample)
        if answer is None or answer.status != _OK:
            raise EvaluationError("relecture_impossible", f"{sample.place} : {sample.status} {', '.join(sample.flaws)}")
        states[number] = state_in(answer.body)
        if states[number] is not None:
            # Asks for its vector, which lies elsewhere than its text.
            near = await target.sample(post(SEARCH, "/similar", {"id": name_of(number), "type": TYPE, "k": 1}))
            samples.append(near)
            unusable += near.status != _OK
    return states, unusable

"""A steady mixed load for as long as one likes: does memory grow, do delays, do files stay open."""

from __future__ import annotations

import asyncio
import json
import random
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from cartography.files import write_atomic
from training.load.bench import learn
from training.load.drive import Target
from training.load.figures import Sample, percentile, trend
from training.load.material import Material, batches, read_material
from training.load.pool import Pool
from training.load.processes import Footprint
from training.load.request import Request
from training.load.service import HOST, Service
from training.load.wire import Wire

QUARTERS = 4
WARM = 0.2
"""Share of the time after which memory is held to have settled: what is remembered of requests has been filled."""
_OK = 200
_MIX = {"recherche": 70, "classement": 8, "lot": 4, "écriture": 9, "fautes": 9}
"""What one request in a hundred is; a "lot" holds 100 records."""
_POOL, _WRITTEN, _TEXTS = 500, 10, 400


@dataclass(frozen=True, slots=True)
class SoakPlan:
    """A soak.

    Attributes:
        minutes: how long.
        clients: who wait for their answer before they ask again.
        every_s: seconds between two looks at the service's memory.
        pause_s: seconds that a client takes between an answer and its next request.
    """

    minutes: float = 60.0
    clients: int = 4
    every_s: float = 10.0
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """The service's processes at a moment, seconds after the start."""

    seconds: float
    footprint: Footprint


@dataclass
class Soak:
    """What has been seen so far.

    Attributes:
        plan: how long.
        looks: at the memory, the first before any request.
        statuses: method and path → status → how many.
        flaws: what the contract does not allow → how many.
        times: quarter of the time → group → seconds of the good answers.
        seconds: since the start.
    """

    plan: SoakPlan
    looks: list[Look] = field(default_factory=list)
    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    flaws: Counter[str] = field(default_factory=Counter)
    times: list[dict[str, array[float]]] = field(default_factory=lambda: [{} for _ in range(QUARTERS)])
    seconds: float = 0.0

    def take(self, sample: Sample, seconds: float) -> None:
        """Count a request that ended some seconds after the start."""
        self.statuses.setdefault(sample.place, Counter())[str(sample.status)] += 1
        self.flaws.update(f"{sample.place} : {flaw}" for flaw in sample.flaws)
        if sample.status == _OK:
            quarter = min(QUARTERS - 1, int(QUARTERS * seconds / (60 * self.plan.minutes)))
            self.times[quarter].setdefault(sample.group, array("d")).append(sample.seconds)

    def settled(self) -> list[Look]:
        """Return the looks after the warm-up."""
        return [look for look in self.looks if look.seconds >= WARM * 60 * self.plan.minutes]

    def trends(self) -> dict[str, float | None]:
        """Return what memory and open files gain in an hour after the warm-up."""
        looks = self.settled()
        times = [look.seconds for look in looks]
        return {
            "residente_mio_h": trend(times, [look.footprint.resident for look in looks]),
            "propre_mio_h": trend(times, [look.footprint.own for look in looks]),
            "fichiers_h": trend(times, [look.footprint.files for look in looks]),
        }

    def quarters(self) -> list[dict[str, dict[str, float]]]:
        """Return, by quarter and group, how many good answers, their median and 99th percentile in milliseconds."""
        return [
            {
                group: {
                    "bonnes": len(times),
                    "p50_ms": 1_000 * percentile(times, 50),
                    "p99_ms": 1_000 * percentile(times, 99),
                }
                for group, times in sorted(groups.items())
            }
            for groups in self.times
        ]

    def as_json(self) -> dict[str, Any]:
        """Return what has been seen so far."""
        return {
            "plan": asdict(self.plan),
            "secondes": self.seconds,
            "tendances": self.trends(),
            "quarts": self.quarters(),
            "statuts": {place: dict(counts) for place, counts in sorted(self.statuses.items())},
            "hors_contrat": dict(self.flaws),
            "memoire": [{"secondes": look.seconds, **asdict(look.footprint)} for look in self.looks],
        }


async def soak(service: Service, root: Path, found: Soak, output: Path | None, say: Callable[[str], None]) -> None:
    """Load a running service and keep what is seen in `found`, which an interruption leaves as it is.

    Args:
        service: started.
        root: folder of the data that stays outside the repository.
        found: what to fill.
        output: file written at each look, if any.
        say: told what is seen.
    """
    async with Wire(HOST, service.port) as wire:
        contract, keys, _ = await learn(wire)
        target, material = Target(wire, contract), read_material(root, _TEXTS, keys)
        requests, begun = _mixed(material), time.monotonic()
        until = begun + 60 * found.plan.minutes

        async def run() -> None:
            while time.monotonic() < until:
                sample = await target.sample(next(requests))
                found.take(sample, time.monotonic() - begun)
                await asyncio.sleep(found.plan.pause_s)

        clients = [asyncio.ensure_future(run()) for _ in range(found.plan.clients)]
        watching = asyncio.ensure_future(_watch(service, found, begun, output, say))
        try:
            await asyncio.gather(*clients)
        finally:
            for task in (*clients, watching):
                task.cancel()
            await asyncio.gather(*clients, watching, return_exceptions=True)
            _look(service, found, begun, output)


async def _watch(service: Service, found: Soak, begun: float, output: Path | None, say: Callable[[str], None]) -> None:
    while True:
        look = _look(service, found, begun, output)
        told = look.footprint
        say(f"{look.seconds / 60:.1f} min : {told.resident:.0f} Mio, {told.files} fichiers, hors contrat : "
            f"{found.flaws.total()}")  # fmt: skip
        await asyncio.sleep(found.plan.every_s)


def _look(service: Service, found: Soak, begun: float, output: Path | None) -> Look:
    look = Look(time.monotonic() - begun, service.footprint())
    found.looks.append(look)
    found.seconds = look.seconds
    if output is not None:
        write_atomic(output, (json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n").encode())
    return look


def _mixed(material: Material) -> Iterator[Request]:
    """Yield everything that the service does, without end; half of what is classified was read already."""
    draw = random.Random(0)  # noqa: S311  no secret
    apart, pool = material.records_apart(), Pool(_POOL, _WRITTEN)
    known = batches(cycle([next(apart) for _ in range(1_000)]), 1)
    sources = {
        "recherche": material.searches(0),
        "lot": batches(apart, 100),
        "fautes": material.wrong(),
    }
    fresh = batches(apart, 1)
    while True:
        name = draw.choices(list(_MIX), list(_MIX.values()))[0]
        if name == "écriture":
            yield pool.next().request
        elif name == "classement":
            yield next(fresh if draw.random() < 0.5 else known)
        else:
            yield next(sources[name])

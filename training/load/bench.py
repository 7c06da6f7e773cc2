"""The whole measure, one phase after the other, on one service."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from training.errors import EvaluationError
from training.load.contract import Contract
from training.load.drive import Target
from training.load.durability import Durability, measure_durability
from training.load.figures import Sample, by_status, finite, flaws_of
from training.load.material import keys_in, read_material
from training.load.memory import Memory, Watch
from training.load.overload import Overload, overload
from training.load.phases import Unloaded, measure_unloaded
from training.load.plan import Plan
from training.load.request import SEARCH, get, post
from training.load.service import HOST, Service
from training.load.wire import Wire

_OK = 200


@dataclass(frozen=True)
class Report:
    """What was measured.

    Attributes:
        plan: how.
        cores: of the machine.
        records: in the index.
        start_s: seconds until the service was ready.
        unloaded: within what it can.
        overload: ten times too much.
        memory: of the service.
        durability: after kill -9.
        samples: every request.
    """

    plan: Plan
    cores: int
    records: int
    start_s: float
    unloaded: Unloaded
    overload: Overload
    memory: Memory
    durability: Durability
    samples: list[Sample]

    @property
    def flaws(self) -> dict[str, int]:
        """Return what the contract does not allow, from the most frequent on."""
        return flaws_of(self.samples)

    @property
    def failed(self) -> bool:
        """Tell whether anything was lost, torn, or against the contract, or the service did not come back."""
        gone = not math.isfinite(self.overload.first_good_s)
        return bool(self.flaws or self.durability.lost or self.durability.torn or gone)

    def as_json(self) -> dict[str, Any]:
        """Return the figures, without the samples."""
        told = asdict(
            replace(
                self,
                samples=[],
                unloaded=replace(self.unloaded, samples=[]),
                durability=replace(self.durability, samples=[]),
            )
        )
        for part in (told, told["unloaded"], told["durability"]):
            del part["samples"]
        kept = {"growth": self.memory.growth, "growth_share": self.memory.growth_share}
        told["memory"] |= kept
        told["durability"] |= {"lost": self.durability.lost, "torn": self.durability.torn}
        whole: dict[str, Any] = finite(
            told | {"statuses": by_status(self.samples), "flaws": self.flaws, "failed": self.failed}
        )
        return whole


async def run(service: Service, root: Path, plan: Plan, say: Callable[[str], None]) -> Report:
    """Start a service, measure it, and stop it.

    Args:
        service: not started yet.
        root: folder of the data that stays outside the repository.
        plan: how long and how much.
        say: told what begins.

    Raises:
        EvaluationError: the service does not start, or tells no contract.
    """
    say("démarrage du service")
    started = service.start()
    try:
        watch = Watch(service.footprint)
        ready = watch.now()
        async with Wire(HOST, service.port) as wire:
            contract, keys, records = await learn(wire)
            target, material = Target(wire, contract), read_material(root, plan.texts, keys)
            apart = material.records_apart()
            async with watch.running():
                unloaded = await measure_unloaded(target, material, apart, plan, say)
                before = watch.now()
                say(f"surcharge : {plan.overload:g} fois ce qui vient d'être soutenu, {plan.overload_s:g} s")
                too_much, samples = await overload(target, material, apart, plan, unloaded)
                after = watch.now()
        durability = await measure_durability(service, contract, plan, say)
    finally:
        service.stop()
    memory = Memory(
        ready.resident, before.resident, watch.peak, after.resident, before.own, after.own, before.files, after.files
    )
    every = [*unloaded.samples, *samples, *durability.samples]
    return Report(plan, os.cpu_count() or 1, records, started, unloaded, too_much, memory, durability, every)


async def learn(wire: Wire) -> tuple[Contract, list[tuple[str, str]], int]:
    """Return the contract of a service, keys of records of its index, and how many it holds.

    Raises:
        EvaluationError: it does not tell them.
    """
    openapi = await wire.ask(get(SEARCH, "/openapi.json").data)
    page = await wire.ask(post(SEARCH, "/search", {"texte": "", "k": 100}).data)
    if openapi.status != _OK or page.status != _OK:
        message = f"/openapi.json : {openapi.status}, /search : {page.status}"
        raise EvaluationError("service_inutilisable", message)
    return Contract.of(json.loads(openapi.body)), keys_in(page.body), json.loads(page.body)["total"]

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from typing import Any

import pytest

from tests.training.load.support import answering, told
from training.load.contract import Contract
from training.load.drive import OpenLoop, Target, closed
from training.load.figures import Sample, by_status, flaws_of, pace, percentile, trend
from training.load.material import Material, batches, parts_of
from training.load.overload import overload
from training.load.phases import Both, Unloaded
from training.load.plan import Plan
from training.load.request import CLASSIFY, SEARCH, Request, classify, get
from training.load.wire import Answer, Wire

ERREUR = b'{"erreur": {"code": "trop_de_requetes", "message": "plus tard"}}'
OPENAPI: dict[str, Any] = {
    "paths": {
        "/suggest": {"get": {"responses": {"200": {}, "422": {}, "429": {}, "default": {}}}},
        "/fiches": {"put": {"responses": {"200": {}}}},
    }
}


def test_percentiles_are_those_of_the_good_answers() -> None:
    samples = [Sample(SEARCH, "GET /suggest", 0.0, ms / 1_000, 200, 1) for ms in range(1, 101)]
    found = pace([*samples, Sample(SEARCH, "GET /suggest", 0.0, 9.0, 503, 1)], seconds=10)
    assert (found.requests, found.good, found.rate) == (101, 100, 10.0)
    assert found.p50_ms == pytest.approx(50.5)
    assert found.p99_ms == pytest.approx(99.01)
    assert math.isnan(pace([]).p50_ms)
    assert percentile([7.0], 99) == 7.0


def test_a_trend_is_the_slope_whatever_the_noise_around_it() -> None:
    seconds = list(range(0, 3_600, 10))
    noisy = [500 + 12 * second / 3_600 + (1 if second % 20 else -1) for second in seconds]
    assert trend(seconds, noisy) == pytest.approx(12, abs=0.1)
    assert trend(seconds, [3.0] * len(seconds)) == 0
    assert trend([5, 5, 5], [1, 2, 3]) is None


def test_the_contract_is_read_and_held_against_answers() -> None:
    contract = Contract.of(OPENAPI)
    assert contract.statuses["GET", "/suggest"] == {200, 422, 429}
    assert contract.flaws("GET", "/suggest", Answer(429, {"retry-after": "1"}, ERREUR)) == ()
    assert contract.flaws("PUT", "/fiches", Answer(429, {"retry-after": "1"}, ERREUR)) == ("429 non documenté",)
    assert contract.flaws("GET", "/rien", Answer(200, {}, b"")) == ("200 non documenté",)
    assert contract.flaws("GET", "/suggest", Answer(422, {}, b"not JSON")) == ("422 sans la forme d'erreur du contrat",)
    samples = [Sample(SEARCH, "GET /suggest", 0, 0, status, 1, flaws) for status, flaws in ((504, ("x",)), (200, ()))]
    assert by_status(samples) == {"GET /suggest": {"200": 1, "504": 1}}
    assert flaws_of(samples) == {"GET /suggest : x": 1}


def test_records_are_never_sent_twice() -> None:
    material = Material([parts_of({"id": str(n), "intitule": f"Titre « {n} »"}) for n in range(3)], ["web"], [])
    records = material.records_apart()
    taken = [next(records) for _ in range(9)]
    assert len(set(taken)) == 9
    assert taken[4].decode() == '{"intitule":"Titre « 1 » 1","id":"1"}'
    request = next(batches(records, 2))
    assert request.items == 2
    assert request.data.endswith(b"]}")
    assert b"Content-Length: " in request.data


def test_clients_wait_for_their_answers_and_arrivals_do_not() -> None:
    at_once = most = 0

    async def handle(head: bytes, writer: asyncio.StreamWriter) -> bytes:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        return told(200)

    def asking() -> Iterator[Request]:
        while True:
            yield get(SEARCH, "/suggest")

    async def run() -> tuple[int, int, OpenLoop]:
        async with answering(handle) as port, Wire("127.0.0.1", port) as wire:
            target = Target(wire, Contract.of(OPENAPI))
            await closed(target, [asking(), asking()], 0.2)
            clients = most
            loop = OpenLoop(target, {"a": 500.0}, {"a": asking()}, 5)
            await loop.run(0.3)
            await loop.landed()
            return clients, most, loop

    clients, arrivals, loop = asyncio.run(run())
    assert clients == 2
    assert arrivals == 5
    assert loop.done.sent == len(loop.done.samples)
    assert loop.done.held > 0
    assert not loop.flying
    assert {sample.status for sample in loop.done.samples} == {200}


def test_what_is_refused_without_saying_when_to_come_back_is_a_flaw() -> None:
    async def handle(head: bytes, writer: asyncio.StreamWriter) -> bytes:
        if head.startswith(b"POST /classify"):
            return told(504, b"{}", "Connection: close")
        return told(429, ERREUR)

    async def run() -> tuple[dict[str, int], float]:
        async with answering(handle) as port, Wire("127.0.0.1", port) as wire:
            unit = pace([Sample("", "", 0, 0.1, 200, 1)])
            unloaded = Unloaded(classify={1: unit}, search={1: unit}, both=Both(unit, unit))
            material = Material([parts_of({"id": "1", "intitule": "Titre"})], ["web"], [])
            plan = Plan(overload_s=0.3, rest_s=0.05, batch=1)
            target = Target(wire, Contract({("POST", "/classify"): frozenset([200])}))
            found, samples = await overload(target, material, material.records_apart(), plan, unloaded)
            return flaws_of(samples), found.kept

    flaws, kept = asyncio.run(run())
    assert kept == 0
    assert flaws["POST /classify : 504 non documenté"] > 0
    assert flaws["POST /search : 429 sans Retry-After"] > 0


def test_a_request_counts_its_records() -> None:
    request = classify([b"{}", b"{}"])
    assert (request.group, request.place, request.items) == (CLASSIFY, "POST /classify", 2)

"""Batches never take every place, nor more work than can be done in time; what is let in leaves its place."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from cartography.readers import Record
from serving.admission import HEAVY, STREAMED, WAITING, Admission, Ticket
from serving.api import create_app
from serving.engine import Engine
from serving.settings import Settings

BODY = {"fiches": [{"id": "a", "type": "offre", "intitule": "Data scientist"}]}


def asked(path: str, length: int | None = None, kind: str = "application/json", method: str = "POST") -> Scope:
    headers = [(b"content-type", kind.encode())]
    headers += [] if length is None else [(b"content-length", str(length).encode())]
    return {"type": "http", "path": path, "method": method, "headers": headers}


def test_bodies_that_wait_together_are_bounded_by_their_bytes() -> None:
    admission = Admission.of(64, 1, 1_000)
    first = [admission.enter(asked("/classify", 900)) for _ in range(3)]
    assert [ticket is not None for ticket in first] == [True, True, False]
    assert admission.enter(asked("/fiches", 300, method="PUT")) is None
    assert admission.enter(asked("/classify", 200)) is not None
    # Those who search have nothing to do with it.
    assert admission.enter(asked("/search", 900)) is not None
    assert admission.enter(asked("/fiches", method="GET")) is not None
    for ticket in first:
        if ticket is not None:
            ticket.leave()
    assert admission.enter(asked("/classify", 1_000)) is not None


def test_a_body_that_waits_for_nobody_is_let_in_whatever_it_announces() -> None:
    for length in (None, 10**9, 0):
        assert Admission.of(64, 1, 1_000).enter(asked("/classify", length)) is not None


def test_half_of_the_places_are_kept_from_batches_however_small() -> None:
    admission = Admission.of(8, 1, 1_000_000)
    assert sum(admission.enter(asked("/classify", 10)) is not None for _ in range(8)) == 4
    assert sum(admission.enter(asked("/suggest", method="GET")) is not None for _ in range(8)) == 4


def test_a_stream_counts_for_what_is_read_of_it_at_a_time() -> None:
    admission = Admission.of(64, 1, 4 * STREAMED)
    streams = [admission.enter(asked("/classify", 10**9, "application/x-ndjson; charset=utf-8")) for _ in range(9)]
    assert sum(ticket is not None for ticket in streams) == WAITING * 4


def test_a_stream_counts_for_no_more_than_the_longest_body() -> None:
    admission = Admission.of(64, 1, STREAMED // 4)
    streams = [admission.enter(asked("/classify", 10**9, "application/x-ndjson")) for _ in range(9)]
    assert sum(ticket is not None for ticket in streams) == WAITING


@given(st.lists(st.tuples(st.sampled_from(["/classify", "/search", "/fiches"]), st.integers(0, 3_000), st.booleans())))
def test_every_place_is_given_back(events: list[tuple[str, int, bool]]) -> None:
    admission = Admission.of(6, 1, 1_000)
    inside: list[Ticket] = []
    for path, length, leave in events:
        if leave and inside:
            inside.pop().leave()
        elif ticket := admission.enter(asked(path, length)):
            inside.append(ticket)
        assert len(inside) <= 6
        assert sum(ticket.heavy for ticket in inside) <= 3
    for ticket in inside:
        ticket.leave()
    assert admission == Admission.of(6, 1, 1_000)


def test_who_types_is_answered_while_batches_are_refused(engine: Engine, settings: Settings) -> None:
    began, go = threading.Semaphore(0), threading.Event()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

        def record_of(self, value: Any) -> Record:
            began.release()
            assert go.wait(20)
            return engine.record_of(value)

    small = settings.model_copy(update={"max_concurrency": 4, "inferences": 2})
    app = create_app(lambda: Slow(), small)  # type: ignore[arg-type,return-value]
    with TestClient(app) as client, ThreadPoolExecutor(2) as pool:
        held = [pool.submit(client.post, "/classify", json=BODY) for _ in range(2)]
        for _ in held:
            assert began.acquire(timeout=10)
        for _ in range(3):
            refused = client.post("/classify", json=BODY)
            assert refused.status_code == 429
            assert refused.headers["retry-after"]
            assert client.post("/search", json={"texte": "web"}).status_code == 200
        go.set()
        assert [answer.result().status_code for answer in held] == [200, 200]
        assert client.post("/classify", json=BODY).status_code == 200
    assert "/classify" in HEAVY

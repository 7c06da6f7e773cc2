"""Requests that take too long are given up, and their place is free as soon as their work has ended, not before."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cartography.readers import Record
from serving.api import create_app
from serving.engine import Engine
from serving.ingest.answering import Answering
from serving.ingest.cache import AnswerCache
from serving.ingest.options import Options
from serving.schemas import ErreurReponse
from serving.settings import Settings
from serving.stop import GivenUp, Stop
from tests.serving.listening import listening

BODY = {"fiches": [{"id": "a", "type": "offre", "intitule": "Data scientist"}]}


def refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert ErreurReponse.model_validate(response.json()).erreur.code == code


class Slow:
    """An engine whose records wait to be let go."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.began, self.go, self.ended = threading.Semaphore(0), threading.Event(), threading.Semaphore(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def record_of(self, value: Any) -> Record:
        self.began.release()
        assert self.go.wait(20)
        self.ended.release()
        return self._engine.record_of(value)


def hurried(settings: Settings, **more: object) -> Settings:
    return settings.model_copy(update={"timeout_s": 0.2, "inferences": 1, **more})


def test_what_takes_too_long_is_told(engine: Engine, settings: Settings) -> None:
    slow = Slow(engine)
    with TestClient(create_app(lambda: slow, hurried(settings))) as client:  # type: ignore[arg-type,return-value]
        response = client.post("/classify", json=BODY)
        refused(response, 504, "delai_depasse")
        assert int(response.headers["retry-after"]) > 0
        # Its thread still works: whoever comes next waits for its place, and no longer than the rest.
        assert slow.began.acquire(timeout=5)
        refused(client.post("/classify", json=BODY), 504, "delai_depasse")
        assert not slow.began.acquire(blocking=False)
        # Searches have places of their own.
        assert client.get("/cartographie").status_code == 200
        slow.go.set()
        assert slow.ended.acquire(timeout=5)
        assert client.post("/classify", json=BODY).status_code == 200


def test_many_that_are_given_up_leave_every_place_free(engine: Engine, settings: Settings) -> None:
    slow = Slow(engine)
    app = create_app(lambda: slow, hurried(settings, inferences=2))  # type: ignore[arg-type,return-value]
    with TestClient(app) as client, ThreadPoolExecutor(12) as pool:
        statuses = [r.status_code for r in pool.map(lambda _: client.post("/classify", json=BODY), range(12))]
        assert statuses == [504] * 12
        slow.go.set()
        for _ in range(20):
            assert client.post("/classify", json=BODY).status_code == 200
        assert app.state.context.batches.borrowed_tokens == 0


def test_work_that_nobody_waits_for_stops(engine: Engine) -> None:
    answering = Answering(engine.classifier, AnswerCache(100), engine.answering.others)
    records = [engine.record_of({"id": str(i), "type": "offre", "intitule": f"Data {i}"}) for i in range(200)]
    stop = Stop()
    stop.ask()
    for mots in (False, True):
        with pytest.raises(GivenUp):
            answering.answer(records, Options(top_k=5, preuves=True, cartographie=None, mots=mots), stop)
    # Nothing half made is remembered.
    whole = answering.answer(records[:3], Options(top_k=5, preuves=True, cartographie=None, mots=False))
    assert len(whole) == 3


def test_a_body_that_does_not_come_is_not_waited_for(engine: Engine, settings: Settings) -> None:
    with listening(create_app(lambda: engine, hurried(settings))) as base:
        host, _, port = base.removeprefix("http://").partition(":")
        for path, kind in (("/search", "json"), ("/classify", "json"), ("/classify", "xml")):
            with socket.create_connection((host, int(port)), timeout=20) as connection:
                head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/{kind}\r\n"
                connection.sendall(f"{head}Content-Length: 99\r\n\r\n{{".encode())
                received = b""
                while piece := connection.recv(65_536):
                    received += piece
            assert received.startswith(b"HTTP/1.1 408"), received
            assert b'"code":"corps_trop_lent"' in received


def test_pages_of_other_sites_ask_only_where_it_is_allowed(engine: Engine, settings: Settings) -> None:
    headers = {"Origin": "https://portail.fr", "Access-Control-Request-Method": "POST"}
    with TestClient(create_app(lambda: engine, settings)) as client:
        assert "access-control-allow-origin" not in client.get("/versions", headers=headers).headers
    open_to = settings.model_copy(update={"cors_origins": "https://portail.fr, https://autre.fr"})
    with TestClient(create_app(lambda: engine, open_to)) as client:
        asked = client.options("/classify", headers=headers)
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == "https://portail.fr"
        for response in (client.get("/versions", headers=headers), client.post("/search", headers=headers)):
            # Refusals too can be read there.
            assert response.headers["access-control-allow-origin"] == "https://portail.fr"
        stranger = {**headers, "Origin": "https://ailleurs.fr"}
        assert "access-control-allow-origin" not in client.get("/versions", headers=stranger).headers

"""The border: bodies, statuses, one error shape, and nothing of a failure told outside."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given
from hypothesis import strategies as st

from cartography.readers import Record
from serving.api import create_app
from serving.engine import Engine
from serving.errors import ApiError
from serving.schemas import ErreurReponse
from serving.settings import Settings

JSON = {"content-type": "application/json"}


def refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert ErreurReponse.model_validate(response.json()).erreur.code == code


def test_unknown_addresses_and_methods(client: TestClient) -> None:
    refused(client.get("/rien"), 404, "adresse_inconnue")
    response = client.get("/classify")
    refused(response, 405, "methode_refusee")
    assert response.headers["allow"] == "POST"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_other_types_than_json_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    refused(client.post("/search", content=b'{"texte": "x"}', headers=headers), 415, "type_refuse")


def test_json_types_are_accepted(client: TestClient) -> None:
    for kind in ("application/json; charset=UTF-8", "application/ld+json", "Application/JSON"):
        response = client.post("/search", content=b'\xef\xbb\xbf{"texte": "x"}', headers={"content-type": kind})
        assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"texte": "x"} y',
        b'{"texte": NaN}',
        b'{"texte": -Infinity}',
        b'{"texte": 1e999}',
        b'{"texte": ' + b"9" * 5000 + b"}",
        b'{"texte": "\xff"}',
        '{"texte": "é"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"texte": ' * 20_000,
    ],
)
def test_what_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    refused(client.post("/search", content=body, headers=JSON), 422, "json_invalide")


def test_other_values_than_objects_are_refused(client: TestClient) -> None:
    for body in (b"[]", b"7", b"null", b'"x"'):
        refused(client.post("/search", content=body, headers=JSON), 422, "requete_invalide")


def test_bodies_are_bounded_with_and_without_a_length(client: TestClient) -> None:
    padding = b" " * 200_001
    refused(client.post("/search", content=b'{"texte": "x"}' + padding, headers=JSON), 413, "corps_trop_gros")

    def chunks() -> Iterator[bytes]:
        for _ in range(1000):
            yield b" " * 1000

    refused(client.post("/search", content=chunks(), headers=JSON), 413, "corps_trop_gros")
    exact = b'{"texte": "x"}'.ljust(200_000)
    assert client.post("/search", content=exact, headers=JSON).status_code == 200


def test_a_failure_is_logged_and_not_told(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Engine:
        raise ValueError("mot de passe")

    with TestClient(create_app(broken, settings)) as client:
        response = client.get("/versions")
    refused(response, 500, "erreur_interne")
    assert "mot de passe" not in response.text
    assert "mot de passe" in caplog.text
    reference = response.json()["erreur"]["message"].split("référence ")[1].split()[0]
    assert reference == response.headers["x-request-id"]
    assert f"erreur interne {reference}" in caplog.text


def test_before_the_engine_is_loaded(settings: Settings) -> None:
    def loading() -> Engine:
        raise ApiError(503, "service_en_demarrage", "le service démarre", headers={"Retry-After": "1"})

    with TestClient(create_app(loading, settings)) as client:
        response = client.post("/search", json={"texte": "x"})
        refused(response, 503, "service_en_demarrage")
        assert response.headers["retry-after"] == "1"


def test_too_many_requests_are_refused(engine: Engine, settings: Settings) -> None:
    busy, go = threading.Event(), threading.Event()

    class Slow:
        lookup, answering = engine.lookup, engine.answering

        def record_of(self, value: Any) -> Record:
            busy.set()
            assert go.wait(10)
            return engine.record_of(value)

    one = settings.model_copy(update={"max_concurrency": 1})
    body = {"fiches": [{"id": "a", "type": "offre", "intitule": "x"}]}
    with TestClient(create_app(lambda: Slow(), one)) as client:  # type: ignore[arg-type,return-value]
        statuses: list[int] = []
        thread = threading.Thread(target=lambda: statuses.append(client.post("/classify", json=body).status_code))
        thread.start()
        assert busy.wait(10)
        response = client.get("/versions")
        refused(response, 429, "trop_de_requetes")
        assert response.headers["retry-after"] == "1"
        go.set()
        thread.join(10)
        assert statuses == [200]
        assert client.post("/classify", json=body).status_code == 200


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
records = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=5) | values,
        "type": st.sampled_from(["offre", "formation"]) | values,
        "intitule": st.text() | values,
        "description": st.text() | values,
        "rome": values | st.lists(st.from_regex(r"[A-N]\d{4}", fullmatch=True)),
        "appellation": st.text() | values,
        "formacode": values,
        "libre": values,
    },
)


@given(
    body=st.fixed_dictionaries({"fiches": st.lists(records | values, max_size=5)}, optional={"top_k": values}) | values
)
def test_no_body_breaks_classify(client: TestClient, body: Any) -> None:
    response = client.post("/classify", content=json.dumps(body).encode(), headers=JSON)
    assert response.status_code in (200, 422)
    if response.status_code == 200:
        assert len(response.json()["resultats"]) == len(body["fiches"])
    else:
        ErreurReponse.model_validate(response.json())


@given(raw=st.binary(max_size=200))
@example(raw=b'{"fiches":[{"":""}]}')
def test_no_bytes_break_classify(client: TestClient, raw: bytes) -> None:
    response = client.post("/classify", content=raw, headers=JSON)
    if response.status_code == 200:
        # By chance a request, of records that say nothing: one answer each.
        assert len(response.json()["resultats"]) == len(json.loads(raw)["fiches"])
        return
    assert response.status_code == 422
    ErreurReponse.model_validate(response.json())


def test_the_length_of_a_description_is_bounded_wherever_a_record_is_taken(engine: Engine, settings: Settings) -> None:
    own = settings.model_copy(update={"max_text_chars": 20})
    short = replace(engine, answering=replace(engine.answering, max_text=20))
    good = {"id": "a", "type": "offre", "intitule": "Data scientist", "description": "x" * 20}
    long = {**good, "id": "b", "description": "x" * 21}
    with TestClient(create_app(lambda: short, own)) as client:
        answers = client.post("/classify", json={"fiches": [good, long]}).json()["resultats"]
        assert "niveau" in answers[0]
        assert answers[1]["id"] == "b"
        assert answers[1]["erreur"]["champ"] == "description"
        assert "20" in answers[1]["erreur"]["message"]
        refused(client.post("/similar", json={"fiche": long}), 422, "fiche_invalide")
        assert client.post("/similar", json={"fiche": good}).status_code == 200
        stored = client.put("/fiches", json={"fiches": [long]}).json()
        assert stored["nouvelles"] == 0
        assert stored["erreurs"][0]["erreur"]["champ"] == "description"
        fiche = client.get("/openapi.json").json()["components"]["schemas"]["FicheSchema"]
        assert fiche["properties"]["description"]["anyOf"][0]["maxLength"] == 20

"""What the client sends and reads is what `/openapi.json` tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest

from serving.api import create_app
from serving.client import Client
from serving.client_stream import NDJSON
from serving.engine import Engine
from serving.settings import Settings
from serving.transport import Transport

FICHE = {"id": "a", "type": "offre", "intitule": "Data scientist", "rome": ["M1405"]}
TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


@pytest.fixture(scope="module")
def contract(engine: Engine, settings: Settings) -> dict[str, Any]:
    return create_app(lambda: engine, settings).openapi()


def _schema(contract: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = contract["components"]["schemas"][schema["$ref"].split("/")[-1]] if "$ref" in schema else {}
    return found or schema


def _fits(contract: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:
    """Say whether a value is what a schema tells, as far as its type, its fields and its items go."""
    schema = _schema(contract, schema)
    if "anyOf" in schema:
        return any(_fits(contract, choice, value) for choice in schema["anyOf"])
    kind = schema.get("type")
    if kind is None or kind not in TYPES:
        return kind is None
    if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return False
    if value not in schema.get("enum", [value]):
        return False
    if kind == "array":
        return all(_fits(contract, schema.get("items", {}), item) for item in value)
    if kind == "object" and "properties" in schema:
        fields = schema["properties"]
        known = {name: fields[name] for name in value if name in fields}
        whole = set(value) <= set(fields) or schema.get("additionalProperties") is not False
        required = set(schema.get("required", ())) <= set(value)
        return whole and required and all(_fits(contract, s, value[name]) for name, s in known.items())
    return True


class _Recorder:
    """Stands for the service: keeps what is sent."""

    def __init__(self, contract: dict[str, Any]) -> None:
        self.contract = contract
        self.sent: list[tuple[str, str, Any, dict[str, object]]] = []

    def call(
        self, _: Transport, method: str, path: str, body: bytes | None = None, query: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        if path == "/openapi.json":
            return self.contract
        self.sent.append((method, path, json.loads(body) if body else None, dict(query or {})))
        counts: dict[str, Any] = {"nouvelles": 0, "remplacees": 0, "retirees": 0, "erreurs": [], "versions": {}}
        return {"resultats": [], "suggestions": [], "fiche": {}, **counts}


def test_every_path_and_field_that_is_used_is_told(contract: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = _Recorder(contract)
    monkeypatch.setattr(Transport, "call", lambda self, *args, **kwargs: recorder.call(self, *args, **kwargs))
    client = Client("http://127.0.0.1:1")
    client.classify([FICHE], top_k=3, preuves=False, cartographie="2022", mots=True)
    client.search("web", k=3, type="offre", debut=2, tri="date", facettes=["famille"], extraits=False, lieu="Lyon")
    client.similar(id="a", type="offre", k=2, cible="formation", niveau_sortie=[5, 6])
    client.similar(fiche=FICHE)
    client.similar(texte="web")
    client.suggest("web", 3)
    client.cartographie("2022", "web")
    client.upsert([FICHE])
    client.delete([("offre", "a")])
    client.fiche("a", "offre")
    client.correct(FICHE, ["data-scientist"], note="lu")
    assert {path for _, path, _, _ in recorder.sent} == {
        "/classify", "/search", "/similar", "/suggest", "/cartographie", "/fiches", "/fiches/delete", "/corrections"
    }  # fmt: skip
    for method, path, body, query in recorder.sent:
        operation = contract["paths"][path][method.lower()]
        if body is not None:
            assert _fits(contract, operation["requestBody"]["content"]["application/json"]["schema"], body), path
        _check_query(contract, operation, query)


def _check_query(contract: dict[str, Any], operation: dict[str, Any], query: dict[str, object]) -> None:
    told = {p["name"]: p["schema"] for p in operation.get("parameters", []) if p["in"] == "query"}
    for name, value in query.items():
        assert _fits(contract, told[name], value), name


def test_the_options_of_a_stream_are_told(contract: dict[str, Any]) -> None:
    operation = contract["paths"]["/classify"]["post"]
    assert NDJSON in operation["requestBody"]["content"]
    assert NDJSON in operation["responses"]["200"]["content"]
    asked = {"top_k": 3, "preuves": False, "cartographie": "2022", "mots": True}
    _check_query(contract, operation, asked)
    target = Transport("http://127.0.0.1:1").target("/classify", asked)
    assert parse_qs(target.partition("?")[2]) == {
        "top_k": ["3"], "preuves": ["false"], "cartographie": ["2022"], "mots": ["true"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("post", "/classify", {"resultats": "array"}),
        ("get", "/suggest", {"suggestions": "array"}),
        ("get", "/fiches", {"fiche": "object"}),
        ("post", "/corrections", {"id": "string", "label": "string"}),
        ("put", "/fiches", {"nouvelles": "integer", "remplacees": "integer", "retirees": "integer"}),
        ("put", "/fiches", {"erreurs": "array", "versions": "object"}),
        ("post", "/fiches/delete", {"retirees": "integer", "erreurs": "array", "versions": "object"}),
    ],
)
def test_what_is_read_of_answers_is_told(
    contract: dict[str, Any], method: str, path: str, fields: dict[str, str]
) -> None:
    answer = contract["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    told = _schema(contract, answer)["properties"]
    for name, kind in fields.items():
        assert _schema(contract, told[name])["type"] == kind


@pytest.mark.parametrize("name", ["ClassifyRequest", "UpsertRequest", "DeleteRequest"])
def test_the_limits_that_cut_batches_are_told(contract: dict[str, Any], name: str) -> None:
    assert isinstance(contract["components"]["schemas"][name]["properties"]["fiches"]["maxItems"], int)


def test_errors_have_the_fields_that_the_client_tells(contract: dict[str, Any]) -> None:
    told = _schema(contract, contract["components"]["schemas"]["ErreurReponse"]["properties"]["erreur"])["properties"]
    assert {"code", "message", "champ", "id"} <= set(told)
    assert not _fits(contract, {"$ref": "#/components/schemas/ClassifyRequest"}, {"fiches": [FICHE], "top_k": "3"})
    assert not _fits(contract, {"$ref": "#/components/schemas/ClassifyRequest"}, {"fiches": [FICHE], "inconnu": 3})

"""What nobody should send: every endpoint answers it with a documented status, in the one error shape, and goes on."""

from __future__ import annotations

import gzip
import json
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.api import create_app
from serving.engine import Engine
from serving.schemas import ErreurReponse
from serving.settings import Settings

FICHE = {"id": "a", "type": "offre", "intitule": "Développeur web"}
WRITTEN = {**FICHE, "id": "hostile"}
BODIES: dict[str, dict[str, Any]] = {
    "/classify": {"fiches": [FICHE]},
    "/search": {"texte": "web"},
    "/similar": {"texte": "web"},
    "/fiches": {"fiches": [WRITTEN]},
    "/fiches/delete": {"fiches": [{"type": "offre", "id": "absente"}]},
}
TEXTS = {
    "nul": "a\x00b",
    "commande": "\x1b[2J\x07\x08",
    "sans fin": "é" * 1_000_000,
    "dix mégaoctets": "x" * 10_000_000,
    "un seul mot": "développeur" * 9_000,
    "accents empilés": "e" + "\u0301" * 50_000,
    "droite à gauche": "\u202eweb\u2066",
    "invisible": "\u200b\ufeff\u00ad" * 1_000,
    "emoji": "👩🏽‍💻" * 5_000,
    "FTS5": '" OR NEAR(a* b^ {c}: -d ^e "f AND NOT (',
    "SQL": "'; DROP TABLE fiches; --",
    "chemin": "../../../../etc/passwd",
    "format": "{0.__class__} %s %n ${jndi:ldap://x}",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "regex": "a" * 5_000 + "!",
    "phrases": "Un. " * 100_000,
    "lignes": "\r\n" * 200_000,
}

VALUES = (
    *("NaN", "-Infinity", "1e999", "9" * 5_000, "null", "true", "[]", "{}", "-1", "1.5", '"\\ud800"', '"\\u0000"'),
    "[" * 50_000 + "]" * 50_000,
    '{"a":' * 20_000 + "1" + "}" * 20_000,
    "[" + "1," * 200_000 + "1]",
)
"""As they stand in a body, JSON or not."""


class Exploit:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.target,))


@pytest.fixture(scope="module")
def served(
    tiny_bundle_dir: Path, tiny_index_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """The application with the limits that it has in service, on an index of its own."""
    index = Path(shutil.copytree(tiny_index_dir, tmp_path_factory.mktemp("hostile") / "index"))
    own = Settings(bundle=tiny_bundle_dir, index=index, threads=1)
    engine = Engine.load(own)
    with TestClient(create_app(lambda: engine, own)) as client:
        yield client


def sent(client: TestClient, path: str, content: bytes, **headers: str) -> Any:
    """Send a body; hold the answer to the contract and return it."""
    method = "PUT" if path == "/fiches" else "POST"
    kind = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    response = client.request(method, path, content=content, headers=kind)
    documented = client.get("/openapi.json").json()["paths"][path][method.lower()]["responses"]
    assert str(response.status_code) in documented, response.text[:500]
    assert response.status_code < 500, response.text[:500]
    if response.status_code != 200:
        ErreurReponse.model_validate(response.json())
        assert len(response.content) < 2_000, "an error is no echo"
    assert "Traceback" not in response.text
    return response


def well(client: TestClient) -> None:
    """Check that it still answers."""
    assert sent(client, "/classify", json.dumps(BODIES["/classify"]).encode()).json()["resultats"][0]["id"] == "a"


@pytest.mark.parametrize("name", TEXTS)
def test_texts_of_all_kinds(served: TestClient, name: str) -> None:
    text = TEXTS[name]
    for field in ("intitule", "description", "appellation", "id", "rncp", "inconnu"):
        body = json.dumps({"fiches": [{**FICHE, field: text}, FICHE]}).encode()
        answers = sent(served, "/classify", body).json()["resultats"]
        assert len(answers) == 2
        # Whatever the first is, its neighbour has the answer that it has alone.
        assert answers[1] == sent(served, "/classify", json.dumps({"fiches": [FICHE]}).encode()).json()["resultats"][0]
        assert ("erreur" in answers[0]) != ("niveau" in answers[0])
    for path in ("/search", "/similar"):
        sent(served, path, json.dumps({"texte": text}).encode())
        sent(served, path, json.dumps({"texte": "web", "lieu": text, "organisme": [text]}).encode())
    sent(served, "/fiches", json.dumps({"fiches": [{**WRITTEN, "description": text}]}).encode())
    sent(served, "/fiches/delete", json.dumps({"fiches": [{"type": "offre", "id": text}]}).encode())
    assert served.get("/suggest", params={"q": text[:150]}).status_code in (200, 422)
    assert served.get("/cartographie", params={"q": text[:400]}).status_code in (200, 422)


@pytest.mark.parametrize("path", BODIES)
def test_values_that_are_no_text(served: TestClient, path: str) -> None:
    for value in VALUES:
        for field in (*BODIES[path], "k", "top_k", "debut", "type", "cible", "facettes", "rayon_km", "inconnu"):
            body = {**BODIES[path], field: "@"}
            sent(served, path, json.dumps(body).replace('"@"', value).encode("utf-8", "surrogatepass"))
        for content in (value, f"[{value}]", f'{{"fiches": [{value}]}}', f'{{"fiches": {value}, "texte": {value}}}'):
            sent(served, path, content.encode())
    well(served)


@pytest.mark.parametrize("path", BODIES)
def test_many_names(served: TestClient, path: str) -> None:
    names = ",".join(f'"c{i}": {i}' for i in range(50_000))
    sent(served, path, f"{{{names}}}".encode())
    sent(served, path, b'{"' + b"n" * 1_000_000 + b'": 1}')
    sent(served, path, b'{"texte": "a", "texte": "b", "fiches": [], "fiches": {}}')
    sent(served, path, b'{"__proto__": {}, "__class__": "x", "": 1}')
    if path in ("/classify", "/fiches"):
        # Fields that a record's schema does not have are kept with it, as many as there are.
        record = {**WRITTEN, **{f"c{i}": i for i in range(5_000)}}
        assert sent(served, path, json.dumps({"fiches": [record]}).encode()).status_code == 200
    well(served)


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream", "application/x-pickle",
                                  "application/python-pickle", "application/vnd.bentoml+pickle",
                                  "multipart/form-data", "text/xml", "image/png", "application/x-ndjson"])  # fmt: skip
def test_nothing_is_unpickled_and_other_types_are_refused(
    served: TestClient, path: str, kind: str, tmp_path: Path
) -> None:
    target = tmp_path / "execute"
    for protocol in (0, 2, 5):
        response = sent(served, path, pickle.dumps(Exploit(target), protocol), content_type=kind)
        if kind not in ("application/json", "application/x-ndjson", "text/xml"):
            assert response.status_code == 415
    assert not target.exists()


@pytest.mark.parametrize("path", BODIES)
def test_compressed_bodies_are_not_unpacked(served: TestClient, path: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert sent(served, path, bomb, content_encoding="gzip").status_code == 415
    assert sent(served, path, bomb).status_code == 422


def test_documents_that_grow_or_reach_out_are_refused(served: TestClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mot de passe", encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    for document in (
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><lheo>&l11;</lheo>',
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><lheo><offres>&e;</offres></lheo>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><lheo/>',
        "<a>" * 100_000,
        "<lheo>" + "<formation>" * 50_000,
        "",
        "\x00",
    ):
        response = sent(served, "/classify", document.encode(), content_type="application/xml")
        assert response.status_code == 422
        assert "mot de passe" not in response.text
    well(served)


def test_lines_of_all_kinds(served: TestClient) -> None:
    good = json.dumps(FICHE)
    lines = [good, "{", "\x00", "[" * 100_000, '{"id": "\\ud800"}', "x" * 5_000_000, "null", good]
    body = "\n".join(lines).encode() + b"\n\xff\xfe\n" + good.encode()
    answers = [
        json.loads(line) for line in sent(served, "/classify", body, content_type="application/x-ndjson").iter_lines()
    ]
    assert len(answers) == len(lines) + 2
    assert [rank for rank, answer in enumerate(answers) if "niveau" in answer] == [0, 7, 9]
    assert all(answer["erreur"]["position"] == rank + 1 for rank, answer in enumerate(answers) if "erreur" in answer)


def test_addresses_of_all_kinds(served: TestClient) -> None:
    for path in ("/page/../../pyproject.toml", "/page/%2e%2e/settings.py", "/page/..%2fsettings.py", "//etc/passwd",
                 "/page/%00", "/openapi.json/", "/classify/", "/%ff", "/" + "a" * 5_000, "/page/"):  # fmt: skip
        response = served.get(path)
        assert response.status_code in (404, 405), path
        ErreurReponse.model_validate(response.json())
    for method in ("TRACE", "OPTIONS", "PATCH", "DELETE", "FOO"):
        assert served.request(method, "/search").status_code == 405

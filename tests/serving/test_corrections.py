"""POST /corrections: what a person says of a record is kept, or the caller is told why not."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from cartography.correction_file import read_corrections
from cartography.corrections import Correction
from serving.api import create_app
from serving.correction_schemas import CorrectionResponse
from serving.engine import Engine
from serving.schemas import ErreurReponse
from serving.settings import Settings, export_paths, load_settings
from tests.serving.listening import listening
from tests.serving.running import running

FICHE = {"id": "a", "type": "offre", "intitule": "Data analyst", "description": "SQL", "lieu": {"ville": "Lyon"}}
SAID: dict[str, Any] = {"fiche": FICHE, "numerique": True, "postes": ["data-analyst", "data-engineer"]}


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"var": tmp_path / "var"})


@pytest.fixture
def client(engine: Engine, own: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(lambda: engine, own)) as client:
        yield client


def _kept(settings: Settings) -> list[Correction]:
    found = list(read_corrections(settings.corrections_file))
    assert all(isinstance(item, Correction) for item in found)
    return [item for item in found if isinstance(item, Correction)]


def _refused(response: Any, status: int, code: str, champ: str | None = None) -> str:
    assert response.status_code == status, response.text
    erreur = ErreurReponse.model_validate(response.json()).erreur
    assert (erreur.code, erreur.champ) == (code, champ)
    return erreur.message


def test_what_is_said_is_kept_whole(client: TestClient, own: Settings, engine: Engine) -> None:
    response = client.post("/corrections", json={**SAID, "note": "  elle fait\ndes tableaux  "})
    assert response.status_code == 200, response.text
    told = CorrectionResponse.model_validate(response.json())
    assert told.label == "data-analyst|data-engineer"
    (kept,) = _kept(own)
    assert (kept.id, kept.label, kept.note) == (told.id, told.label, "elle fait\ndes tableaux")
    assert kept.versions == engine.classifier.versions
    assert kept.fiche.as_json() == FICHE
    assert datetime.now(UTC) - datetime.fromisoformat(kept.date) < timedelta(minutes=1)
    assert kept.date.endswith("Z")
    assert own.corrections_file == own.var / "corrections.jsonl"


def test_out_of_the_cartographie(client: TestClient, own: Settings) -> None:
    assert client.post("/corrections", json={"fiche": FICHE, "numerique": False}).json()["label"] == "non"
    assert [kept.label for kept in _kept(own)] == ["non"]


def test_said_twice_it_is_one_line_and_who_thinks_again_is_heard(client: TestClient, own: Settings) -> None:
    other = {**SAID, "postes": ["data-engineer"]}
    ids = [client.post("/corrections", json=said).json()["id"] for said in (SAID, SAID, other, other, SAID)]
    assert (ids[0], ids[2]) == (ids[1], ids[3])
    assert ids[0] == ids[4] != ids[2]
    assert [kept.id for kept in _kept(own)] == [ids[0], ids[2], ids[0]]


def test_two_texts_under_one_identifier_are_two_records(client: TestClient, own: Settings) -> None:
    for title in ("Data analyst", "Data analyst senior"):
        client.post("/corrections", json={**SAID, "fiche": {**FICHE, "intitule": title}})
    assert len({kept.record for kept in _kept(own)}) == 2


@pytest.mark.parametrize(
    ("change", "code", "champ"),
    [
        ({"numerique": None}, "requete_invalide", "numerique"),
        ({"numerique": "oui"}, "requete_invalide", "numerique"),
        ({"numerique": 1}, "requete_invalide", "numerique"),
        ({"numerique": False}, "requete_invalide", "postes"),
        ({"postes": []}, "requete_invalide", "postes"),
        ({"postes": "data-analyst"}, "requete_invalide", "postes"),
        ({"postes": ["data-analyst"] * 2}, "requete_invalide", "postes"),
        ({"postes": ["a", "b", "c", "d"]}, "requete_invalide", "postes"),
        ({"postes": ["data-analyst", "plombier"]}, "requete_invalide", "postes.1"),
        ({"postes": ["Data analyst"]}, "requete_invalide", "postes.0"),
        ({"postes": ["data-analyst|data-engineer"]}, "requete_invalide", "postes.0"),
        ({"postes": [7]}, "requete_invalide", "postes.0"),
        ({"postes": ["x" * 301]}, "requete_invalide", "postes.0"),
        ({"note": "x" * 501}, "requete_invalide", "note"),
        ({"note": 7}, "requete_invalide", "note"),
        ({"note": "\ud800"}, "requete_invalide", "note"),
        ({"inconnu": 1}, "requete_invalide", "inconnu"),
        ({"fiche": None}, "fiche_invalide", "fiche"),
        ({"fiche": []}, "fiche_invalide", "fiche"),
        ({"fiche": {**FICHE, "id": ""}}, "fiche_invalide", "fiche.id"),
        ({"fiche": {**FICHE, "type": "cours"}}, "fiche_invalide", "fiche.type"),
        ({"fiche": {"id": "a", "type": "offre"}}, "fiche_invalide", "fiche.intitule"),
        ({"fiche": {**FICHE, "intitule": "<b></b>"}}, "champ_vide", "fiche.intitule"),
        ({"fiche": {**FICHE, "rome": [[]]}}, "fiche_invalide", "fiche.rome.0"),
        ({"fiche": {**FICHE, "lieu": "\udfff"}}, "unicode_invalide", "fiche"),
    ],
)
def test_refusals_name_the_field(
    client: TestClient, own: Settings, change: dict[str, Any], code: str, champ: str
) -> None:
    body = json.dumps({**SAID, **change})
    response = client.post("/corrections", content=body, headers={"content-type": "application/json"})
    _refused(response, 422, code, champ)
    assert not own.corrections_file.exists()


@pytest.mark.parametrize("missing", ["fiche", "numerique"])
def test_what_must_be_said(client: TestClient, missing: str) -> None:
    body = {name: value for name, value in SAID.items() if name != missing}
    _refused(client.post("/corrections", json=body), 422, "requete_invalide", missing)


def test_endless_nesting_is_refused(client: TestClient) -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    _refused(
        client.post("/corrections", json={**SAID, "fiche": {**FICHE, "x": deep}}), 422, "json_trop_profond", "fiche"
    )


def test_bodies_of_other_types_or_too_long(client: TestClient) -> None:
    _refused(client.post("/corrections", content=b"{}"), 415, "type_refuse")
    _refused(client.post("/corrections", json={**SAID, "note": "x" * 200_001}), 413, "corps_trop_gros")
    _refused(client.get("/corrections"), 405, "methode_refusee")


def test_who_may_not_write_is_refused(engine: Engine, own: Settings) -> None:
    closed = own.model_copy(update={"api_keys": SecretStr("une,deux")})
    with TestClient(create_app(lambda: engine, closed)) as client:
        _refused(client.post("/corrections", json=SAID), 401, "cle_refusee")
        wrong = {"authorization": "Bearer autre"}
        _refused(client.post("/corrections", json=SAID, headers=wrong), 401, "cle_refusee")
        right = {"authorization": "Bearer deux"}
        assert client.post("/corrections", json=SAID, headers=right).status_code == 200
    elsewhere = own.model_copy(update={"host": "0.0.0.0"})
    with TestClient(create_app(lambda: engine, elsewhere)) as client:
        _refused(client.post("/corrections", json=SAID), 401, "cle_refusee")


def test_a_file_of_its_own_and_its_bound(engine: Engine, own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "ailleurs" / "dites.jsonl"
    small = own.model_copy(update={"corrections": file, "max_corrections_bytes": 1024})
    with TestClient(create_app(lambda: engine, small)) as client:
        answers = [client.post("/corrections", json={**SAID, "fiche": {**FICHE, "id": str(i)}}) for i in range(5)]
        full = next(answer for answer in answers if answer.status_code != 200)
        message = _refused(full, 503, "corrections_pleines")
        assert "1024 octets" in message
        assert full.headers["retry-after"] == "3600"
        # What is there already is still acknowledged.
        assert client.post("/corrections", json={**SAID, "fiche": {**FICHE, "id": "0"}}).status_code == 200
        assert file.stat().st_size <= 1024
        assert len(_kept(small)) == sum(answer.status_code == 200 for answer in answers) > 0
        file.rename(tmp_path / "relevées.jsonl")
        assert client.post("/corrections", json={**SAID, "fiche": {**FICHE, "id": "4"}}).status_code == 200
    assert not own.corrections_file.exists()


def test_a_disk_that_refuses_is_told(client: TestClient, own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/corrections", json=SAID)
    before = own.corrections_file.read_bytes()
    write = os.write

    def full(handle: int, data: Any) -> int:
        if len(data) > 20:
            return write(handle, bytes(data)[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cartography.correction_file.os.write", full)
    response = client.post("/corrections", json={**SAID, "postes": ["data-analyst"]})
    monkeypatch.undo()
    assert "plus de place sur le disque" in _refused(response, 503, "corrections_non_inscriptibles")
    assert response.headers["retry-after"] == "60"
    assert "Traceback" not in response.text
    assert own.corrections_file.read_bytes() == before


@pytest.mark.parametrize("what", ["folder", "file", "device", "pipe"])
def test_a_path_that_is_no_file_is_told(engine: Engine, own: Settings, tmp_path: Path, what: str) -> None:
    path = tmp_path / "corrections.jsonl"
    if what == "folder":
        path.mkdir()
    elif what == "file":
        (tmp_path / "var").write_text("", encoding="utf-8")
        path = tmp_path / "var" / "corrections.jsonl"
    elif what == "device":
        path = Path("/dev/null")
    else:
        os.mkfifo(path)
    with TestClient(create_app(lambda: engine, own.model_copy(update={"corrections": path}))) as client:
        _refused(client.post("/corrections", json=SAID), 503, "corrections_non_inscriptibles")


def test_a_file_that_another_process_holds_is_told(
    client: TestClient, own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post("/corrections", json=SAID)
    monkeypatch.setattr("cartography.correction_file._PATIENCE_S", 0.05)
    with own.corrections_file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        response = client.post("/corrections", json=SAID)
        assert "un autre processus tient le fichier" in _refused(response, 503, "corrections_non_inscriptibles")
    assert client.post("/corrections", json=SAID).status_code == 200


def test_workers_are_told_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GENSCAN_VAR", "GENSCAN_CORRECTIONS"):
        monkeypatch.setenv(name, "rien")
    export_paths(Settings(corrections=Path("dites.jsonl")))
    assert load_settings().corrections_file == tmp_path / "dites.jsonl"


def test_the_contract_tells_it(client: TestClient) -> None:
    contract = client.get("/openapi.json").json()
    told = contract["paths"]["/corrections"]["post"]
    assert {"200", "401", "413", "415", "422", "429", "500", "503"} <= set(told["responses"])
    fields = contract["components"]["schemas"]["CorrectionRequest"]["properties"]
    assert fields["fiche"] == {"$ref": "#/components/schemas/FicheSchema"}
    assert fields["postes"]["maxItems"] == 3
    assert fields["note"]["anyOf"][0]["maxLength"] == 500
    assert "corrections_pleines" in told["description"]


def test_many_at_once_lose_nothing(engine: Engine, own: Settings) -> None:
    with listening(create_app(lambda: engine, own)) as base, httpx.Client(base_url=base, timeout=60) as client:

        def say(rank: int) -> str:
            response = client.post("/corrections", json={**SAID, "fiche": {**FICHE, "id": str(rank % 20)}})
            assert response.status_code == 200, response.text
            return str(response.json()["id"])

        with ThreadPoolExecutor(8) as pool:
            told = set(pool.map(say, range(60)))
    kept = [correction.id for correction in _kept(own)]
    assert len(kept) == len(told) == 20
    assert set(kept) == told


def test_a_service_that_is_killed_loses_nothing_it_answered(
    tmp_path: Path, tiny_bundle_dir: Path, tiny_index_dir: Path
) -> None:
    with running(tmp_path, bundle=tiny_bundle_dir, index=tiny_index_dir, workers=2) as (base, process):

        def say(rank: int) -> str:
            # Each on a connection of its own, so that both workers have some; each record comes twice.
            said = {**SAID, "fiche": {**FICHE, "id": str(rank % 10)}}
            return str(httpx.post(f"{base}/corrections", json=said, timeout=60).json()["id"])

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(say, range(20)))
        for child in [*psutil.Process(process.pid).children(recursive=True), process]:
            child.kill()
    found = list(read_corrections(tmp_path / "var" / "corrections.jsonl"))
    assert sorted(item.id for item in found if isinstance(item, Correction)) == sorted(set(told))
    assert len(found) == 10


def test_the_line_after_a_torn_one_is_whole(client: TestClient, own: Settings) -> None:
    first = client.post("/corrections", json=SAID).json()["id"]
    whole = own.corrections_file.read_bytes()
    other = {**SAID, "postes": ["data-analyst"]}
    client.post("/corrections", json=other)
    for cut in (1, 30, 90):
        torn = own.corrections_file.read_bytes()[len(whole) : -cut] if cut > 1 else b'{"empreinte"'
        own.corrections_file.write_bytes(whole + torn)
        *before, last = read_corrections(own.corrections_file)
        assert [item.id for item in before] == [first]
        assert not isinstance(last, Correction)
        assert (last.code, last.position) == ("ligne_inachevee", 2)
        second = client.post("/corrections", json=other).json()["id"]
        found = list(read_corrections(own.corrections_file))
        assert [item.id for item in found if isinstance(item, Correction)] == [first, second]
        assert [item.position for item in found if not isinstance(item, Correction)] == [2]
        whole_again = own.corrections_file.read_bytes()
        assert client.post("/corrections", json=other).status_code == 200
        assert own.corrections_file.read_bytes() == whole_again
        lines = whole_again.splitlines(keepends=True)
        own.corrections_file.write_bytes(lines[0] + lines[2])


def test_a_line_that_only_lacks_its_end_is_taken_for_what_it_is(client: TestClient, own: Settings) -> None:
    client.post("/corrections", json=SAID)
    line = own.corrections_file.read_bytes()
    own.corrections_file.write_bytes(line.rstrip(b"\n"))
    assert client.post("/corrections", json=SAID).status_code == 200
    assert own.corrections_file.read_bytes() == line


def test_a_record_is_found_again_far_back(client: TestClient, own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in (1 << 20, 64, 41):
        monkeypatch.setattr("cartography.correction_file._BLOCK", block)
        for rank in range(12):
            said = {**SAID, "fiche": {**FICHE, "id": str(rank), "long": "x" * 200}}
            assert client.post("/corrections", json=said).status_code == 200
    assert len(_kept(own)) == 12


def test_a_correction_is_one_line_whose_first_words_name_it(own: Settings, client: TestClient) -> None:
    client.post("/corrections", json={**SAID, "note": "a\u2028b\r\nc"})
    (line,) = own.corrections_file.read_bytes().splitlines()
    assert re.match(rb'{"empreinte":"[0-9a-f]{12}","id":"[0-9a-f]{12}","label":', line)

"""POST /classify of a body of one record a line: as with JSON, however the bytes come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from cartography.errors import RecordError
from cartography.loading import load_version
from serving.api import create_app
from serving.engine import Engine
from serving.ingest.ndjson import Bounds, Exchange
from serving.ingest.spool import IN_MEMORY, Spool
from serving.schemas import ErreurDeFiche, ErreurReponse, Resultat
from serving.settings import Settings
from tests.serving.ingest.support import GOOD, NDJSON, ask, ask_lines, fiche, lines_of

BAD = [
    b"{", b"7", b"null", b"[]", b'"x"', b"{}", b'{"id": "b"}', b"\xff\xfe", b"[" * 100_000, b'{"x": 1e999}',
    b'{"id": "c", "type": "offre", "intitule": "<p></p>"}', b'{"n": ' + b"9" * 5000 + b"}", b"{" * 40_000,
]  # fmt: skip


def test_lines_are_answered_as_records_of_json_are(client: TestClient) -> None:
    titles = [t for p in load_version().postes for t in (p.libelle, f"{p.libelle} {p.definition}"[:200])]
    fiches = [fiche(i, t, rome=["M1855"] if i % 3 == 0 else []) for i, t in enumerate(titles)]
    answers = ask_lines(client, lines_of(fiches), top_k=3)
    assert b"[" + b",".join(answers) + b"]" == ask(client, fiches, top_k=3).content[len(b'{"resultats":') : -1]
    for answer in answers:
        Resultat.model_validate_json(answer)


def test_bad_lines_do_not_touch_their_neighbours(client: TestClient) -> None:
    good = lines_of([GOOD])
    (alone,) = ask_lines(client, good)
    answers = ask_lines(client, b"".join(good + bad + b"\n" for bad in BAD) + good)
    assert set(answers[::2]) == {alone}
    for rank, line in enumerate(answers[1::2]):
        error = ErreurDeFiche.model_validate_json(line).erreur
        assert error.position == 2 * rank + 2
        assert error.code in {"json_invalide", "fiche_invalide", "champ_vide"}
    assert json.loads(answers[1])["erreur"]["message"] == "JSON invalide en colonne 2"
    assert json.loads(answers[13])["id"] == "b"


def test_one_bad_record_in_a_thousand_leaves_the_others_as_they_are_alone(client: TestClient) -> None:
    postes = load_version().postes
    fiches = [fiche(i, f"{postes[i % len(postes)].libelle} {i % 9}") for i in range(1000)]
    body = lines_of([*fiches[:500], {"id": "mauvaise"}, *fiches[501:]])
    answers = ask_lines(client, body)
    assert json.loads(answers[500])["erreur"]["position"] == 501
    for rank in (0, 1, 249, 250, 499, 501, 777, 999):
        assert answers[rank] == ask_lines(client, lines_of([fiches[rank]]))[0]


def test_the_cuts_of_the_body_and_its_empty_lines_change_nothing(client: TestClient) -> None:
    body = lines_of([fiche(i, "Développeur·se web") for i in range(20)])
    whole = ask_lines(client, body)
    spaced = b"\n \r\n" + body.replace(b"\n", b"\r\n\n")

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(spaced), 7):
            yield spaced[start : start + 7]

    assert ask_lines(client, pieces()) == whole
    assert ask_lines(client, body.rstrip(b"\n")) == whole
    assert ask_lines(client, b"") == []


@given(raw=st.binary(max_size=300) | st.lists(st.sampled_from([*BAD[:8], b"", b" ", b"\r"])).map(b"\n".join))
def test_no_bytes_break_it_and_each_line_has_its_answer(client: TestClient, raw: bytes) -> None:
    given_lines = [line for line in raw.split(b"\n") if line.strip()]
    answers = ask_lines(client, raw)
    assert len(answers) == len(given_lines)
    for answer in answers:
        ErreurDeFiche.model_validate_json(answer)


@given(cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_no_cut_breaks_it(client: TestClient, cuts: list[int]) -> None:
    body = lines_of([GOOD, fiche(1, "Développeur·se"), {"id": "é"}, fiche(2, "Boulanger")])
    ends = [0, *sorted(cut % len(body) for cut in cuts), len(body)]
    pieces = [body[start:end] for start, end in pairwise(ends)]
    assert ask_lines(client, iter(pieces)) == ask_lines(client, body)


@pytest.fixture
def small(engine: Engine, settings: Settings) -> Iterator[TestClient]:
    bounds = {"max_line_bytes": 1024, "max_stream_fiches": 5, "max_explained": 2}
    with TestClient(create_app(lambda: engine, settings.model_copy(update=bounds))) as client:
        yield client


def test_a_line_that_is_too_long_is_its_own_error(small: TestClient) -> None:
    exact = json.dumps({**GOOD, "x": ""}).encode()
    exact = exact.replace(b'"x": ""', b'"x": "' + b"y" * (1024 - len(exact)) + b'"')
    body = lines_of([GOOD]) + b"x" * 5000 + b"\n" + exact + b"\n" + exact + b" \n" + lines_of([GOOD])
    first, long, whole, over, last = ask_lines(small, body)
    assert first == last == whole
    for position, line in ((2, long), (4, over)):
        assert json.loads(line) == {
            "id": None,
            "erreur": {"code": "ligne_trop_longue", "message": "ligne de plus de 1024 octets", "position": position},
        }


@pytest.mark.parametrize(("options", "most", "champ"), [({}, 5, None), ({"mots": "true"}, 2, "mots")])
def test_past_the_last_line_an_error_says_that_the_rest_is_not_read(
    small: TestClient, options: dict[str, str], most: int, champ: str | None
) -> None:
    answers = ask_lines(small, lines_of([GOOD] * 400), **options)
    assert len(answers) == most + 1
    error = json.loads(answers[-1])["erreur"]
    assert (error["code"], error.get("champ"), error["position"]) == ("trop_de_fiches", champ, most + 1)
    assert len(ask_lines(small, lines_of([GOOD] * most), **options)) == most


def test_size_as_a_whole_has_no_bound(client: TestClient, settings: Settings) -> None:
    body = lines_of([{**GOOD, "libre": "x" * 1000}] * 400)
    assert len(body) > settings.max_body_bytes
    assert len(ask_lines(client, body)) == 400


@pytest.mark.parametrize(
    ("params", "champ"),
    [
        ({"top_k": "0"}, "top_k"),
        ({"top_k": "21"}, "top_k"),
        ({"top_k": "cinq"}, "top_k"),
        ({"topk": "5"}, "topk"),
        ({"preuves": "peut-être"}, "preuves"),
        ({"mots": "true", "preuves": "false"}, "mots"),
        ({"cartographie": "1789"}, "cartographie"),
    ],
)
@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/xml"])
def test_a_bad_option_is_named(client: TestClient, kind: str, params: dict[str, str], champ: str) -> None:
    response = client.post("/classify", content=b"", headers={"content-type": kind}, params=params)
    assert response.status_code == 422
    erreur = ErreurReponse.model_validate(response.json()).erreur
    assert erreur.champ == champ
    assert champ in erreur.message


def test_other_encodings_and_types_are_refused(client: TestClient) -> None:
    body = lines_of([GOOD])
    for headers in (
        {"content-type": "application/x-ndjson; charset=latin-1"},
        {**NDJSON, "content-encoding": "gzip"},
        {"content-type": "text/csv"},
        {},
    ):
        response = client.post("/classify", content=body, headers=headers)
        assert (response.status_code, response.json()["erreur"]["code"]) == (415, "type_refuse")
    for kind in ("application/x-ndjson; charset=UTF-8", "application/ndjson", "application/jsonl"):
        assert client.post("/classify", content=body, headers={"content-type": kind}).status_code == 200


def _exchange(tmp_path: Path, idle_s: float = 5) -> Exchange:
    def answer(records: Any) -> list[bytes]:
        return [b"mauvaise" if isinstance(record, RecordError) else record.id.encode() for record in records]

    bounds = Bounds(line=10_000, lines=1_000_000, champ=None, idle_s=idle_s, folder=tmp_path)
    return Exchange(answer, bounds, anyio.CapacityLimiter(1))


def _chunk(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_line_is_answered_before_the_next_one_comes(tmp_path: Path) -> None:
    async def talk() -> None:
        answered = anyio.Event()
        coming = iter([_chunk(lines_of([GOOD])), _chunk(lines_of([{**GOOD, "id": "b"}]), more=False)])
        sent: list[bytes] = []

        async def receive() -> dict[str, Any]:
            if sent:
                await answered.wait()
            return next(coming)

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))
            if b"a\n" in sent:
                answered.set()

        with anyio.fail_after(10):
            await _exchange(tmp_path)({"type": "http"}, receive, send)
        assert b"".join(sent) == b"a\nb\n"

    anyio.run(talk)


def test_a_client_that_says_no_more_is_not_waited_for(tmp_path: Path) -> None:
    async def talk() -> None:
        coming = iter([_chunk(lines_of([GOOD]))])
        sent: list[bytes] = []

        async def receive() -> dict[str, Any]:
            found = next(coming, None)
            if found is None:
                await anyio.sleep_forever()
            assert found is not None
            return found

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))

        with anyio.fail_after(10):
            await _exchange(tmp_path, idle_s=0.05)({"type": "http"}, receive, send)
        first, last = b"".join(sent).splitlines()
        assert first == b"a"
        assert json.loads(last)["erreur"]["code"] == "corps_interrompu"

    anyio.run(talk)


def test_a_client_that_leaves_ends_it(tmp_path: Path) -> None:
    async def talk() -> None:
        coming = iter([_chunk(lines_of([GOOD])), {"type": "http.disconnect"}])

        async def receive() -> dict[str, Any]:
            return next(coming)

        async def send(message: Any) -> None:
            del message

        with anyio.fail_after(10):
            await _exchange(tmp_path)({"type": "http"}, receive, send)

    anyio.run(talk)


def test_a_failure_cuts_the_answer_short(tmp_path: Path) -> None:
    def broken(_: object) -> list[bytes]:
        raise ValueError("panne")

    async def talk() -> None:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return _chunk(lines_of([GOOD]), more=False)

        async def send(message: Any) -> None:
            sent.append(message)

        bounds = Bounds(line=10_000, lines=10, champ=None, idle_s=5, folder=tmp_path)
        with pytest.raises(ExceptionGroup):
            await Exchange(broken, bounds, anyio.CapacityLimiter(1))({"type": "http"}, receive, send)
        assert [message["type"] for message in sent] == ["http.response.start"]

    anyio.run(talk)


def test_what_waits_goes_to_a_file_and_comes_back_in_order(tmp_path: Path) -> None:
    async def pass_through() -> None:
        spool = Spool(tmp_path / "absent")
        spool.put(b"debut")
        assert await spool.take() == b"debut"
        pieces = [bytes([i]) * 1_000_000 for i in range(2 * IN_MEMORY // 1_000_000)]
        for piece in pieces:
            spool.put(piece)
        spool.close()
        found = []
        while data := await spool.take():
            found.append(data)
        assert b"".join(found) == b"".join(pieces)
        spool.discard()

    anyio.run(pass_through)
    assert list(tmp_path.glob("**/*")) == [tmp_path / "absent"]

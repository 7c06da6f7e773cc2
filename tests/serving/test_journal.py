"""The log: one line an event, structured, with the request's identifier, and no personal data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from serving import journal
from serving.journal import LOGGER, REQUEST, Lines, Masked, masked

PRIVATE = "jeanne.martin@exemple.fr, 06 12 34 56 78, +33612345678, Authorization: Bearer s3cret"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log writes, as JSON lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines("json"))
    before = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    yield stream
    LOGGER.removeHandler(handler)
    LOGGER.setLevel(before)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_identifier(client: TestClient, written: io.StringIO) -> None:
    answers = [
        client.post("/search", json={"texte": "jeanne.martin@exemple.fr"}),
        client.get("/suggest", params={"q": "06 12 34 56 78"}, headers={"X-Request-ID": "nuit-42"}),
        client.get("/rien", headers={"X-Request-ID": "pas un identifiant"}),
    ]
    told = [line for line in lines(written) if line["journal"] == "genscan.acces"]
    assert [(line["methode"], line["chemin"], line["statut"]) for line in told] == [
        ("POST", "/search", 200),
        ("GET", "/suggest", 200),
        ("GET", "/rien", 404),
    ]
    assert [line["requete"] for line in told] == [answer.headers["x-request-id"] for answer in answers]
    assert told[1]["requete"] == "nuit-42"
    assert " " not in told[2]["requete"]
    assert all(line["ms"] >= 0 for line in told)
    # What people type is in no log, not even masked.
    assert "exemple" not in written.getvalue()
    assert "56" not in [line["chemin"] for line in told]


def record(message: str, *arguments: object, faits: dict[str, object] | None = None) -> logging.LogRecord:
    found = logging.LogRecord("genscan", logging.WARNING, __file__, 1, message, arguments, None)
    if faits is not None:
        found.faits = faits
    return found


@pytest.mark.parametrize("how", ["texte", "json"])
def test_personal_data_and_keys_are_masked_wherever_they_stand(how: journal.LogFormat) -> None:
    try:
        raise ValueError(PRIVATE)
    except ValueError as error:
        failed = record("échec : %s", PRIVATE, faits={"chemin": f"/{PRIVATE}"})
        failed.exc_info = (type(error), error, error.__traceback__)
    line = Lines(how).format(failed)
    for secret in ("jeanne", "12 34", "612345678", "s3cret"):
        assert secret not in line
    assert line.count("<courriel>") >= 3


def test_what_other_libraries_write_is_masked_too() -> None:
    assert "jeanne" not in Masked(logging.Formatter("%(message)s")).format(record("x %s", PRIVATE))


def test_nobody_forges_a_line() -> None:
    forged = record("a\nb %s", "c\r\nd", faits={"chemin": "/x\n2026 INFO genscan faux"})
    assert "\n" not in Lines("texte").format(forged)
    assert "\n" not in Lines("json").format(forged)


def test_a_line_of_text_reads_well() -> None:
    token = REQUEST.set("abc")
    line = Lines("texte").format(record("requête", faits={"methode": "GET", "statut": 200}))
    REQUEST.reset(token)
    assert line.partition(" ")[2] == "WARNING genscan requête requete=abc methode=GET statut=200"


@given(st.text(alphabet="abc 0123456789+-.@éM/:h", max_size=60))
def test_masking_is_done_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize(
    "text", ["2026-11-22T10:00:00", "127.0.0.1:3000", "M1855 RNCP31678", "statut=200 ms=12.3", "v1.2.3"]
)
def test_what_a_log_is_made_of_stays(text: str) -> None:
    assert masked(text) == text


def test_installing_twice_writes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = (LOGGER.handlers, LOGGER.level, LOGGER.propagate)
    other = logging.StreamHandler(io.StringIO())
    logging.getLogger("uvicorn").addHandler(other)
    try:
        journal.install("texte")
        journal.install("texte")
        assert len(LOGGER.handlers) == 1
        assert isinstance(other.formatter, Masked)
        assert not isinstance(other.formatter._inner, Masked)
    finally:
        LOGGER.handlers, LOGGER.level, LOGGER.propagate = kept
        logging.getLogger("uvicorn").removeHandler(other)

"""The nightly ingestion of `examples/`, on the sample catalogue, through a service on the tiny model."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from cartography.readers import read_records
from examples import ingestion_nocturne
from examples.ingestion_nocturne import ingerer
from serving.api import create_app
from serving.client import Client, Patience
from serving.engine import Engine
from serving.settings import Settings
from tests.serving.listening import Troubled, listening

CATALOGUE = Path(__file__).parents[2] / "serving" / "sample" / "formations.xml"
LOT = 40


@pytest.fixture
def service(settings: Settings, tiny_index_dir: Path, tmp_path: Path) -> Iterator[tuple[str, Troubled]]:
    own = settings.model_copy(update={"index": Path(shutil.copytree(tiny_index_dir, tmp_path / "index"))})
    engine = Engine.load(own)
    app = Troubled(create_app(lambda: engine, own))
    with listening(app) as base:
        yield base, app


class _Killed(BaseException):
    """As a signal would end the process: nothing catches it."""


class _Dying(Client):
    """A client whose process dies at some call."""

    deaths: ClassVar[dict[str, int]] = {}

    def classify(self, *args: object, **options: object) -> list[dict[str, object]]:
        self._age("classify")
        return super().classify(*args, **options)  # type: ignore[arg-type]

    def upsert(self, *args: object) -> dict[str, object]:
        self._age("upsert")
        return super().upsert(*args)  # type: ignore[arg-type]

    def _age(self, call: str) -> None:
        self.deaths[call] -= 1
        if self.deaths[call] == 0:
            raise _Killed


def test_what_is_killed_in_the_middle_is_taken_up(
    service: tuple[str, Troubled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, app = service
    output = tmp_path / "reponses.jsonl"
    expected = [record.id for record in read_records(CATALOGUE)]
    client = _Dying(base, patience=Patience(2, sleep=lambda _: None))
    monkeypatch.setattr(_Dying, "deaths", {"classify": 3, "upsert": 2})

    with pytest.raises(_Killed):
        ingerer(client, CATALOGUE, output, LOT)
    assert len(output.read_bytes().splitlines()) == 2 * LOT
    # A batch that was being written when the power went.
    with output.open("ab") as stream:
        stream.write(b'{"id": "coup')

    app.busy = 1
    with pytest.raises(_Killed):
        ingerer(client, CATALOGUE, output, LOT)
    told = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in told] == expected
    assert all("niveau" in answer for answer in told)

    app.seen.clear()
    state = ingerer(client, CATALOGUE, output, LOT)
    assert state.classees == state.rangees == len(expected)
    assert "/classify" not in app.seen
    assert app.seen.count("/fiches") == -(-len(expected) // LOT) - 1
    found = Client(base).search("", type="formation", k=1)
    assert found["total"] >= len(expected)

    app.seen.clear()
    assert ingerer(client, CATALOGUE, output, LOT) == state
    assert app.seen == []
    output.unlink()
    assert ingerer(client, CATALOGUE, output, LOT) == state
    assert [json.loads(line)["id"] for line in output.read_text(encoding="utf-8").splitlines()] == expected


def test_the_command_says_what_happened(
    service: tuple[str, Troubled], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "reponses.jsonl"
    monkeypatch.setattr(sys, "argv", ["x", str(CATALOGUE), str(output), "--service", service[0]])
    assert ingestion_nocturne.main() == 0
    assert "passées à l'index" in capsys.readouterr().err


def test_a_refusal_is_one_line(
    settings: Settings, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    closed = settings.model_copy(update={"host": "0.0.0.0"})
    with listening(create_app(lambda: engine, closed)) as base:
        monkeypatch.setattr(sys, "argv", ["x", str(CATALOGUE), str(tmp_path / "r.jsonl"), "--service", base])
        assert ingestion_nocturne.main() == 1
    assert capsys.readouterr().err.startswith("cle_refusee : ")

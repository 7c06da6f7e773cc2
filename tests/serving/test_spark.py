"""Spark answers as the command line does; `make test-spark` installs what this needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyspark")

RECORDS = [
    *({"id": str(i), "type": "offre", "intitule": t, "rome": ["M1855"]} for i, t in enumerate(["Développeur web"] * 5)),
    {"id": "5", "type": "formation", "intitule": "Administrateur réseau", "lieu": "Brest"},
    {"id": "6", "type": "offre"},
]


def _classify(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from serving.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", program, "classify", *arguments], capture_output=True, text=True)


def _classified(*arguments: str) -> None:
    done = _classify(*arguments)
    assert done.returncode == 0, done.stderr


def _by_id(lines: list[str]) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in map(json.loads, lines)}


@pytest.fixture
def source(tmp_path: Path, tiny_bundle_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENSCAN_BUNDLE", str(tiny_bundle_dir))
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS]
    (folder / "a.jsonl").write_text("".join(lines[:4]), encoding="utf-8")
    (folder / "b.jsonl").write_text("".join(lines[4:]), encoding="utf-8")
    return folder


def _expected(source: Path, tmp_path: Path) -> dict[str, dict[str, object]]:
    _classified(str(source), "-o", str(tmp_path / "local.jsonl"))
    return _by_id((tmp_path / "local.jsonl").read_text(encoding="utf-8").splitlines())


def test_json_lines(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _classified("--engine", "spark", str(source), str(out))
    lines = [line for part in out.glob("part-*") for line in part.read_text(encoding="utf-8").splitlines()]
    found, expected = _by_id(lines), _expected(source, tmp_path)
    assert found.keys() == expected.keys()
    bad = found.pop("6"), expected.pop("6")
    assert found == expected
    assert [row["erreur"]["champ"] for row in bad] == ["intitule"] * 2  # type: ignore[index]
    again = _classify("--engine", "spark", str(source), str(out))
    assert again.returncode != 0
    assert "existe déjà" in again.stderr
    assert "Traceback" not in again.stderr


def test_parquet(source: Path, tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    expected = _expected(source, tmp_path)
    folder, out = tmp_path / "tables", tmp_path / "reponses"
    folder.mkdir()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(RECORDS), folder / "a.parquet")
    _classified("--engine", "spark", str(folder), str(out))
    rows = pyarrow.parquet.read_table(out).to_pylist()
    found = _by_id([row["reponse"] for row in rows])
    assert {k: v for k, v in found.items() if k != "6"} == {k: v for k, v in expected.items() if k != "6"}
    assert {row["poste"] for row in rows if row["id"] == "0"} == {expected["0"]["poste"]["id"]}  # type: ignore[index]

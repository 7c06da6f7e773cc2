"""The command line as a stranger with bad input uses it: one clear line, the right exit code, nothing lost."""

import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from cartography.errors import GenscanError
from cartography.fiche import Fiche
from models.classifier import Classifier
from models.search.build import build_index
from models.search.writer import CatalogueWriter
from serving.cli import cartographie, terminal
from serving.cli import main as entry
from serving.cli.options import expand
from serving.cli.search import checked_text
from serving.cli.serve import _check_address
from tests import tiny


@pytest.fixture(autouse=True)
def _environment(tiny_bundle_dir: Path, tiny_index_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENSCAN_BUNDLE", str(tiny_bundle_dir))
    monkeypatch.setenv("GENSCAN_INDEX", str(tiny_index_dir))
    monkeypatch.setenv("GENSCAN_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "fiches.jsonl"
    path.write_text("".join(json.dumps(f.as_json(), ensure_ascii=False) + "\n" for f in tiny.OFFRES), encoding="utf-8")
    return path


def _main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["genscan", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        entry.main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


def _verbs(records: Path, output: Path) -> list[list[object]]:
    return [["classify", records, "-o", output], ["convert", records, "-o", output], ["embed", records, "-o", output]]


@pytest.mark.parametrize("verb", range(3))
def test_a_pipe_or_device_is_never_replaced(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: int
) -> None:
    # As root, a file renamed over /dev/null would take its place for the whole machine.
    pipe = tmp_path / "tube"
    os.mkfifo(pipe)
    assert _main(monkeypatch, *_verbs(records, pipe)[verb]) == 2
    assert "sortie_impossible" in capsys.readouterr().err
    assert pipe.is_fifo()


@pytest.mark.parametrize("verb", range(3))
def test_an_input_is_never_the_output(
    records: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: int
) -> None:
    before = records.read_bytes()
    assert _main(monkeypatch, *_verbs(records, records)[verb]) == 2
    assert "sortie_est_une_entree" in capsys.readouterr().err
    assert records.read_bytes() == before


@pytest.mark.parametrize("verb", range(3))
def test_an_output_under_a_file_is_one_line(
    records: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: int
) -> None:
    assert _main(monkeypatch, *_verbs(records, records / "sortie")[verb]) == 2
    shown = capsys.readouterr().err
    assert "sortie_impossible" in shown
    assert "Traceback" not in shown


def test_an_index_under_a_file_is_one_line(
    records: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "index", "build", records, "-o", records / "index") == 2
    assert "sortie_impossible" in capsys.readouterr().err


def test_a_full_disk_while_indexing_is_one_line(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(CatalogueWriter, "add", full)
    assert _main(monkeypatch, "index", "build", records, "-o", tmp_path / "index") == 2
    assert "erreur du disque" in capsys.readouterr().err
    assert list((tmp_path / "index" / "generations").iterdir()) == []


def test_an_index_of_nothing_does_not_replace_one(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    directory, bad = tmp_path / "index", tmp_path / "export.jsonl"
    assert _main(monkeypatch, "index", "build", records, "-o", directory) == 0
    bad.write_text("{cassé\n", encoding="utf-8")
    assert _main(monkeypatch, "index", "build", bad, "-o", directory) == 2
    assert "export.jsonl 1" in capsys.readouterr().err
    assert _main(monkeypatch, "index", "info", directory) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 3


def test_a_folder_gives_neither_its_hidden_files_nor_the_output(records: Path, tmp_path: Path) -> None:
    output = tmp_path / "sortie.jsonl"
    for name in ("sortie.jsonl", "sortie.jsonl.partiel", "sortie.jsonl.partiel.json", ".DS_Store"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("x")
    assert expand([tmp_path], output) == [records]
    assert expand([tmp_path], tmp_path / "absent") == [records, *sorted(tmp_path.glob("sortie*"))]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GenscanError) as caught:
        expand([tmp_path])
    assert caught.value.code == "dossier_vide"


def test_a_query_of_bytes_that_are_no_text_is_refused() -> None:
    with pytest.raises(GenscanError) as caught:
        checked_text("a\udcff")
    assert caught.value.code == "texte_invalide"
    assert checked_text(" \n") == ""


def test_brackets_of_a_record_are_no_markup(
    tmp_path: Path,
    tiny_classifier: Classifier,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fiche = Fiche("1", "offre", "Développeur web [/b]", extras={"entreprise": "[/x]", "lieu": "a\x1b[31m"})
    build_index([fiche], tmp_path / "i", tiny_classifier)
    assert _main(monkeypatch, "search", "web", "--index", tmp_path / "i") == 0
    shown = capsys.readouterr().out
    assert "[/b]" in shown
    assert "[/x]" in shown
    assert "\x1b[31m" not in shown


def test_transfer_says_what_it_could_not_read(
    records: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    records.write_bytes(records.read_bytes() + b"{\n[1]\n")
    assert _main(monkeypatch, "transfer", records) == 0
    assert "non comptées : 2" in capsys.readouterr().err


def test_a_file_name_of_another_encoding_stops_nothing(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    # As an archive made on Windows unpacks.
    Path(os.fsdecode(os.fsencode(folder) + b"/\xe9t\xe9.jsonl")).write_bytes(records.read_bytes() + b"{\n")
    assert _main(monkeypatch, "convert", folder, "-o", tmp_path / "o.jsonl") == 0
    last = json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert last["erreur"]["fichier"] == "\ufffdt\ufffd.jsonl"


def test_a_port_in_use_or_an_unknown_host_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(GenscanError, match="déjà prise"):
            _check_address("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(GenscanError, match="GENSCAN_HOST"):
        _check_address("nulle.part.invalid", 3000)


@pytest.mark.parametrize(
    ("error", "code", "said"), [(BrokenPipeError(32, "x"), 130, ""), (OSError(28, "x"), 2, "plus de place")]
)
def test_an_output_that_closes_or_fills_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: OSError, code: int, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cartographie, "json", SimpleNamespace(dumps=fail))
    assert _main(monkeypatch, "cartographie", "--json") == code
    shown = capsys.readouterr().err
    assert said in shown
    assert bool(shown) == bool(said)
    with pytest.raises(BrokenPipeError):
        terminal.Screen().on_broken_pipe()


def test_click_speaks_french(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = ""
    for arguments in (["--help"], ["convert", "--help"], ["search", "--help"], ["zut"], ["convert"], ["search", "--k"]):
        _main(monkeypatch, *arguments)
        captured = capsys.readouterr()
        said += captured.out + captured.err
    _main(monkeypatch, "search", "x", "--k", "0")
    said += capsys.readouterr().err
    for word in ("Usage :", "Options :", "Verbes :", "Montre cette aide.", "obligatoire", "verbe inconnu", "hors de"):
        assert word in said
    for word in ("Show", "Try", "Error", "Missing", "Invalid", "default", "INTEGER", "TEXT ", "COMMAND", "required"):
        assert word not in said


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_with_130_and_leaves_no_litter(tmp_path: Path, stop: signal.Signals) -> None:
    source = tmp_path / "tube.jsonl"
    os.mkfifo(source)
    command = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); " + (
        "from serving.cli.main import main; main()"
    )
    arguments = [sys.executable, "-c", command, "convert", str(source), "-o", str(tmp_path / "o.jsonl")]
    # The pipe opens for writing once the command reads it, and never says more.
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process, source.open("wb"):
        time.sleep(0.3)
        process.send_signal(stop)
        _, shown = process.communicate(timeout=30)
    assert process.returncode == 130
    assert shown.strip() == "Interrompu."
    assert [p.name for p in tmp_path.iterdir()] == ["tube.jsonl"]


def test_a_terminal_without_accents_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    terminal.settle()
    stream.write("é")
    stream.flush()
    assert raw.getvalue() == "é".encode()

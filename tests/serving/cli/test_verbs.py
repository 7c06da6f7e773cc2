import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from serving.cli import main as entry
from serving.cli.main import cli
from tests import tiny


@pytest.fixture(autouse=True)
def _environment(tiny_bundle_dir: Path, tiny_index_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENSCAN_BUNDLE", str(tiny_bundle_dir))
    monkeypatch.setenv("GENSCAN_INDEX", str(tiny_index_dir))
    monkeypatch.setenv("GENSCAN_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments], catch_exceptions=False)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "fiches.jsonl"
    lines = [json.dumps(f.as_json(), ensure_ascii=False) for f in tiny.OFFRES]
    path.write_text("\n".join([*lines, "{cassé", ""]), encoding="utf-8")
    return path


def test_classify_writes_one_line_a_record(records: Path, tmp_path: Path) -> None:
    result = _run("classify", records, "-o", tmp_path / "out.jsonl", "--top-k", 2)
    assert result.exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["o1", "o2", "o3", None]
    assert len(lines[0]["candidats"]) == 2
    assert lines[3]["erreur"]["position"] == 4
    assert "4 fiches" in result.stderr


def test_classify_takes_several_files_and_folders(records: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dossier"
    folder.mkdir()
    (folder / "b.jsonl").write_bytes(records.read_bytes())
    (folder / "a.bin").write_bytes(b"\x00\x01\x02 rien de connu")
    _run("classify", records, folder, "-o", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line.get("erreur", {}).get("code") for line in lines].count("format_inconnu") == 1
    assert len(lines) == 4 + 1 + 4


def test_convert_gives_back_the_contract(records: Path, tmp_path: Path) -> None:
    _run("convert", records, "-o", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0] == tiny.OFFRES[0].as_json()
    assert "erreur" in lines[3]


def test_embed_gives_one_unit_vector_a_line(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("Développeur web\n\nBoulanger\n", encoding="utf-8")
    assert _run("embed", source, "-o", tmp_path / "out.npy").exit_code == 0
    vectors = np.load(tmp_path / "out.npy", allow_pickle=False)
    assert vectors.shape == (3, tiny.DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_index_build_info_and_search(records: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    built = _run("index", "build", records, "-o", directory)
    assert "3 fiches (3 offres), 1 erreurs" in built.stderr
    assert json.loads(_run("index", "info", directory).stdout)["count"] == 3
    found = _run("search", "Data scientist", "--index", directory, "--k", 1, "--json")
    assert json.loads(found.stdout)["id"] == "o2"


def test_search_filters_by_label_and_shows_a_table() -> None:
    result = _run("search", "web", "--type", "formation", "--poste", "Développeur web / mobile")
    assert "Développeur web et mobile" in result.stdout
    assert "Boulanger" not in result.stdout


def test_transfer_counts_every_record_once(records: Path) -> None:
    shown = _run("transfer", records).stdout
    assert re.search(r"Développement +1 +100\.0%", shown)
    assert re.search(r"sans codage connu +2", shown)
    assert re.search(r"total +3", shown)


def test_cartographie_shows_the_tree_and_a_node() -> None:
    assert "Développeur back-end" in _run("cartographie").stdout
    assert "Cybersécurité et cloud" in _run("cartographie", "--version", "2022").stdout
    assert "Growth hacking › Growth hacker" in _run("cartographie", "growth HACKER").stdout
    assert len(json.loads(_run("cartographie", "--json").stdout)["familles"]) == 6


def test_rome_shows_a_code_an_appellation_and_its_postes() -> None:
    assert "Développeur web" in _run("rome", "m1855").stdout
    assert "Community manager" in _run("rome", "Community manager").stdout
    assert "hors cartographie" in _run("rome", "Boulanger / Boulangère").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cartographie", "plombier"], "introuvable"),
        (["rome", "zzz"], "rome_inconnu"),
        (["search", "web", "--famille", "inconnue"], "valeur_inconnue"),
        (["search", "web", "--index", "nulle-part"], "index_absent"),
        (["classify", "absent.jsonl", "-o", "x"], "absent.jsonl"),
        (["verbe-inconnu"], "verbe-inconnu"),
    ],
)
def test_a_mistake_is_one_clear_line(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["genscan", *arguments])
    with pytest.raises(SystemExit) as caught:
        entry.main()
    assert caught.value.code == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_a_bad_setting_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("GENSCAN_PORT", "beaucoup")
    (tmp_path / "t.txt").write_text("a")
    monkeypatch.setattr("sys.argv", ["genscan", "embed", str(tmp_path / "t.txt"), "-o", str(tmp_path / "o.npy")])
    with pytest.raises(SystemExit):
        entry.main()
    assert "GENSCAN_PORT" in capsys.readouterr().err


def test_text_that_is_not_utf8_is_named_by_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "t.txt").write_bytes(b"bon\n\xff\xfe\n")
    monkeypatch.setattr("sys.argv", ["genscan", "embed", str(tmp_path / "t.txt"), "-o", str(tmp_path / "o.npy")])
    with pytest.raises(SystemExit):
        entry.main()
    assert "ligne 2" in capsys.readouterr().err
    assert not (tmp_path / "o.npy").exists()


def test_help_lists_every_verb() -> None:
    shown = _run("--help").stdout
    for verb in ("cartographie", "classify", "convert", "embed", "index", "rome", "search", "serve"):
        assert verb in shown

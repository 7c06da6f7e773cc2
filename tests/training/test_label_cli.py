from __future__ import annotations

import csv
import getpass
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cartography.fiche import Fiche
from cartography.loading import load_version
from cartography.text import fold
from training.labels import sources
from training.labels.cli import label
from training.labels.log import Label, LabelError, append_labels, effective, read_labels
from training.labels.sources import DATA_VARIABLE, text_hash

TREE = load_version()
WRONG = Fiche("0000", "offre", "Data analyst", "Python, SQL et [bold]statistiques[/].")
"""Labelled hors numérique: the one wrong label."""
UNREAD = Fiche("9999", "offre", "Chargé de mission", "Un peu de tout.")
Invoke = Callable[..., Result]


def _offers() -> list[tuple[Fiche, str]]:
    """Return titles of a few postes, each under its own label; no two are near-duplicates."""
    postes = ("data-analyst", "developpeur-web", "community-manager", "administrateur-reseau", "pen-testeur")
    said = [(title, p) for p in postes for title in TREE.poste(p).all_titles()]
    said += [(t, "non") for t in ("Boulanger", "Maçon", "Coiffeuse", "Menuisier", "Jardinier", "Caissier", "Cuisinier")]
    kept = [(title, p) for title, p in said if fold(title) != fold(WRONG.intitule)]
    return [(Fiche(f"{i:04}", "offre", title), p) for i, (title, p) in enumerate(kept, 1)]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of offers, and one written record in place of the project's own."""
    path = tmp_path / "donnees" / "data" / "offres" / "offres.jsonl"
    path.parent.mkdir(parents=True)
    rows = [f.as_json() for f in (WRONG, UNREAD, *(f for f, _ in _offers()))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    own = tmp_path / "ecrites.jsonl"
    written = Fiche("e1", "formation", "Boulanger pâtissier", "Le pain.").as_json() | {"postes": ["data-analyst"]}
    own.write_text(json.dumps(written) + "\n", encoding="utf-8")
    monkeypatch.setattr(sources, "OWN_TEXTS", own)
    return tmp_path / "donnees"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "journal.tsv"
    labels = [
        Label("offres", f.id, "offre", text_hash(f), p, 1, "1", "lecteur-01", "2026-11-22")
        for f, p in [(WRONG, "non"), *_offers()]
    ]
    append_labels(path, labels)
    return path


@pytest.fixture
def invoke(tmp_path: Path, data: Path, log: Path, tiny_bundle_dir: Path) -> Invoke:
    def run(verb: str, *arguments: str, said: str = "", annotator: str = "Ana") -> Result:
        common = ["--data", str(data), "--log", str(log)]
        if verb in ("next", "export"):
            common += ["--bundle", str(tiny_bundle_dir), "--cache", str(tmp_path / "cache")]
        environment = {"GENSCAN_ANNOTATEUR": annotator, "COLUMNS": "200"}
        return CliRunner().invoke(label, [verb, *common, *arguments], input=said, env=environment)

    return run


def _corrections(log: Path) -> list[Label]:
    return [x for x in read_labels(log, TREE) if x.passe == "correction"]


def test_the_wrong_label_is_shown_first_and_corrected(invoke: Invoke, log: Path) -> None:
    result = invoke("next", "--n", "1", "--kind", "etiquette", said="Data Analyst\n1\n")
    assert result.exit_code == 0, result.output
    assert "[bold]statistiques[/]" in result.output
    assert "hors numérique (non), certitude 1" in result.output
    assert result.output.count("Voisine") == 3
    (line,) = _corrections(log)
    assert (line.key, line.label, line.certitude, line.annotateur) == (("offres", "0000"), "data-analyst", 1, "Ana")
    assert line.hash == text_hash(WRONG)
    assert effective(read_labels(log, TREE))[line.key] == line


def test_enter_confirms_and_the_record_is_not_shown_again(invoke: Invoke, log: Path) -> None:
    invoke("next", "--n", "1", "--kind", "etiquette", said="\n\n")
    (line,) = _corrections(log)
    assert (line.label, line.certitude, line.note) == ("non", 1, "confirmée")
    again = invoke("next", "--n", "200", "--kind", "etiquette", "--dry-run")
    assert "offres, 0000" not in again.output


def test_a_number_stands_for_a_candidate(invoke: Invoke, log: Path) -> None:
    result = invoke("next", "--n", "1", "--kind", "etiquette", said="7\n1\n3\n")
    assert "1 à 4 attendu : 7" in result.output
    assert (_corrections(log)[0].label, _corrections(log)[0].certitude) == ("data-analyst", 3)


def test_help_faults_and_quitting_write_nothing(invoke: Invoke, log: Path) -> None:
    before = log.read_bytes()
    said = "? Data Analyst\n? plombier\n?\nt\ndata analist\ndeveloppement\ns\n"
    result = invoke("next", "--n", "1", "--kind", "etiquette", said=said)
    assert result.exit_code == 0, result.output
    # The definition is wrapped to the screen.
    assert TREE.poste("data-analyst").definition[:40] in result.output
    assert "Poste inconnu : plombier" in result.output
    assert "peut-être : Data analyst" in result.output
    assert "metier:developpement" in result.output
    assert invoke("next", "--n", "3", "--kind", "etiquette", said="q\n").exit_code == 0
    assert log.read_bytes() == before


def test_an_interrupted_dialogue_keeps_what_was_said(
    invoke: Invoke, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = invoke("next", "--n", "3", said="data-analyst\n2\n")
    # The input ended in the middle of the second record.
    assert result.exit_code == 1
    assert len(_corrections(log)) == 1
    assert "1 décision dans" in result.output

    def stop(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(click, "prompt", stop)
    assert invoke("next", "--n", "3").exit_code == 1
    assert len(_corrections(log)) == 1


def test_a_missing_label_must_be_given(invoke: Invoke, log: Path) -> None:
    result = invoke("next", "--n", "1", "--kind", "manquante", said="\nnon\n\n")
    assert "offres, 9999" in result.output
    assert "Pas d'étiquette à garder" in result.output
    (line,) = _corrections(log)
    assert (line.id, line.label, line.certitude, line.note) == ("9999", "non", 2, "")
    assert "Aucune fiche" in invoke("next", "--kind", "manquante").output


def test_a_dry_run_asks_and_writes_nothing(invoke: Invoke, log: Path) -> None:
    before = log.read_bytes()
    result = invoke("next", "--n", "2", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "2/2" in result.output
    assert log.read_bytes() == before


def test_a_written_record_is_shown_only_when_the_log_has_a_line_on_it(invoke: Invoke, data: Path, log: Path) -> None:
    assert "ecrit, e1" not in invoke("next", "--n", "200", "--dry-run").output
    written = next(iter(sources.read_source(sources.OWN, data))).fiche
    append_labels(
        log, [Label("ecrit", "e1", "formation", text_hash(written), "data-analyst", 1, "1", "x", "2026-11-22")]
    )
    assert invoke("next", "--n", "200", "--dry-run").output.count("ecrit, e1") == 1


def test_without_outside_data_the_written_records_remain(invoke: Invoke, tmp_path: Path, data: Path, log: Path) -> None:
    nothing = tmp_path / "vide"
    nothing.mkdir()
    result = invoke("next", "--data", str(nothing), "--dry-run")
    assert result.exit_code == 0, result.output
    assert "étiquettes sans leur texte ici : offres" in result.output
    assert "Aucune fiche à relire" in result.output


def _edit(path: Path, edits: dict[str, dict[str, str]]) -> None:
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    for row in rows:
        row.update(edits.get(row["id"].lstrip("'"), {}))
    with path.open("w", encoding="cp1252", errors="replace", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_export_edit_import(invoke: Invoke, tmp_path: Path, log: Path) -> None:
    path = tmp_path / "doutes.csv"
    result = invoke("export", "-o", str(path), "--doubtful", "3", "--kind", "etiquette")
    assert result.exit_code == 0, result.output
    assert "reste local" in result.output
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert (rows[0]["id"], rows[0]["label"], rows[0]["suggestion"]) == ("'0000", "non", "data-analyst")
    assert rows[0]["raison"]
    _edit(path, {"0000": {"nouvelle_etiquette": "Data analyst", "note": "réelle"}})
    result = invoke("import", str(path))
    assert (result.exit_code, "corrections ajoutées : 1" in result.output) == (0, True), result.output
    assert [(x.id, x.label, x.note) for x in _corrections(log)] == [("0000", "data-analyst", "réelle")]
    before = log.read_bytes()
    assert "corrections ajoutées : 0 ; déjà dans le journal : 1" in invoke("import", str(path)).output
    assert log.read_bytes() == before
    # What was typed in a spreadsheet is never written over.
    edited = path.read_bytes()
    assert isinstance(invoke("export", "-o", str(path), "--all").exception, LabelError)
    assert path.read_bytes() == edited


def test_import_keeps_the_good_rows_and_lists_the_bad(invoke: Invoke, tmp_path: Path, log: Path) -> None:
    path = tmp_path / "tout.csv"
    invoke("export", "-o", str(path), "--all")
    _edit(path, {"0000": {"nouvelle_etiquette": "data-analyst"}, "0002": {"nouvelle_etiquette": "plombier"}})
    result = invoke("import", str(path), "--annotateur", "Bob")
    assert result.exit_code == 1
    assert "tout.csv, ligne 4, nouvelle_etiquette : poste inconnu : 'plombier'" in result.output
    assert "Traceback" not in result.output
    assert [(x.id, x.annotateur) for x in _corrections(log)] == [("0000", "Bob")]


def test_export_all_holds_what_the_log_labels(invoke: Invoke, tmp_path: Path, log: Path) -> None:
    path = tmp_path / "tout.csv"
    invoke("export", "-o", str(path), "--all")
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 1 + len(read_labels(log, TREE))
    assert invoke("export", "-o", str(path), "--all", "--doubtful", "3").exit_code == 2


def test_a_missing_log_is_a_typed_error(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("source;id;nouvelle_etiquette\noffres;0000;non\n", encoding="utf-8")
    result = invoke("import", str(path), "--log", str(tmp_path / "absent.tsv"))
    assert isinstance(result.exception, LabelError)
    assert result.exception.code == "etiquettes_illisibles"


def test_who_decides(invoke: Invoke, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "session")
    invoke("next", "--n", "1", said="non\n1\n", annotator="")
    assert _corrections(log)[0].annotateur == "session"

    def unknown() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert isinstance(invoke("next", annotator="").exception, LabelError)


def test_agreement_prints_its_table(log: Path) -> None:
    runner = CliRunner()
    assert "deux fois" in runner.invoke(label, ["agreement", "--log", str(log)]).output
    second = [
        Label(x.source, x.id, x.type, x.hash, x.label, 1, "2", "lecteur-02", x.date) for x in read_labels(log, TREE)
    ]
    append_labels(log, second)
    result = runner.invoke(label, ["agreement", "--log", str(log)])
    assert result.exit_code == 0
    assert "poste accepté" in result.output
    assert "1.000" in result.output


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, training.labels.cli; "
        "heavy = {'torch', 'numpy', 'rich', 'datasketch', 'datasets', 'onnxruntime'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_verb_is_found_and_a_fault_is_one_line(tmp_path: Path, data: Path) -> None:
    command = [sys.executable, "-c", "from serving.cli.main import main; main()", "label", "agreement", "--log"]
    found = subprocess.run(
        [*command, str(tmp_path / "absent.tsv")], capture_output=True, text=True, env={DATA_VARIABLE: str(data)}
    )
    assert found.returncode == 2
    assert found.stderr.startswith("Erreur (etiquettes_illisibles)")
    assert found.stderr.count("\n") == 1

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartography.crosswalk import Crosswalk
from models.bundle import DEFAULT_BUNDLE
from tests.training.measure.support import small_corpus, small_splits
from training.cli import train
from training.labels.sources import DATA_VARIABLE
from training.measure.cli import default_gold, evaluate
from training.plan import RunSettings
from training.run import Outcome
from training.tracking.runs import Tracking

Trained = tuple[RunSettings, Outcome, Tracking]
ALONE = ("--sans-references", "--sans-suivi")


def test_evaluate_prints_the_figures(trained: Trained, gold_file: Path) -> None:
    arguments = [
        str(gold_file),
        "--bundle",
        str(trained[0].output),
        "--draws",
        "20",
        "--sans-references",
        "--sans-suivi",
    ]
    result = CliRunner().invoke(evaluate, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    for said in ("numerique_f1", "type : formation", "longueur : intitulé seul", "famille : Développement"):
        assert said in result.output


def test_references_stand_beside_the_model(
    trained: Trained,
    gold_file: Path,
    small_crosswalk: Crosswalk,
    tiny_base_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.measure.references.learned_splits", lambda *asked, **options: small_splits())
    monkeypatch.setattr("training.measure.references.build_corpus", lambda *asked: small_corpus(small_crosswalk))
    monkeypatch.setattr("training.measure.opponents.DEFAULT_BASE", str(tiny_base_dir))
    arguments = [str(gold_file), "--bundle", str(trained[0].output), "--draws", "20", "--cache", str(tmp_path)]
    arguments += ["--sans-suivi"]
    result = CliRunner().invoke(evaluate, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    for said in ("fiches étiquetées,", "n'est plus celui", "TF-IDF + SVM", "10 voisins", "sans ROME ni arbre"):
        assert said in result.output


def test_the_catalogue_is_a_labelled_set(tiny_bundle_dir: Path) -> None:
    arguments = ["--catalogue", "--bundle", str(tiny_bundle_dir), "--draws", "20", *ALONE]
    result = CliRunner().invoke(evaluate, arguments)
    assert result.exit_code == 0, result.output
    assert "505 fiches" in result.output


def test_a_file_and_the_catalogue_are_not_one_set(gold_file: Path) -> None:
    assert CliRunner().invoke(evaluate, [str(gold_file), "--catalogue"]).exit_code == 2


def test_rome_can_be_left_out(trained: Trained, gold_file: Path) -> None:
    arguments = [str(gold_file), "--bundle", str(trained[0].output), "--draws", "20", "--no-rome", *ALONE]
    assert CliRunner().invoke(evaluate, arguments).exit_code == 0


def test_a_missing_bundle_is_one_line(tmp_path: Path, gold_file: Path) -> None:
    result = CliRunner().invoke(evaluate, [str(gold_file), "--bundle", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.startswith("Erreur : ")
    assert result.output.count("\n") == 1


def test_missing_gold_says_where_it_looked(tmp_path: Path) -> None:
    result = CliRunner().invoke(evaluate, [], env={DATA_VARIABLE: str(tmp_path)})
    assert result.exit_code == 2
    assert "dev.jsonl" in result.output


def test_an_unknown_base_is_one_line_and_leaves_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    monkeypatch.delenv("GENSCAN_MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "rien").mkdir()
    result = CliRunner().invoke(train, ["--base", str(tmp_path / "rien"), "--output", str(tmp_path / "modele")])
    assert result.exit_code == 1
    assert "Erreur : encodeur de base introuvable" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "modele").exists()


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, training.cli; "
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'mlflow', 'datasets', 'onnx'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_defaults_are_those_of_the_brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    assert default_gold().parts[-3:] == ("shared", "gold", "dev.jsonl")
    assert DEFAULT_BUNDLE.parts[-2:] == ("models", "default")

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.bundle import DEFAULT_BUNDLE
from training.cli import default_gold, evaluate, train
from training.labels.sources import DATA_VARIABLE
from training.run import Outcome, RunSettings
from training.tracking.runs import Tracking

Trained = tuple[RunSettings, Outcome, Tracking]


def test_evaluate_prints_the_figures(trained: Trained, gold_file: Path) -> None:
    arguments = [str(gold_file), "--bundle", str(trained[0].output), "--draws", "20"]
    result = CliRunner().invoke(evaluate, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "numerique_f1" in result.output
    assert "formation" in result.output


def test_rome_can_be_left_out(trained: Trained, gold_file: Path) -> None:
    arguments = [str(gold_file), "--bundle", str(trained[0].output), "--draws", "20", "--no-rome"]
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

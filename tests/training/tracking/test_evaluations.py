from __future__ import annotations

import hashlib
import json
from pathlib import Path

import mlflow
import pytest
from click.testing import CliRunner
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from models.bundle import read_manifest
from models.classifier import Classifier
from tests.training.measure.support import TREE
from training.measure.cli import evaluate
from training.measure.comparison import System, compare
from training.measure.gold import digest_of, read_gold
from training.measure.slices import slices
from training.tracking.evaluations import TABLE, metrics_of, rows_of
from training.tracking.runs import EVALUATION, EXPERIMENT, KIND, URI_VARIABLE

DRAWS = ("--draws", "20", "--sans-references")


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('suivi') / 'mlflow.db'}"


@pytest.fixture(scope="module")
def evaluated(uri: str, tiny_bundle_dir: Path, gold_file: Path) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(Path(uri.removeprefix("sqlite:///")).parent)
        arguments = [str(gold_file), "--bundle", str(tiny_bundle_dir), "--rome-strength", "0.5", *DRAWS]
        result = CliRunner().invoke(evaluate, arguments, env={URI_VARIABLE: uri})
    assert result.exit_code == 0, result.output
    client = MlflowClient(uri)
    (run,) = client.search_runs([client.get_experiment_by_name(EXPERIMENT).experiment_id])
    assert run.info.run_id in result.output
    return run


def test_an_evaluation_says_what_was_judged_and_on_what(evaluated: Run, tiny_bundle_dir: Path, gold_file: Path) -> None:
    version = read_manifest(tiny_bundle_dir).version
    digest = hashlib.sha256(gold_file.read_bytes()).hexdigest()[:16]
    tags, params = evaluated.data.tags, evaluated.data.params
    assert (tags[KIND], tags["bundle"], tags["gold"]) == (EVALUATION, version, digest)
    assert (params["bundle"], params["gold"], params["rome_strength"]) == (version, digest, "0.5")
    assert params["cartographie"] == TREE.version
    assert evaluated.info.run_name == f"{version} sur gold"
    assert version in tags["mlflow.note.content"]
    (entry,) = evaluated.inputs.dataset_inputs
    assert (entry.dataset.name, entry.dataset.digest) == ("genscan-gold", digest)


def test_its_figures_have_their_intervals_on_every_slice(evaluated: Run) -> None:
    metrics = evaluated.data.metrics
    for name in ("gold/famille", "gold/ece_numerique", "gold/type/offre/famille"):
        assert metrics[f"{name}_bas"] <= metrics[name] <= metrics[f"{name}_haut"]
    assert "gold/famille/developpement/poste" in metrics
    # Nothing to divide by: no metric.
    assert "gold/type/formation/famille" not in metrics


def test_its_table_and_pictures_are_kept_and_no_text(evaluated: Run, uri: str, gold_file: Path, tmp_path: Path) -> None:
    folder = Path(MlflowClient(uri).download_artifacts(evaluated.info.run_id, "", str(tmp_path)))
    kept = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert set(kept) == {TABLE, "constats/gold.json", "images/gold-confusion.png", "images/gold-fiabilite.png"}
    table = json.loads(kept[TABLE].read_text(encoding="utf-8"))
    assert {"axe", "systeme", "bas", "haut", "fiches"} < set(table["columns"])
    said = "".join(path.read_text(encoding="utf-8") for name, path in kept.items() if name.endswith(".json"))
    said += str(evaluated.to_dictionary())
    for item in read_gold(gold_file):
        assert item.fiche.intitule not in said


def test_the_catalogue_has_a_digest_too_and_a_run_is_only_kept_if_asked(
    uri: str, tiny_bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(URI_VARIABLE, raising=False)
    arguments = ["--catalogue", "--bundle", str(tiny_bundle_dir), *DRAWS]
    assert CliRunner().invoke(evaluate, [*arguments, "--sans-suivi"]).exit_code == 0
    assert not list(tmp_path.iterdir())
    result = CliRunner().invoke(evaluate, arguments, env={URI_VARIABLE: uri})
    assert result.exit_code == 0, result.output
    client = MlflowClient(uri)
    first = client.search_runs([client.get_experiment_by_name(EXPERIMENT).experiment_id], max_results=1)[0]
    assert (first.data.params["jeu"], first.data.params["fiches"]) == ("catalogue", "505")
    assert len(first.data.params["gold"]) == 16


def test_an_unreadable_store_is_one_line_after_the_figures(tiny_bundle_dir: Path, gold_file: Path) -> None:
    arguments = [str(gold_file), "--bundle", str(tiny_bundle_dir), *DRAWS]
    before = mlflow.get_tracking_uri()
    result = CliRunner().invoke(evaluate, arguments, env={URI_VARIABLE: "inconnu://ailleurs"})
    mlflow.set_tracking_uri(before)
    assert result.exit_code == 1
    assert "numerique_f1" in result.output
    assert "Erreur : inconnu://ailleurs" in result.output.splitlines()[-1]


def test_those_beside_the_model_are_measured_too(tiny_classifier: Classifier, gold_file: Path) -> None:
    labelled = read_gold(gold_file)
    answers = tiny_classifier.classify([item.fiche for item in labelled])
    systems = [System("modèle", answers), System("TF-IDF + SVM", answers, scored=False)]
    comparison = compare(labelled, systems, slices(labelled, TREE), draws=20)
    metrics = dict(metrics_of("dev", comparison))
    assert metrics["dev/references/tf-idf-svm/famille"] == metrics["dev/famille"]
    assert "dev/references/tf-idf-svm/ece_poste" not in metrics
    mlflow.utils.validation._validate_metric("dev/references/tf-idf-svm/famille", 1.0, 0, 0)
    assert {row["systeme"] for row in rows_of(comparison) if row["axe"] == "type"} == {"modèle", "TF-IDF + SVM"}
    assert digest_of(gold_file) != digest_of(gold_file, gold_file)

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from datasets import DatasetDict
from mlflow.tracking import MlflowClient

from cartography.crosswalk import Crosswalk, load_crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from models.bundle import load_bundle
from models.classifier import Classifier
from models.layout import LAYOUT, REQUIRED
from models.registry import CHALLENGER, CHAMPION, NAME
from tests.training.measure.support import small_splits
from training.encoder.embeddings import cache_path, embed
from training.errors import TrainingError
from training.head.settings import FineTuning
from training.plan import RunSettings, learn, make_plan
from training.run import Outcome
from training.tracking.registry import register
from training.tracking.runs import ARTIFACTS, EXPERIMENT, URI_VARIABLE, Tracking, tracked_run, tracking_from_environment

Trained = tuple[RunSettings, Outcome, Tracking]
FICHES = [
    Fiche(id="1", type="offre", intitule="Développeur web", description="web data"),
    Fiche(id="2", type="formation", intitule="Boulanger"),
]


def test_the_bundle_loads_and_answers(trained: Trained, small_crosswalk: Crosswalk) -> None:
    settings, outcome, _ = trained
    tree = load_version()
    bundle = load_bundle(settings.output, tree, threads=1)
    assert bundle.manifest == outcome.manifest
    answers = Classifier(bundle, tree, small_crosswalk).classify(FICHES)
    assert [a.id for a in answers] == ["1", "2"]
    assert all(0 <= a.score <= 1 for a in answers)
    assert answers[0].versions["modele"] == outcome.manifest.version
    assert outcome.parity is not None
    assert outcome.storage is not None
    assert outcome.parity.least >= 0.9999
    assert outcome.storage.least > 0.99


def test_the_references_speak_for_postes_and_for_hors(trained: Trained) -> None:
    references = load_bundle(trained[0].output, load_version(), threads=1).references
    labelled = dict(zip(references.texts, references.postes, strict=True))
    assert labelled["Boulanger"] == ()
    assert labelled["Administrateur réseau informatique"] == (
        "administrateur-reseau",
        "administrateur-systeme-d-information",
    )
    assert labelled["Data engineer"] == ("data-engineer",)


def test_the_card_tells_the_run(trained: Trained) -> None:
    settings, outcome, _ = trained
    card = (settings.output / LAYOUT.card).read_text(encoding="utf-8")
    for part in (outcome.manifest.version, "genscan train", "Température", "cosinus", "numerique_f1", "avec code ROME"):
        assert part in card


def test_the_run_is_tracked(trained: Trained) -> None:
    settings, outcome, tracking = trained
    client = MlflowClient(tracking.uri)
    run = client.get_run(outcome.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["apprentissage_seed"] == "1"
    assert run.data.tags["bundle"] == outcome.manifest.version
    assert run.data.metrics["parite_min"] >= 0.9999
    assert "dev/tous/numerique_f1" in run.data.metrics
    passes = settings.finetuning.epochs + settings.finetuning.polish * len(settings.polished)
    assert len(client.get_metric_history(outcome.run_id, "perte_validation")) == passes
    (entry,) = run.inputs.dataset_inputs
    assert entry.dataset.digest == run.data.tags["corpus"]
    kept = {Path(item.path).name for item in client.list_artifacts(outcome.run_id, "bundle")}
    assert kept == {LAYOUT.manifest, *REQUIRED}
    assert client.get_experiment_by_name(EXPERIMENT).experiment_id == run.info.experiment_id


def test_each_stage_is_a_run_of_its_own(trained: Trained) -> None:
    _, outcome, tracking = trained
    client = MlflowClient(tracking.uri)
    experiment = client.get_run(outcome.run_id).info.experiment_id
    nested = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{outcome.run_id}'")
    assert {run.info.run_name for run in nested} == {"apprentissage", "export", "couches", "mesures"}
    assert {run.info.status for run in nested} == {"FINISHED"}
    pictures = {Path(item.path).name for item in client.list_artifacts(outcome.run_id, "images")}
    assert pictures == {"dev-confusion.png", "dev-fiabilite.png"}


def test_a_run_that_was_stopped_goes_on_under_its_identifier(tmp_path: Path) -> None:
    tracking = Tracking(f"sqlite:///{tmp_path / 'mlflow.db'}", (tmp_path / "artefacts").as_uri())
    seen: list[str] = []

    def stopped() -> None:
        with tracked_run(tracking, "essai", resumed=tmp_path) as identifier:
            seen.append(identifier)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    for _ in range(2):
        with tracked_run(tracking, "essai", resumed=tmp_path) as identifier:
            seen.append(identifier)
    assert seen[0] == seen[1] != seen[2]


def test_a_stopped_learning_tells_its_curve_at_each_point_and_goes_on_with_it(
    trained: Trained, small_crosswalk: Crosswalk, tmp_path: Path
) -> None:
    finetuning = replace(trained[0].finetuning, polish=1)
    settings = replace(trained[0], work=tmp_path, polished=(240,), finetuning=finetuning)
    plan = make_plan(settings, load_version(), small_crosswalk)
    told: list[list[tuple[float, float]]] = []

    def stop(said: str) -> None:
        if said.startswith("derniers passages"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(plan, say=stop, follow=lambda curve: told.append(list(curve)))
    assert [len(curve) for curve in told] == [1, 2]
    _, whole = learn(plan, follow=lambda curve: told.append(list(curve)))
    assert told[-1] == whole
    assert [len(curve) for curve in told] == [1, 2, 3]
    assert whole[:2] == told[1]


def test_labels_of_later_days_are_left_to_the_layers(
    trained: Trained, small_crosswalk: Crosswalk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def splits(*asked: object, until: str = "", **options: object) -> DatasetDict:
        whole = small_splits()
        return DatasetDict({**whole, "train": whole["train"].select(range(50))}) if until else whole

    monkeypatch.setattr("training.plan.learned_splits", splits)
    asked = replace(trained[0], data=tmp_path, work=tmp_path, polished=(240,))
    whole, later = (
        make_plan(settings, load_version(), small_crosswalk) for settings in (asked, replace(asked, until="2026-01-01"))
    )
    assert whole.first is whole.last
    assert len(later.first.lessons.records.texts) == 50 < len(later.lessons.records.texts)
    assert len(later.first.lessons.polished[0].texts) == 50
    assert later.corpus.digest == whole.corpus.digest
    # Its encoder is that of a run that knows of the earlier labels alone.
    monkeypatch.setattr("training.plan.learned_splits", lambda *asked, **options: splits(until="2026-01-01"))
    earlier = make_plan(asked, load_version(), small_crosswalk)
    assert later.directory_of(asked.finetuning) == earlier.directory_of(asked.finetuning)
    assert len({plan.directory for plan in (whole, later, earlier)}) == 3
    monkeypatch.setattr(
        "training.plan.learned_splits", lambda *asked, until, **options: DatasetDict() if until else small_splits()
    )
    with pytest.raises(TrainingError, match="--encodeur-jusqu-au 2000-01-01 : aucune étiquette"):
        make_plan(replace(asked, until="2000-01-01"), load_version(), small_crosswalk)


def test_the_registered_model_answers_as_the_classifier(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, outcome, tracking = trained
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    mlflow.set_tracking_uri(tracking.uri)
    client = MlflowClient()
    assert int(client.get_model_version_by_alias(NAME, CHAMPION).version) == outcome.registered
    model = mlflow.pyfunc.load_model(f"models:/{NAME}@{CHAMPION}")
    frame = pd.DataFrame(
        [
            {**FICHES[0].as_json(), "rome": ["M1855"]},
            {"id": "mauvais", "type": "stage", "intitule": "x"},
            FICHES[1].as_json(),
        ]
    )
    got = model.predict(frame, params={"top_k": 2})
    assert list(got["id"]) == ["1", "mauvais", "2"]
    bodies = [json.loads(body) for body in got["reponse"]]
    assert bodies[1]["erreur"]["champ"] == "type"
    tree = load_version()
    classifier = Classifier(load_bundle(settings.output, tree), tree, load_crosswalk())
    coded = Fiche(id="1", type="offre", intitule="Développeur web", description="web data", rome=("M1855",))
    expected = [a.as_json() for a in classifier.classify([coded, FICHES[1]], top_k=2)]
    assert [bodies[0], bodies[2]] == json.loads(json.dumps(expected))


def test_more_tokens_than_the_base_reads_are_refused(trained: Trained, small_crosswalk: Crosswalk) -> None:
    settings = replace(trained[0], finetuning=FineTuning(max_tokens=65))
    with pytest.raises(TrainingError, match="65 jetons demandés, l'encodeur en lit 64"):
        make_plan(settings, load_version(), small_crosswalk)


def test_a_second_run_challenges_the_champion(trained: Trained) -> None:
    settings, outcome, tracking = trained
    with tracked_run(tracking, "second"):
        number = register(settings.output)
    client = MlflowClient(tracking.uri)
    assert number != outcome.registered
    assert int(client.get_model_version_by_alias(NAME, CHALLENGER).version) == number
    assert int(client.get_model_version_by_alias(NAME, CHAMPION).version) == outcome.registered


def test_vectors_are_kept(trained: Trained, tmp_path: Path) -> None:
    settings = trained[0]
    bundle = load_bundle(settings.output, load_version(), threads=1)
    cache = cache_path(tmp_path, settings.output / LAYOUT.encoder, bundle.manifest.encoder.max_tokens)
    text = load_version().postes[0].libelle
    embed(bundle.encoder, [text], cache)
    done: list[int] = []
    vectors = embed(bundle.encoder, [text, text], cache, progress=done.append)
    assert done[0] == 2
    np.testing.assert_allclose(vectors, bundle.encoder.encode([text, text]), atol=1e-6)


def test_the_store_is_the_environment_s_or_var(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URI_VARIABLE, raising=False)
    assert tracking_from_environment() == Tracking("sqlite:///var/mlflow.db", ARTIFACTS.resolve().as_uri())
    monkeypatch.setenv(URI_VARIABLE, "https://mlflow.example")
    assert tracking_from_environment() == Tracking("https://mlflow.example", None)

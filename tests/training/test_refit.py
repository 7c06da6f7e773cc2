from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mlflow
import pytest
from click.testing import CliRunner
from datasets import DatasetDict

from cartography.crosswalk import Crosswalk
from cartography.loading import load_version
from models.bundle import load_bundle
from models.layout import LAYOUT
from tests.training.measure.support import small_splits
from training.errors import TrainingError
from training.plan import RunSettings
from training.refit import RefitSettings, refit
from training.refit_cli import train_layers
from training.run import Outcome
from training.tracking.card import recipe_of
from training.tracking.runs import Tracking

Trained = tuple[RunSettings, Outcome, Tracking]


@pytest.fixture
def tracking(tmp_path: Path) -> Tracking:
    return Tracking(f"sqlite:///{tmp_path / 'var' / 'mlflow.db'}", (tmp_path / "artefacts").as_uri())


def test_the_layers_are_learnt_anew_and_the_encoder_stays_to_the_byte(
    trained: Trained,
    gold_file: Path,
    small_crosswalk: Crosswalk,
    tracking: Tracking,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, output, tree = trained[0].output, tmp_path / "modele", load_version()
    splits = DatasetDict(small_splits())
    monkeypatch.setattr("training.refit.learned_splits", lambda *asked, **options: splits)
    monkeypatch.setattr("training.refit.unread_beside", lambda *asked, **options: ())
    settings = RefitSettings(source, output, gold=gold_file, data=tmp_path, registered=False, idea="deux mots")
    outcome = refit(settings, tree, small_crosswalk, tracking)
    for name in (LAYOUT.encoder, LAYOUT.tokenizer):
        assert (output / name).read_bytes() == (source / name).read_bytes()
    before, after = (load_bundle(where, tree, threads=1) for where in (source, output))
    assert (before.head.weight == after.head.weight).all()
    assert set(after.wide.ranks) != set(before.wide.ranks)
    assert after.calibration.triage.poste < 1
    assert outcome.registered is None
    assert outcome.manifest == after.manifest != before.manifest
    assert "avec code ROME" in outcome.gold
    # The card tells both steps, and whose encoder it is.
    card = (output / LAYOUT.card).read_text(encoding="utf-8")
    assert recipe_of(card) == [*recipe_of((source / LAYOUT.card).read_text(encoding="utf-8")), "genscan train-layers"]
    assert before.manifest.version in card
    run = mlflow.MlflowClient(tracking.uri).get_run(outcome.run_id)
    assert run.data.tags["bundle"] == outcome.manifest.version
    assert run.data.tags["idee"] == "deux mots"
    assert "dev/tous/numerique_f1" in run.data.metrics
    # Once more: in place, and the recipe does not grow.
    again = refit(replace(settings, source=output, data=None), tree, small_crosswalk, tracking)
    assert again.manifest.version != outcome.manifest.version
    assert recipe_of((output / LAYOUT.card).read_text(encoding="utf-8")) == recipe_of(card)


def test_an_encoder_that_learnt_nothing_of_a_poste_is_refused(
    trained: Trained, small_crosswalk: Crosswalk, tracking: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = replace(load_bundle(trained[0].output, load_version(), threads=1), newcomers=("poste-nouveau",))
    monkeypatch.setattr("training.refit.load_bundle", lambda *asked: bundle)
    with pytest.raises(TrainingError, match="rien appris de poste-nouveau"):
        refit(RefitSettings(trained[0].output, tmp_path / "modele"), load_version(), small_crosswalk, tracking)
    assert not (tmp_path / "modele").exists()


def test_the_verb_says_in_one_line_that_there_is_no_model(tmp_path: Path) -> None:
    result = CliRunner().invoke(train_layers, ["--modele", str(tmp_path), "--output", str(tmp_path / "modele")])
    assert result.exit_code == 1
    assert result.output.startswith(f"Erreur : {tmp_path} : aucun modèle ici")
    assert len(result.output.splitlines()) == 1

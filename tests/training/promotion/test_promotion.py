"""A challenger refused, one promoted, and the way back, on the project's own small corpus."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from types import SimpleNamespace

import mlflow
import pytest
from click.testing import CliRunner

from models.bundle import read_manifest
from models.registry import resolve
from tests.published import Store, like
from training.labels.sources import DATA_VARIABLE
from training.promotion import cli, contest


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store(tmp_path)
    monkeypatch.setenv("GENSCAN_MLFLOW_TRACKING_URI", store.uri)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "vide"))
    monkeypatch.chdir(tmp_path)
    # Each look at the clock a second after the one before: what else the machine does decides of no promotion here.
    monkeypatch.setattr(contest, "time", SimpleNamespace(perf_counter=count().__next__))
    return store


def _champion(store: Store) -> str:
    found = resolve(store.uri)
    assert found is not None
    return found.bundle


def _versions(*bundles: Path) -> list[str]:
    return [read_manifest(bundle).version for bundle in bundles]


def test_a_challenger_is_refused_or_promoted_then_rolled_back(
    store: Store, tiny_bundle_dir: Path, tmp_path: Path
) -> None:
    wrong, good = like(tiny_bundle_dir, tmp_path / "faux", wrong=True), like(tiny_bundle_dir, tmp_path / "bon")
    first, _, second = _versions(tiny_bundle_dir, wrong, good)
    store.publish(tiny_bundle_dir, "champion")
    store.publish(wrong, "challenger")
    runner = CliRunner()

    refused = runner.invoke(cli.promote, [])
    assert refused.exit_code == 1, refused.output
    assert "n'est pas promu ; il perd plus que toléré" in refused.output
    assert "fiches de test, poste : " in refused.output
    assert _champion(store) == first

    store.publish(good, "challenger")
    promoted = runner.invoke(cli.promote, [])
    assert promoted.exit_code == 0, promoted.output
    assert _champion(store) == second
    again = runner.invoke(cli.promote, [])
    assert "est déjà champion" in again.output

    back = runner.invoke(cli.rollback, [])
    assert back.exit_code == 0, back.output
    assert _champion(store) == first
    nothing = runner.invoke(cli.rollback, [])
    assert nothing.exit_code == 1
    assert "pas de champion précédent" in nothing.output

    runs = mlflow.search_runs(experiment_names=[cli.EXPERIMENT], output_format="list")
    assert sorted(run.data.tags["verdict"] for run in runs) == ["promu", "refusé"]


def test_a_loss_may_be_accepted_with_a_reason(store: Store, tiny_bundle_dir: Path, tmp_path: Path) -> None:
    store.publish(tiny_bundle_dir, "champion")
    store.publish(like(tiny_bundle_dir, tmp_path / "faux", wrong=True), "challenger")
    done = CliRunner().invoke(cli.promote, ["--malgre", "nouvelle cartographie"])
    assert done.exit_code == 0, done.output
    (run,) = mlflow.search_runs(experiment_names=[cli.EXPERIMENT], output_format="list")
    assert run.data.params["raison"] == "nouvelle cartographie"
    assert run.data.tags["verdict"] == "malgré les pertes"


def test_the_first_model_has_nobody_to_beat(store: Store, tiny_bundle_dir: Path) -> None:
    store.publish(tiny_bundle_dir, "challenger")
    done = CliRunner().invoke(cli.promote, [])
    assert "il n'y en avait pas" in done.output
    assert _champion(store) == read_manifest(tiny_bundle_dir).version


def test_an_unknown_version_is_one_line(store: Store, tiny_bundle_dir: Path) -> None:
    store.publish(tiny_bundle_dir, "champion")
    for asked in ("9", "autre"):
        done = CliRunner().invoke(cli.promote, [asked])
        assert done.exit_code == 1
        assert done.output.startswith("Erreur : ")
        assert len(done.output.splitlines()) == 1

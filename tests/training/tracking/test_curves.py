from __future__ import annotations

import mlflow
import pytest
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from training.tracking.curves import Curves, log_curve, losses
from training.tracking.runs import EXPERIMENT, KIND, OPENS_ON, TRAINING, Tracking, tracked_run

CURVE = [(2.0, 2.5), (1.0, 1.5), (0.5, 1.25)]


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Tracking:
    work = tmp_path_factory.mktemp("suivi")
    return Tracking(f"sqlite:///{work / 'mlflow.db'}", (work / "artefacts").as_uri())


def _steps(run: str, name: str = "perte_validation") -> list[int]:
    return [point.step for point in MlflowClient().get_metric_history(run, name)]


def test_a_curve_grows_and_no_point_is_logged_twice(tracking: Tracking) -> None:
    with tracked_run(tracking, "essai") as run:
        curves = Curves(run)
        for end in (1, 2, 2):
            curves.follow(losses(CURVE[:end]))
        assert _steps(run) == [0, 1]
        # As a resumed training would, with what the run has kept, then at the end, with all of it.
        Curves(run).follow(losses(CURVE[:2]))
        log_curve(CURVE)
    assert _steps(run) == [0, 1, 2]


def test_the_run_gets_its_curve_whatever_stage_is_open(tracking: Tracking) -> None:
    with tracked_run(tracking, "essai") as run, mlflow.start_run(nested=True) as stage:
        Curves(run).follow(losses(CURVE))
    assert _steps(run) == [0, 1, 2]
    assert not _steps(stage.info.run_id)


def test_a_lost_server_stops_no_training_and_gets_the_rest_at_the_end(
    tracking: Tracking, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def lost(client: MlflowClient, run: str, **batch: object) -> None:
        asked.append(run)
        raise MlflowException("injoignable")

    with tracked_run(tracking, "essai") as run:
        curves = Curves(run)
        with monkeypatch.context() as patch:
            patch.setattr(MlflowClient, "log_batch", lost)
            for end in (1, 2):
                curves.follow(losses(CURVE[:end]))
        assert len(asked) == 1
        assert not _steps(run)
        curves.log(losses(CURVE))
    assert _steps(run) == [0, 1, 2]


def test_the_experiment_opens_on_its_runs(tracking: Tracking) -> None:
    client = MlflowClient(tracking.uri)
    name, value = OPENS_ON
    with tracked_run(tracking, "essai") as run:
        assert client.get_run(run).data.tags[KIND] == TRAINING
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment.tags[name] == value
    # One that is older than the tag gets it; what a person chose stays.
    for chosen in ({}, {name: "genai_development"}):
        other = f"autre {len(chosen)}"
        client.create_experiment(other, artifact_location=tracking.artifacts, tags=chosen)
        with tracked_run(tracking, "essai", other):
            pass
        assert client.get_experiment_by_name(other).tags[name] == {name: value, **chosen}[name]

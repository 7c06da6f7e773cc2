"""An encoder's run on a few rows a source: tracked while it learns, resumed under its identifier."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from tests.training.encoder.test_recipe import write_sources
from training.encoder import loop
from training.encoder.curve import LossCurve
from training.encoder.recipe import Recipe
from training.encoder.run import CARD, run_encoder
from training.measure.melo import ANNOTATIONS, FOLDER, LABELS, QUERIES
from training.tracking.runs import ENCODER, KIND, Tracking

STEPS = 25


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_sources(tmp_path_factory.mktemp("sources"))
    (root / FOLDER).mkdir(parents=True)
    (root / FOLDER / QUERIES).write_text("q1\tDéveloppeur web\n", encoding="utf-8")
    (root / FOLDER / LABELS).write_text("l1\tdéveloppeur\nl2\tboulanger\n", encoding="utf-8")
    (root / FOLDER / ANNOTATIONS).write_text("q1\t0\tl1\t1\n", encoding="utf-8")
    return root


def test_a_stopped_encoder_goes_on_under_its_identifier_and_logs_no_point_twice(
    root: Path, tiny_base_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "EVERY", 10)
    tracking = Tracking(f"sqlite:///{tmp_path / 'mlflow.db'}", (tmp_path / "artefacts").as_uri())
    recipe = Recipe(base=str(tiny_base_dir), vocabulary=300, distil=STEPS, contrast=3, batch=64, max_tokens=32)

    def run(told: Callable[[str, int, int, str, float], None] = lambda *_: None) -> str | None:
        return run_encoder(recipe, root, tmp_path / "travail", tmp_path / "modele", tracking, told=told)

    def stop(stage: str, step: int, steps: int, task: str, loss: float) -> None:
        if step == 22:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(stop)
    client = MlflowClient(tracking.uri)
    (stopped,) = client.search_runs(["1"])
    assert [p.step for p in client.get_metric_history(stopped.info.run_id, "distillation/perte")] == [10, 20]

    assert run() == stopped.info.run_id
    done = client.get_run(stopped.info.run_id)
    assert (done.info.status, done.data.tags[KIND], done.data.params["distil"]) == ("FINISHED", ENCODER, str(STEPS))
    for name, steps in (("distillation/perte", [10, 20, 25]), ("contraste/perte", [3])):
        assert [p.step for p in client.get_metric_history(done.info.run_id, name)] == steps
    sources = {entry.dataset.name for entry in done.inputs.dataset_inputs}
    assert {"genscan-encodeur-rome", "genscan-encodeur-phrases"} < sources
    assert len(done.inputs.dataset_inputs) == len(sources)
    assert 0 < done.data.metrics["melo/map"] <= 1
    card = (tmp_path / "modele" / CARD).read_text(encoding="utf-8")
    for said in ("# Encodeur", "train-encoder", "| rome | 1 |", "melo/map", "distillation/perte"):
        assert said in card
    assert [item.path for item in client.list_artifacts(done.info.run_id, "encodeur")] == [f"encodeur/{CARD}"]

    # A finished run is never written again: another one has the whole curve, of which nothing was learnt anew.
    again = run()
    assert again not in (None, done.info.run_id)
    assert len(client.get_metric_history(again, "distillation/perte")) == 3


def test_a_curve_is_the_mean_of_ten_steps_by_stage_and_by_task(tmp_path: Path) -> None:
    curve = LossCurve(tmp_path)
    made = [curve.add("s", step, 12, "ab"[step % 2], float(step)) for step in range(1, 13)]
    assert [step for step, point in enumerate(made, 1) if point] == [10, 12]
    expected = {("s/perte", 10, 5.5), ("s/perte_a", 10, 6.0), ("s/perte_b", 10, 5.0), ("s/perte", 12, 11.5)}
    assert expected < set(curve.points())
    again = LossCurve(tmp_path)
    assert set(again.points()) == set(curve.points())
    # A step done once more, after a stop, changes nothing.
    again.add("s", 10, 12, "a", 99.0)
    assert set(again.points()) == set(curve.points())
    assert again.last()["s/perte"] == 11.5

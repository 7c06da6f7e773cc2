"""Curves of a run, logged while it learns: a point that the run has is not logged again, one that it lacks is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import time

import mlflow
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

Point = tuple[str, int, float]
"""(metric, step, value)."""
Losses = Iterable[tuple[float, float]]
"""(training loss, validation loss) of each epoch."""


class Curves:
    """The curves of one run, whatever run is active."""

    def __init__(self, run: str) -> None:
        """Name the run.

        Args:
            run: its identifier; a run that was resumed has points of its own already.
        """
        self._run, self._client = run, MlflowClient()
        self._known: dict[str, set[int]] = {}
        self._lost = False

    def log(self, points: Iterable[Point]) -> None:
        """Log the points that the run lacks."""
        now = int(1000 * time())
        fresh = [Metric(name, value, now, step) for name, step, value in points if step not in self._steps(name)]
        if fresh:
            self._client.log_batch(self._run, metrics=fresh)
        for metric in fresh:
            self._known[metric.key].add(metric.step)

    def follow(self, points: Iterable[Point]) -> None:
        """Log the points that the run lacks, in the middle of a training, which no lost server may stop.

        MLflow waits minutes for a server that does not answer: once is enough, `log` gives it the rest at the end.
        """
        if self._lost:
            return
        try:
            self.log(points)
        except MlflowException:
            self._lost = True

    def _steps(self, name: str) -> set[int]:
        if name not in self._known:
            self._known[name] = {point.step for point in self._client.get_metric_history(self._run, name)}
        return self._known[name]


def losses(curve: Losses) -> Iterator[Point]:
    """Yield the points of a classifier's curve, an epoch a step.

    >>> list(losses([(2.0, 2.5)]))
    [('perte_entrainement', 0, 2.0), ('perte_validation', 0, 2.5)]
    """
    for epoch, (train, validation) in enumerate(curve):
        yield "perte_entrainement", epoch, train
        yield "perte_validation", epoch, validation


def log_curve(curve: Losses) -> None:
    """Log the losses of each epoch in the active run."""
    run = mlflow.active_run()
    if run is not None:
        Curves(run.info.run_id).log(losses(curve))

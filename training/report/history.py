"""Every run that MLflow keeps, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from pydantic import ValidationError

from models.registry import NAME
from training.errors import TrainingError
from training.measure.findings import Findings
from training.tracking.details import FINDINGS, IDEA
from training.tracking.runs import EXPERIMENT, KIND, TRAINING, Tracking

MOST_RUNS = 10_000
LOSS = "perte"
"""Part of the name of a metric that has a value a step."""

Curve = tuple[tuple[int, float], ...]
"""(step, value), by growing step."""


PARENT = "mlflow.parentRunId"
"""MLflow's tag of a nested run."""


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        id: in MLflow.
        idea: what was tried; the run's name where nobody said.
        status: MLflow's, in French.
        started: when.
        model: version of the bundle; empty when it made none.
        aliases: of its registered model ("champion", "challenger").
        params: as logged.
        figures: last value of every metric.
        curves: values by step of the metrics that move.
        findings: by labelled set, those that it kept.
    """

    id: str
    idea: str
    status: str
    started: datetime
    model: str
    aliases: tuple[str, ...]
    params: Mapping[str, str]
    figures: Mapping[str, float]
    curves: Mapping[str, Curve]
    findings: Mapping[str, Findings]


_STATUS = {"FINISHED": "terminé", "FAILED": "échoué", "RUNNING": "en cours", "KILLED": "arrêté", "SCHEDULED": "prévu"}


def read_runs(tracking: Tracking) -> list[Run]:
    """Return every training of the experiment, the latest first.

    Their stages, which are runs too, are not listed; nor are evaluations and encoders, which MLflow's own page shows.

    Raises:
        TrainingError: nothing was trained yet, or the store cannot be read.
    """
    mlflow.set_tracking_uri(tracking.uri)
    client = MlflowClient()
    try:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        found = _all(client, experiment.experiment_id) if experiment else []
        whole = [run for run in found if _is_training(run.data.tags)]
        if not whole:
            message = f"{tracking.uri} : aucun essai suivi ; lancez d'abord `genscan train`"
            raise TrainingError("essais_absents", message)
        aliases = dict(_aliases(client))
        return [_run(client, run, aliases.get(run.info.run_id, ())) for run in whole]
    except MlflowException as error:
        raise TrainingError("suivi_illisible", f"{tracking.uri} : {str(error).splitlines()[0]}") from error


def _all(client: MlflowClient, experiment: str) -> list[Any]:
    return list(client.search_runs([experiment], max_results=MOST_RUNS, order_by=["attributes.start_time DESC"]))


def _is_training(tags: Mapping[str, str]) -> bool:
    # Runs older than the tag are trainings: nothing else was kept then.
    return PARENT not in tags and tags.get(KIND, TRAINING) == TRAINING


def _aliases(client: MlflowClient) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (run, aliases of the model that it registered)."""
    names: dict[str, list[str]] = {}
    for model in client.search_registered_models(f"name = '{NAME}'"):
        for alias, number in model.aliases.items():
            names.setdefault(client.get_model_version(NAME, str(number)).run_id, []).append(alias)
    for run, said in names.items():
        yield run, tuple(sorted(said))


def _run(client: MlflowClient, run: Any, aliases: tuple[str, ...]) -> Run:
    identifier, tags = str(run.info.run_id), run.data.tags
    moving = [name for name in run.data.metrics if LOSS in name]
    return Run(
        id=identifier,
        idea=tags.get(IDEA) or _name(run.info.run_name or identifier[:8]),
        status=_STATUS.get(run.info.status, run.info.status),
        started=datetime.fromtimestamp(run.info.start_time / 1000, UTC),
        model=tags.get("bundle", ""),
        aliases=aliases,
        params={name: _name(value) for name, value in sorted(run.data.params.items())},
        figures=dict(run.data.metrics),
        curves={name: curve for name in sorted(moving) if len(curve := _curve(client, identifier, name)) > 1},
        findings=dict(_findings(client, identifier)),
    )


def _name(value: str) -> str:
    """Return a value without the folders of a path: the page says which encoder, not where somebody keeps it.

    >>> _name("/home/moi/encodeurs/petit"), _name("all-MiniLM-L6-v2"), _name("0.5")
    ('petit', 'all-MiniLM-L6-v2', '0.5')
    """
    return PurePosixPath(value).name if value.startswith("/") else value


def _curve(client: MlflowClient, run: str, name: str) -> Curve:
    return tuple(sorted((point.step, point.value) for point in client.get_metric_history(run, name)))


def _findings(client: MlflowClient, run: str) -> Iterator[tuple[str, Findings]]:
    """Yield (labelled set, findings); what another version kept, or nobody keeps any more, is left out."""
    try:
        kept = client.list_artifacts(run, FINDINGS)
        for item in kept:
            content = mlflow.artifacts.load_dict(f"runs:/{run}/{item.path}")
            yield PurePosixPath(item.path).stem, Findings.model_validate(content)
    except (MlflowException, OSError, ValidationError):
        return

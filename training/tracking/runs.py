"""MLflow: where runs are kept, and what a run keeps."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import mlflow.data
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from cartography.files import write_atomic
from models.registry import FOLDER
from training.corpus.examples import Corpus
from training.errors import TrainingError

EXPERIMENT = "genscan"
OPENS_ON = ("mlflow.experimentKind", "custom_model_development")
"""Tag of an experiment: what MLflow shows it as, runs rather than traces.

MLflow 3.17 keeps it but lets the browser decide: « Model training » on its page, or `?workflowType=machine_learning`.
"""
KIND = "genre"
"""Tag of a run: what it is of, so that one experiment can hold them all and each be asked for alone."""
TRAINING, ENCODER, EVALUATION, PROMOTION = "essai", "encodeur", "evaluation", "promotion"
DATA_CARD = Path(__file__).parents[1] / "data" / "README.md"
RUN = "essai"
"""File of a training's directory: its MLflow run."""
URI_VARIABLE = "GENSCAN_MLFLOW_TRACKING_URI"
DATABASE = Path("var/mlflow.db")
ARTIFACTS = Path("var/mlartifacts")


@dataclass(frozen=True)
class Tracking:
    """An MLflow server or database.

    Attributes:
        uri: of the tracking store, which is also the registry.
        artifacts: URI of the folder of a new experiment; None leaves it to the server.
    """

    uri: str
    artifacts: str | None


def tracking_from_environment() -> Tracking:
    """Return the store that `GENSCAN_MLFLOW_TRACKING_URI` names, else a SQLite file under `var/` here."""
    uri = os.environ.get(URI_VARIABLE) or f"sqlite:///{DATABASE}"
    # A database keeps no files: without a folder of ours, MLflow would make one wherever it runs.
    artifacts = ARTIFACTS.resolve().as_uri() if uri.startswith("sqlite:") else None
    return Tracking(uri, artifacts)


@contextmanager
def tracked_run(
    tracking: Tracking, name: str, experiment: str = EXPERIMENT, *, resumed: Path | None = None, kind: str = TRAINING
) -> Iterator[str]:
    """Open a run of an experiment and yield its identifier; an exception marks it as failed.

    Args:
        tracking: where.
        name: of the run.
        experiment: that it belongs to.
        resumed: directory of what the run keeps between two starts: a run that was stopped goes on under its own
            identifier; a finished one is never written again.
        kind: value of its tag `KIND`.

    Raises:
        TrainingError: the tracking store cannot be reached or read.
    """
    with _open(tracking, name, experiment, resumed) as run:
        mlflow.set_tag(KIND, kind)
        identifier = str(run.info.run_id)
        if resumed is not None:
            resumed.mkdir(parents=True, exist_ok=True)
            write_atomic(resumed / RUN, f"{identifier}\n".encode())
        yield identifier


def _open(tracking: Tracking, name: str, experiment: str, resumed: Path | None) -> mlflow.ActiveRun:
    if tracking.uri.startswith("sqlite:///"):
        Path(tracking.uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(tracking.uri)
    try:
        client = MlflowClient()
        _experiment(client, experiment, tracking.artifacts)
        return mlflow.start_run(run_id=_stopped(client, resumed), run_name=name)
    except MlflowException as error:
        raise TrainingError("suivi_illisible", f"{tracking.uri} : {str(error).splitlines()[0]}") from error


def _experiment(client: MlflowClient, name: str, artifacts: str | None) -> None:
    """Make an experiment the current one, created if need be; what a person chose for its page stays."""
    found = client.get_experiment_by_name(name)
    if found is None:
        client.create_experiment(name, artifact_location=artifacts, tags=dict([OPENS_ON]))
    elif OPENS_ON[0] not in found.tags and found.lifecycle_stage == "active":
        client.set_experiment_tag(found.experiment_id, *OPENS_ON)
    mlflow.set_experiment(name)


def _stopped(client: MlflowClient, directory: Path | None) -> str | None:
    """Return the run that was stopped before its end in a directory; None where there is none."""
    if directory is None or not (directory / RUN).is_file():
        return None
    identifier = (directory / RUN).read_text(encoding="utf-8").strip()
    try:
        run = client.get_run(identifier)
    except MlflowException:
        # Another tracking store, or a run that somebody deleted.
        return None
    # Once its figures are there a run is told, whatever came after: parameters are written once.
    over = "bundle" in run.data.tags or run.info.status == "FINISHED" or run.info.lifecycle_stage != "active"
    return None if over else identifier


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Open a run nested in the active one: what a stage took and gave, on its own."""
    with mlflow.start_run(run_name=name, nested=True):
        yield


def log_corpus(corpus: Corpus) -> None:
    """Record the corpus as the run's input, with its digest, its card and how many labelled records it teaches."""
    dataset = mlflow.data.from_huggingface(corpus.dataset, name="genscan-corpus", digest=corpus.digest)
    mlflow.log_input(dataset, context="training")
    sides = zip(corpus.dataset["source"], corpus.dataset["split"], strict=True)
    mlflow.log_artifact(str(DATA_CARD), "corpus")
    mlflow.log_metric("corpus/fiches_train", sum(side == ("fiche", "train") for side in sides))


def log_facts(params: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Record parameters and tags."""
    mlflow.log_params(dict(params))
    mlflow.set_tags(dict(tags))


def log_figures(figures: Mapping[str, float]) -> None:
    """Record final figures; those that are undefined are left out."""
    mlflow.log_metrics({name: value for name, value in figures.items() if value == value})


def log_bundle(directory: Path) -> None:
    """Keep the bundle, its model card included, with the run, where `models.registry.fetch` looks for it."""
    mlflow.log_artifacts(str(directory), FOLDER)

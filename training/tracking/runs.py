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
from mlflow.tracking import MlflowClient

from training.corpus.examples import Corpus

EXPERIMENT = "genscan"
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
def tracked_run(tracking: Tracking, name: str) -> Iterator[str]:
    """Open a run of the experiment and yield its identifier; an exception marks it as failed."""
    if tracking.uri.startswith("sqlite:///"):
        Path(tracking.uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(tracking.uri)
    client = MlflowClient()
    if client.get_experiment_by_name(EXPERIMENT) is None:
        client.create_experiment(EXPERIMENT, artifact_location=tracking.artifacts)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=name) as run:
        yield str(run.info.run_id)


def log_corpus(corpus: Corpus) -> None:
    """Record the corpus as the run's input, with its digest, and how many labelled records it teaches."""
    dataset = mlflow.data.from_huggingface(corpus.dataset, name="genscan-corpus", digest=corpus.digest)
    mlflow.log_input(dataset, context="training")
    sides = zip(corpus.dataset["source"], corpus.dataset["split"], strict=True)
    mlflow.log_metric("corpus/fiches_train", sum(side == ("fiche", "train") for side in sides))


def log_curve(curve: Iterator[tuple[float, float]] | tuple[tuple[float, float], ...]) -> None:
    """Record the losses of each epoch as steps."""
    for epoch, (train, validation) in enumerate(curve):
        mlflow.log_metrics({"perte_entrainement": train, "perte_validation": validation}, step=epoch)


def log_facts(params: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Record parameters and tags."""
    mlflow.log_params(dict(params))
    mlflow.set_tags(dict(tags))


def log_figures(figures: Mapping[str, float]) -> None:
    """Record final figures; those that are undefined are left out."""
    mlflow.log_metrics({name: value for name, value in figures.items() if value == value})


def log_bundle(directory: Path) -> None:
    """Keep the bundle, its model card included, with the run."""
    mlflow.log_artifacts(str(directory), "bundle")

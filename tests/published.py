"""Bundles in a registry of their own, as a training run leaves them: no training, a second each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mlflow
import numpy as np
from mlflow.tracking import MlflowClient

from cartography.loading import load_version
from models.bundle import BundleParts, load_bundle, save_bundle
from models.head import Head
from models.layout import LAYOUT
from models.reading import Reader
from models.registry import BUNDLE_TAG, FOLDER, NAME
from models.wide import Wide


@dataclass(frozen=True)
class Store:
    """A tracking database in a temporary folder."""

    folder: Path

    @property
    def uri(self) -> str:
        """The tracking URI, which is also the registry's."""
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    @property
    def client(self) -> MlflowClient:
        """MLflow's client of it."""
        return MlflowClient(self.uri, self.uri)

    def publish(self, bundle: Path, *aliases: str) -> int:
        """Register a bundle as a run's model; return its number."""
        mlflow.set_tracking_uri(self.uri)
        client = self.client
        if client.get_experiment_by_name("genscan") is None:
            client.create_experiment("genscan", artifact_location=(self.folder / "artefacts").as_uri())
        if not client.search_registered_models(f"name = '{NAME}'"):
            client.create_registered_model(NAME)
        mlflow.set_experiment("genscan")
        with mlflow.start_run() as run:
            mlflow.log_artifacts(str(bundle), FOLDER)
        version = client.create_model_version(NAME, f"runs:/{run.info.run_id}/{FOLDER}", run.info.run_id)
        number = int(version.version)
        client.set_model_version_tag(NAME, str(number), BUNDLE_TAG, _version(bundle))
        for alias in aliases:
            client.set_registered_model_alias(NAME, alias, str(number))
        return number


def _version(bundle: Path) -> str:
    return load_bundle(bundle, load_version(), threads=1).manifest.version


def like(source: Path, target: Path, *, wrong: bool = False, characters: int = 300) -> Path:
    """Write a bundle like another, under another version.

    Args:
        source: the other.
        target: where.
        wrong: whether its postes answer for one another.
        characters: of a description that it reads.
    """
    tree = load_version()
    bundle = load_bundle(source, tree, threads=1)
    order = np.arange(len(tree.postes) + 1)
    if wrong:
        order[:-1] = np.roll(order[:-1], 20)
    parts = BundleParts(
        name="semblable",
        graph=source / LAYOUT.encoder,
        tokenizer=source / LAYOUT.tokenizer,
        encoder=bundle.manifest.encoder,
        head=Head(bundle.head.weight[order], bundle.head.bias[order]),
        wide=Wide.silent(len(order)),
        calibration=bundle.calibration,
        reader=Reader({}, characters),
        references=bundle.references,
        card="# semblable\n",
    )
    save_bundle(parts, target, tree)
    return target

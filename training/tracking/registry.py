"""The model registry: each run becomes a version and the challenger; the first one also the champion."""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path

import mlflow
import mlflow.pyfunc
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types.schema import AnyType, ColSpec, DataType, ParamSchema, ParamSpec, Schema

from models.bundle import read_manifest
from models.registry import BUNDLE_TAG, CHALLENGER, CHAMPION, NAME

SCRIPT = Path(__file__).with_name("pyfunc_model.py")
COLUMNS = ("id", "type", "intitule", "description", "rome", "appellation", "rncp", "formacode", "langue")
NEEDED = frozenset({"id", "type", "intitule"})
"""Columns of the record contract, and those that a frame must have."""

REQUIREMENTS = ("mlflow", "numpy", "openvino", "pandas", "pydantic", "safetensors", "tokenizers")
"""What the script needs to answer, besides genscan itself: no torch."""


def register(bundle: Path) -> int:
    """Log the bundle as a model of the active run and register it.

    Args:
        bundle: directory of the bundle.

    Returns:
        The new version of `models.registry.NAME`.
    """
    with warnings.catch_warnings():
        # MLflow asks for an example to guess the signature from; ours is given.
        warnings.filterwarnings("ignore", message=".*input example.*")
        info = mlflow.pyfunc.log_model(
            name="classifier",
            python_model=str(SCRIPT),
            artifacts={"bundle": str(bundle)},
            signature=_signature(),
            pip_requirements=["genscan", *(f"{name}=={version(name)}" for name in REQUIREMENTS)],
            registered_model_name=NAME,
        )
    number = int(info.registered_model_version)
    client = MlflowClient()
    client.set_model_version_tag(NAME, str(number), BUNDLE_TAG, read_manifest(bundle).version)
    client.set_registered_model_alias(NAME, CHALLENGER, str(number))
    if CHAMPION not in client.get_registered_model(NAME).aliases:
        client.set_registered_model_alias(NAME, CHAMPION, str(number))
    return number


def _signature() -> ModelSignature:
    # Any type: a cell of the wrong one is that record's fault, and must not refuse the whole frame.
    columns = [ColSpec(AnyType(), name, required=name in NEEDED) for name in COLUMNS]
    return ModelSignature(
        inputs=Schema(columns),
        outputs=Schema([ColSpec(DataType.string, "id"), ColSpec(DataType.string, "reponse")]),
        params=ParamSchema([ParamSpec("top_k", DataType.long, 5)]),
    )

"""The registered model: MLflow runs this file when it loads one (models from code, no pickle)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from mlflow.pyfunc import PythonModel, PythonModelContext

from cartography.crosswalk import load_crosswalk
from cartography.errors import FicheInvalid, RecordError
from cartography.fiche import Fiche, fiche_from_mapping
from cartography.loading import load_version
from models.bundle import load_bundle, read_manifest
from models.classifier import Classifier


class GenscanModel(PythonModel):  # type: ignore[misc]
    """Answers for a frame of records; one bad record gets an error and harms no other."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the bundle that was logged with the model."""
        directory = Path(context.artifacts["bundle"])
        cartographie = load_version(read_manifest(directory).cartographie.version)
        self._classifier = Classifier(load_bundle(directory, cartographie), cartographie, load_crosswalk())

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Classify records.

        Args:
            context: unused, part of MLflow's interface.
            model_input: n rows; columns of the record contract, missing values allowed.
            params: `top_k`, how many candidates to give.

        Returns:
            n rows in the same order: `id`, and `reponse`, the answer of the contract as JSON.
        """
        del context
        rows = [_record(row) for row in model_input.to_dict(orient="records")]
        bodies: list[dict[str, Any]] = [{} for _ in rows]
        fiches: dict[int, Fiche] = {}
        for rank, row in enumerate(rows):
            try:
                fiches[rank] = fiche_from_mapping(row)
            except FicheInvalid as error:
                bodies[rank] = RecordError.from_invalid(error, fichier="requête", position=rank + 1).as_json()
        top_k = int((params or {}).get("top_k", 5))
        answers = self._classifier.classify(list(fiches.values()), top_k=top_k)
        for rank, answer in zip(fiches, answers, strict=True):
            bodies[rank] = answer.as_json()
        return pd.DataFrame(
            {
                "id": [str(row.get("id", "")) for row in rows],
                "reponse": [json.dumps(body, ensure_ascii=False) for body in bodies],
            }
        )


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row as a record: what the frame marks as missing is left out, arrays become lists."""
    record = {}
    for name, value in row.items():
        if isinstance(value, np.ndarray):
            record[str(name)] = value.tolist()
        elif isinstance(value, (list, tuple)) or not pd.isna(value):
            record[str(name)] = value
    return record


mlflow.models.set_model(GenscanModel())

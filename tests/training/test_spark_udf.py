"""The logged model as a Spark function answers as the classifier does; `make test-spark` installs what this needs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import mlflow
import pytest

from cartography.fiche import fiche_from_mapping
from models.classifier import Classifier
from tests.published import Store
from training.tracking.registry import register
from training.tracking.runs import Tracking, tracked_run

pyspark = pytest.importorskip("pyspark")

RECORDS: list[dict[str, Any]] = [
    {"id": "1", "type": "offre", "intitule": "Développeur web", "description": "Vous développez des sites."},
    {"id": "2", "type": "formation", "intitule": "Administrateur réseau", "description": None},
]


def test_a_spark_function(
    tiny_classifier: Classifier, tiny_bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setitem(os.environ, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    tracking = Tracking(Store(tmp_path).uri, (tmp_path / "artefacts").as_uri())
    with tracked_run(tracking, "essai"):
        number = register(tiny_bundle_dir)
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        answer = mlflow.pyfunc.spark_udf(
            spark, f"models:/genscan-classifier/{number}", result_type="id string, reponse string", env_manager="local"
        )
        columns = "id string, type string, intitule string, description string"
        frame = spark.createDataFrame(RECORDS, columns)
        rows = frame.select(answer(*frame.columns).alias("a")).collect()
        found = {row.a.id: json.loads(row.a.reponse) for row in rows}
    finally:
        spark.stop()
    expected = tiny_classifier.classify([fiche_from_mapping(r) for r in RECORDS])
    assert found == {a.id: a.as_json() for a in expected}

"""Files too large for one machine: the same answers, computed by Spark, where each worker loads the model once.

Lines of JSON in, lines of JSON out; Parquet in, Parquet out. Spark reads the files of a folder in whatever order suits
it: answers are joined to their records by `id`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cartography.errors import GenscanError, RecordError
from cartography.fiche import FicheType
from cartography.readers.base import Record, Source
from cartography.readers.jsonlines import line_record
from models.classifier import Classifier
from serving.batch import BATCH, answer_records
from serving.engine import load_classifier
from serving.settings import export_paths, load_settings

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

LINE = "value"
"""Column of a record, or of its answer, as one line of JSON."""


def classify_folder(source: Path, output: Path, top_k: int, default_type: FicheType | None = None) -> int:
    """Answer every record of a folder, or of a file; return their number.

    Args:
        source: JSON Lines or Parquet, recognised by its files' names.
        output: folder that Spark writes; it must not exist, and appears when it is whole.
        top_k: candidate postes.
        default_type: of records that say none.

    Raises:
        GenscanError: Spark is not installed, the output exists, or there is nothing to read.
    """
    if output.exists():
        raise GenscanError("sortie_existe", f"{output} : ce dossier existe déjà ; Spark écrit dans un dossier neuf")
    parquet = _is_parquet(source)
    # The workers run where Spark puts them.
    export_paths(load_settings())
    spark = _session()
    from pyspark.errors import PySparkException

    work = output.absolute().with_name(f"{output.name}.en-cours")
    try:
        shutil.rmtree(work, ignore_errors=True)
        answers = _answers(_lines(spark, source, parquet), top_k, default_type)
        if parquet:
            _flat(answers).write.parquet(str(work))
        else:
            answers.write.text(str(work))
        count = (spark.read.parquet if parquet else spark.read.text)(str(work)).count()
        work.rename(output)
        return int(count)
    except PySparkException as error:
        said = [line for line in str(error).splitlines() if line.strip()]
        raise GenscanError("spark_en_echec", f"Spark s'est arrêté : {said[-1] if said else error!r}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        spark.stop()


def _session() -> SparkSession:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        message = "--engine spark demande Spark : `pip install 'genscan[spark]'`"
        raise GenscanError("spark_absent", message) from error
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        message = "--engine spark demande Java 17 ou plus récent : `apt-get install default-jre-headless`"
        raise GenscanError("java_absent", message)
    # One core a worker: Spark runs as many workers as there are cores, with the Python that has genscan.
    os.environ.setdefault("GENSCAN_THREADS", "1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("genscan").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH)).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _is_parquet(source: Path) -> bool:
    """Return whether a source is Parquet.

    Raises:
        GenscanError: it is not there, or holds no file that is read.
    """
    files = [source] if source.is_file() else [p for p in source.rglob("*") if p.is_file() and p.name[0] not in "._"]
    if not files:
        raise GenscanError("dossier_vide", f"{source} : aucun fichier à lire dans ce dossier")
    return all(path.suffix == ".parquet" for path in files)


def _lines(spark: SparkSession, source: Path, parquet: bool) -> DataFrame:
    from pyspark.sql import functions

    if not parquet:
        lines = spark.read.text(str(source.absolute()))
        return lines.where(functions.trim(functions.col(LINE)) != "")
    rows = spark.read.parquet(str(source.absolute()))
    return rows.select(functions.to_json(functions.struct("*")).alias(LINE))


def _answers(lines: DataFrame, top_k: int, default_type: FicheType | None) -> DataFrame:
    def answer(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        import pyarrow

        for batch in batches:
            found = answer_lines(batch.column(0).to_pylist(), top_k, default_type)
            yield pyarrow.RecordBatch.from_arrays([pyarrow.array(found, pyarrow.string())], names=[LINE])

    return lines.mapInArrow(answer, f"{LINE} string")


def answer_lines(lines: list[str], top_k: int, default_type: FicheType | None = None) -> list[str]:
    """Return one answer or error a line, as JSON; runs in Spark's workers.

    Args:
        lines: records as JSON, in the contract's keys or in those of real catalogues.
        top_k: candidate postes.
        default_type: of records that say none.
    """
    source = Source("", default_type)
    records = [_placeless(line_record(line.encode(), 0, source)) for line in lines]
    answers = answer_records(records, _classifier(), top_k)
    return [json.dumps(answer.as_json(), ensure_ascii=False) for answer in answers]


def _placeless(record: Record) -> Record:
    """Return a record; an error without its place, which Spark does not tell."""
    return replace(record, fichier=None, position=None) if isinstance(record, RecordError) else record


@cache
def _classifier() -> Classifier:
    return load_classifier(load_settings())


def _flat(answers: DataFrame) -> DataFrame:
    """Return the answers with their main facts in columns of their own."""
    from pyspark.sql import functions as f

    def said(path: str) -> Any:
        return f.get_json_object(f.col(LINE), path)

    return answers.select(
        said("$.id").alias("id"),
        said("$.numerique.decision").cast("boolean").alias("numerique"),
        said("$.numerique.score").cast("double").alias("score"),
        said("$.niveau").alias("niveau"),
        *(said(f"$.{level}.id").alias(level) for level in ("famille", "metier", "poste")),
        f.col(LINE).alias("reponse"),
    )

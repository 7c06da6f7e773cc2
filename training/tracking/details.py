"""What a run keeps for the report, besides its figures: findings on each labelled set, and MELO."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import mlflow
from datasets import DatasetDict

from cartography.tree import Cartographie
from models.classifier import Classifier
from models.encoder import Vectors
from training.corpus.record_examples import labelled_of
from training.measure.findings import Findings, look
from training.measure.gold import Labelled, read_gold
from training.measure.melo import FOLDER, QUERIES, measure_melo, read_melo
from training.pictures import draw_confusion, draw_reliability

FINDINGS = "constats"
"""Folder of a run's findings, one JSON file a labelled set."""
PICTURES = "images"
"""Folder of a run's pictures."""
IDEA = "idee"
"""Tag of a run: what was tried, in a few French words."""
JUDGED = ("test", "test_editeurs")
"""Splits of the labelled corpus that nothing is fitted on."""


def log_details(classifier: Classifier, gold: Path | None, labelled: DatasetDict | None, data: Path | None) -> None:
    """Keep what the report shows of a model, in the active run.

    Args:
        classifier: the model.
        gold: development set; None for none.
        labelled: labelled splits; None for none.
        data: folder of MELO, among others; None, or a folder without it, measures no MELO.
    """
    log_findings(classifier, dict(_sets(gold, labelled)))
    if data is not None:
        mlflow.log_metrics(melo_figures(data / FOLDER, classifier.bundle.encoder.encode))


def log_findings(classifier: Classifier, sets: Mapping[str, Sequence[Labelled]]) -> None:
    """Keep the findings on each labelled set, by its name: confusion, reliability, coverage, slices."""
    for name, labelled in sets.items():
        if labelled:
            log_found(name, look(classifier, labelled), classifier.cartographie)


def log_found(name: str, found: Findings, tree: Cartographie) -> None:
    """Keep the findings on one labelled set, and their pictures.

    Args:
        name: of the set.
        found: what was found.
        tree: names the métiers.
    """
    mlflow.log_dict(found.model_dump(), f"{FINDINGS}/{name}.json")
    mlflow.log_figure(draw_confusion(found, tree), f"{PICTURES}/{name}-confusion.png")
    mlflow.log_figure(draw_reliability(found), f"{PICTURES}/{name}-fiabilite.png")


def melo_figures(folder: Path, encode: Callable[[Sequence[str]], Vectors]) -> dict[str, float]:
    """Return how an encoder ranks on MELO; nothing where the benchmark is not there."""
    if not (folder / QUERIES).is_file():
        return {}
    figures = measure_melo(read_melo(folder), encode)
    return {"melo/map": figures.map, "melo/premier": figures.first}


def _sets(gold: Path | None, labelled: DatasetDict | None) -> Iterator[tuple[str, list[Labelled]]]:
    if gold is not None:
        yield "dev", read_gold(gold)
    for name in JUDGED:
        if labelled is not None and name in labelled:
            yield name, [labelled_of(row) for row in labelled[name]]

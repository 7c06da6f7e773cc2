"""An evaluation as a run: of which model, on which records, what it and those beside it reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

import mlflow
import mlflow.data
import pandas as pd  # type: ignore[import-untyped]

from cartography.text import fold
from models.answer import Answer
from models.classifier import Classifier
from training.measure.comparison import WHOLE, Cell, Comparison
from training.measure.findings import find
from training.measure.gold import Labelled
from training.measure.metrics import Figure
from training.measure.tables import MEANINGS, TOLD_BY_THE_SLICE
from training.tracking.details import log_found
from training.tracking.runs import EVALUATION, Tracking, log_facts, log_figures, tracked_run

BY_SLICE = ("numerique_f1", "hors_rappel", "famille", "metier", "poste")
"""Figures of a slice that are metrics. All the others are in the table: thousands of metrics would drown these."""
OPPONENTS = "references"
TABLE = "mesures.json"
"""Artifact: every figure of every system on every slice."""


@dataclass(frozen=True)
class Evaluation:
    """What was measured, and how.

    Attributes:
        name: of the set, which begins the names of the metrics ("dev", "catalogue").
        digest: of the set.
        classifier: the model as it was judged, its ROME prior included.
        labelled: n records.
        answers: n answers of the model.
        comparison: figures of the model, then of those beside it, by slice.
        draws: bootstrap resamples.
        seed: of the resamples.
    """

    name: str
    digest: str
    classifier: Classifier
    labelled: Sequence[Labelled]
    answers: Sequence[Answer]
    comparison: Comparison
    draws: int
    seed: int


def track_evaluation(tracking: Tracking, evaluation: Evaluation) -> str:
    """Keep an evaluation as a run and return its identifier.

    Raises:
        TrainingError: the tracking store cannot be reached.
    """
    manifest = evaluation.classifier.bundle.manifest
    with tracked_run(tracking, f"{manifest.version} sur {evaluation.name}", kind=EVALUATION) as run:
        log_facts(
            params={
                "bundle": manifest.version,
                "cartographie": manifest.cartographie.version,
                "rome_strength": evaluation.classifier.bundle.calibration.rome.strength,
                "jeu": evaluation.name,
                "gold": evaluation.digest,
                "fiches": len(evaluation.labelled),
                "tirages": evaluation.draws,
                "graine": evaluation.seed,
            },
            tags={
                "bundle": manifest.version,
                "cartographie": manifest.cartographie.version,
                "gold": evaluation.digest,
                "mlflow.note.content": describe(evaluation),
            },
        )
        mlflow.log_input(_dataset(evaluation), context="evaluation")
        log_figures(dict(metrics_of(evaluation.name, evaluation.comparison)))
        mlflow.log_table(pd.DataFrame(rows_of(evaluation.comparison)), TABLE)
        found = find(evaluation.labelled, evaluation.answers, evaluation.comparison)
        log_found(evaluation.name, found, evaluation.classifier.cartographie)
    return run


def metrics_of(name: str, comparison: Comparison) -> Iterator[tuple[str, float]]:
    """Yield (metric, value): each figure, then the bounds of its interval, `_bas` and `_haut`.

    The model on the whole set is `dev/famille`, on a slice `dev/type/offre/famille`; those beside it are measured in
    metrics on the whole set alone, `dev/references/tf-idf-svm/famille`.

    >>> one, other = Cell(Figure(0.8, 0.7, 0.9, 5)), Cell(Figure(0.6, 0.5, 0.7, 5))
    >>> comparison = {"tous": {"tous": {"famille": {"modèle": one, "10 voisins": other}}}}
    >>> dict(metrics_of("dev", comparison))["dev/famille_bas"], len(list(metrics_of("dev", comparison)))
    (0.7, 6)
    """
    for axis, parts in comparison.items():
        for part, figures in parts.items():
            for measure, cells in figures.items():
                (_, first), *others = cells.items()
                if axis == WHOLE:
                    yield from _bounds(f"{name}/{measure}", first.figure)
                    for system, cell in others:
                        yield from _bounds(f"{name}/{OPPONENTS}/{slug(system)}/{measure}", cell.figure)
                elif measure in BY_SLICE and not (axis == "famille" and measure in TOLD_BY_THE_SLICE):
                    yield from _bounds(f"{name}/{slug(axis)}/{slug(part)}/{measure}", first.figure)


def _bounds(name: str, figure: Figure) -> Iterator[tuple[str, float]]:
    if not isnan(figure.value):
        yield from ((name, figure.value), (f"{name}_bas", figure.low), (f"{name}_haut", figure.high))


def slug(text: str) -> str:
    """Return a text as a part of a metric's name, where MLflow takes neither comma nor apostrophe.

    >>> slug("Communication digitale, marketing et e-commerce"), slug("TF-IDF + SVM")
    ('communication-digitale-marketing-et-e-commerce', 'tf-idf-svm')
    """
    return "-".join(fold(text).replace("+", " ").replace("#", " ").split())


def rows_of(comparison: Comparison) -> list[dict[str, str | float]]:
    """Return every figure that exists: where, what, of which system, with its interval and its distance to the model's.

    >>> cell = Cell(Figure(0.8, 0.7, 0.9, 5))
    >>> rows_of({"tous": {"tous": {"famille": {"modèle": cell}}}})[0]["haut"]
    0.9
    """
    return [
        {"axe": axis, "tranche": part, "mesure": measure, "systeme": system, **_cells(cell)}
        for axis, parts in comparison.items()
        for part, figures in parts.items()
        for measure, cells in figures.items()
        for system, cell in cells.items()
        if not isnan(cell.figure.value)
    ]


def _cells(cell: Cell) -> dict[str, float]:
    figure, gap = cell.figure, cell.gap or Figure(0.0, 0.0, 0.0, 0)
    values = {"valeur": figure.value, "bas": figure.low, "haut": figure.high, "ecart": gap.value}
    bounds = {"ecart_bas": gap.low, "ecart_haut": gap.high}
    return {**{name: round(value, 4) for name, value in (values | bounds).items()}, "fiches": figure.count}


def describe(evaluation: Evaluation) -> str:
    """Return the description of the run, in Markdown: every system on the whole set."""
    manifest = evaluation.classifier.bundle.manifest
    whole = evaluation.comparison[WHOLE][WHOLE]
    systems = list(next(iter(whole.values())))
    lines = [
        f"| {measure} : {MEANINGS[measure]} | {' | '.join(_said(cells.get(system)) for system in systems)} |"
        for measure, cells in whole.items()
    ]
    return (
        f"Mesure de `{manifest.version}` sur {len(evaluation.labelled)} fiches ({evaluation.name}, empreinte "
        f"`{evaluation.digest}`). En pour cent, intervalles à 95 % ; par tranche : `{TABLE}`.\n\n"
        f"| mesure | {' | '.join(systems)} |\n|---|{'---:|' * len(systems)}\n" + "\n".join(lines) + "\n"
    )


def _said(cell: Cell | None) -> str:
    if cell is None or isnan(cell.figure.value):
        return ""
    value, low, high = (100 * number for number in (cell.figure.value, cell.figure.low, cell.figure.high))
    return f"{value:.1f} ({low:.0f}–{high:.0f})".replace(".", ",")


def _dataset(evaluation: Evaluation) -> mlflow.data.dataset.Dataset:
    """Return the set as MLflow knows it: identifiers and labels, never a text."""
    rows = [
        {
            "type": item.fiche.type,
            "id": item.fiche.id,
            "numerique": item.numerique,
            **{level: "|".join(getattr(item, level)) for level in ("familles", "metiers", "postes")},
        }
        for item in evaluation.labelled
    ]
    return mlflow.data.from_pandas(pd.DataFrame(rows), name=f"genscan-{evaluation.name}", digest=evaluation.digest)

"""The page: what each part of it shows, and the template that lays it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cartography.tree import Cartographie
from training.measure.comparison import WHOLE
from training.measure.findings import Bin, Findings, Point, Wrong
from training.report.charts import Axes, around, chart
from training.report.confusion import Mistake, grid, worst
from training.report.figures import between, french, lower_is_better, percent
from training.report.history import Run

TEMPLATE = "page.html.j2"
SHARES = (0.0, 1.0)
JUDGED = (
    "numerique_f1", "hors_rappel", "famille", "metier", "poste", "poste_top3", "couverture_poste", "precision_poste",
    "ece_poste",
)  # fmt: skip
"""Figures of the development set in the table of runs."""
SETS = {
    "dev": "jeu de développement",
    "validation": "validation",
    "test": "fiches de test (elles ont aussi servi à calibrer)",
    "test_editeurs": "éditeurs jamais vus",
}
LEVELS = {"numerique": "numérique", "famille": "famille", "metier": "métier", "poste": "poste"}
DEVELOPMENT = "développement"
BARE, BENCHMARK = "dév. sans ROME", "MELO"
SAME = (DEVELOPMENT, BARE, BENCHMARK)
"""Sets that are the same for every run, whatever the labels."""
LONGEST = 40
CURVES = 9
"""Runs whose curves are drawn, the latest ones."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table of runs: its group, its name, the metric, whether it is a share."""

    group: str
    name: str
    metric: str
    share: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure in the table: as written, its interval if known, whether it is the best of its column."""

    value: str
    interval: str = ""
    best: bool = False


@dataclass(frozen=True)
class Look:
    """What a run kept of one labelled set, drawn: SVG that has escaped what it says, figures for the tables."""

    name: str
    records: int
    reliability: Mapping[str, str]
    coverage: str
    confusion: str
    mistakes: Sequence[Mistake]
    wrong: Sequence[Wrong]
    measures: Sequence[str]
    slices: Sequence[tuple[str, str, Sequence[Shown]]]


def render(runs: Sequence[Run], shown: Run, tree: Cartographie, made: datetime) -> str:
    """Return the page.

    Args:
        runs: every run, the latest first.
        shown: the one that is looked at closely.
        tree: labels of the métiers.
        made: when, for the heading.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    columns = columns_of(runs)
    common, varied = settings(runs)
    return environment.get_template(TEMPLATE).render(
        made=made.strftime("%d/%m/%Y à %H:%M"),
        runs=runs,
        shown=shown,
        columns=columns,
        rows=[row(run, columns, runs) for run in runs],
        common=common,
        varied=varied,
        curves=[(run, _curves(run)) for run in runs if run.curves][:CURVES],
        looks=[_look(SETS.get(name, name), found, tree) for name, found in shown.findings.items()],
    )


def columns_of(runs: Sequence[Run]) -> list[Column]:
    """Return the columns that some run fills."""
    seen = {name for run in runs for name in run.figures}
    wanted = [
        *(Column("validation", name.partition("/")[2], name, "nll" not in name) for name in sorted(_validation(runs))),
        *(Column(DEVELOPMENT, name, f"dev/{WHOLE}/{name}") for name in JUDGED),
        Column(BARE, "poste", f"dev_sans_rome/{WHOLE}/poste"),
        Column("test", "poste", f"test/{WHOLE}/poste"),
        Column("éditeurs neufs", "poste", f"test_editeurs/{WHOLE}/poste"),
        Column(BENCHMARK, "MAP", "melo/map", share=False),
    ]
    return [column for column in wanted if column.metric in seen]


def _validation(runs: Sequence[Run]) -> set[str]:
    return {name for run in runs for name in run.figures if name.startswith("validation/") and "avant" not in name}


def row(run: Run, columns: Sequence[Column], runs: Sequence[Run]) -> list[Shown]:
    """Return a run's cells; the best of a column is marked where there is something to compare."""
    return [_cell(run, column, runs) for column in columns]


def _cell(run: Run, column: Column, runs: Sequence[Run]) -> Shown:
    value = run.figures.get(column.metric)
    if value is None:
        return Shown("–")
    said = percent(value) if column.share else french(value, 3)
    return Shown(said, _interval(run, column), _is_best(value, column, runs))


def _is_best(value: float, column: Column, runs: Sequence[Run]) -> bool:
    """Say whether no run does better, on sets that stay the same: those of the corpus change with its labels."""
    if column.group not in SAME:
        return False
    others = [run.figures[column.metric] for run in runs if column.metric in run.figures]
    return len(set(others)) > 1 and value == (min(others) if lower_is_better(column.metric) else max(others))


def _interval(run: Run, column: Column) -> str:
    """Return the interval that the run kept of a figure of the development set, "" where it kept none."""
    if column.group != DEVELOPMENT or "dev" not in run.findings:
        return ""
    kept = [m for m in run.findings["dev"].mesures if m.axe == WHOLE and m.mesure == column.name]
    return between(kept[0].bas, kept[0].haut) if kept else ""


def settings(runs: Sequence[Run]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the settings that all runs share, and those that change, with one value a run ("" where not set)."""
    names = sorted({name for run in runs for name in run.params})
    values = {name: [short(run.params.get(name, "")) for run in runs] for name in names}
    common = {name: found[0] for name, found in values.items() if len(set(found)) == 1}
    return common, {name: found for name, found in values.items() if name not in common}


def short(value: str) -> str:
    """Return a setting as the page shows it: four digits of a number, the start of a long text.

    >>> short("0.9172310233"), short("100"), short("all-MiniLM-L6-v2"), short("Fr1e-05")
    ('0.9172', '100', 'all-MiniLM-L6-v2', 'Fr1e-05')
    """
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def _curves(run: Run) -> str:
    values = [value for curve in run.curves.values() for _, value in curve]
    steps = [step for curve in run.curves.values() for step, _ in curve]
    axes = Axes("époque ou pas", "perte", (min(steps), max(steps)), around(values), percent=False)
    return chart(f"Courbes de {run.idea}", run.curves, axes)


def _look(name: str, found: Findings, tree: Cartographie) -> Look:
    measures = list(dict.fromkeys(m.mesure for m in found.mesures))
    return Look(
        name=name,
        records=found.fiches,
        reliability={LEVELS.get(level, level): _reliability(level, bins) for level, bins in found.fiabilite.items()},
        coverage=_coverage(found.couverture),
        confusion=grid(found.confusion, tree),
        mistakes=worst(found.confusion, tree),
        wrong=found.pires,
        measures=measures,
        slices=list(_slices(found, measures)),
    )


def _reliability(level: str, bins: Sequence[Bin]) -> str:
    axes = Axes("score annoncé", "part juste", SHARES, SHARES, diagonal=True)
    points = [(b.score, b.juste) for b in bins]
    return chart(f"Fiabilité : {LEVELS.get(level, level)}", {"juste": points}, axes, [b.fiches for b in bins])


def _coverage(curves: Mapping[str, Sequence[Point]]) -> str:
    low, _ = around([p.precision for points in curves.values() for p in points])
    axes = Axes("couverture", "précision", SHARES, (max(0.0, low), 1.0))
    return chart(
        "Précision selon la couverture",
        {LEVELS.get(level, level): [(p.couverture, p.precision) for p in points] for level, points in curves.items()},
        axes,
    )


def _slices(found: Findings, measures: Sequence[str]) -> Iterator[tuple[str, str, Sequence[Shown]]]:
    cells = {(m.axe, m.tranche, m.mesure): m for m in found.mesures}
    for axis, part in dict.fromkeys((m.axe, m.tranche) for m in found.mesures):
        shown = []
        for measure in measures:
            m = cells.get((axis, part, measure))
            shown.append(Shown(percent(m.valeur), f"{between(m.bas, m.haut)} · {m.fiches}") if m else Shown("–"))
        yield axis, part, shown

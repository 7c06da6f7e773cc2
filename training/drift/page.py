"""The page: one HTML file that asks nothing of anyone, and holds counts alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training.drift.charts import bars
from training.drift.measures import THRESHOLDS, Comparison, Measure
from training.drift.profile import LEAST
from training.drift.vocabulary import Shift, shifts
from training.report.figures import french, percent

TEMPLATE = "page.html.j2"
MARKS = {"stable": "stable", "à surveiller": "surveiller", "a bougé": "bouge", "non mesuré": "muet"}
"""Verdict → class of its mark."""


def render(found: Comparison, model: str, made: datetime) -> str:
    """Return the page.

    Args:
        found: what moved.
        model: version of the model that classified.
        made: when, for the heading.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    charts = {
        "Familles": bars("Familles", found.familles),
        "Niveaux sûrs": bars("Niveaux sûrs", found.niveaux),
        "Sûreté du poste": bars("Sûreté du poste", found.confidences),
        "Longueur des descriptions": bars("Longueur des descriptions", found.lengths),
    }
    # Without the words of both there is nothing to say of them, nor of lengths.
    if not (found.old.has_texts and found.new.has_texts):
        del charts["Longueur des descriptions"]
    rose, fell = shifts(found.old, found.new)
    return environment.get_template(TEMPLATE).render(
        made=made.strftime("%d/%m/%Y à %H:%M"),
        model=model,
        found=found,
        marks=MARKS,
        rows=[(measure, *told(measure)) for measure in found.measures],
        charts=charts,
        words=[("montés", _words(found, rose)), ("descendus", _words(found, fell))],
        least=LEAST,
    )


def told(measure: Measure) -> tuple[str, str, str]:
    """Return a figure, what chance may do and the thresholds, as people read them."""
    thresholds = " / ".join(french(value, 2) for value in THRESHOLDS[measure.index])
    if measure.value is None:
        return "–", "–", thresholds
    return french(measure.value, 3), french(measure.chance, 3), thresholds


def _words(found: Comparison, moved: Sequence[Shift]) -> list[tuple[str, str, str]]:
    return [(s.word, _share(s.old, found.old.records), _share(s.new, found.new.records)) for s in moved]


def _share(count: int | None, records: int) -> str:
    return f"moins de {LEAST} fiches" if count is None else f"{percent(count / records)} %"

"""A model in pictures: beside another, where it errs, and how honest its scores are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from cartography.tree import Cartographie
from training.measure.evaluation import Report
from training.measure.findings import Findings
from training.pictures.canvas import COLOURS, canvas
from training.report.confusion import labels_of

SHOWN = ("numerique_f1", "famille", "metier", "poste", "poste_top3")
MEANING = {
    "numerique_f1": "numérique\n(F1)",
    "famille": "famille",
    "metier": "métier",
    "poste": "poste",
    "poste_top3": "poste\nparmi 3",
}
LEVELS = {"famille": "famille", "metier": "métier", "poste": "poste"}


def compare_models(reports: Mapping[str, Report]) -> Figure:
    """Draw the figures of several models on the same records, with their 95 % intervals.

    Args:
        reports: name of the model → what `training.measure.evaluation.evaluate` says of it.
    """
    figure, (ax,) = canvas(8, 3.5)
    width = 0.8 / max(1, len(reports))
    for rank, (name, report) in enumerate(reports.items()):
        found = [report["tous"][measure] for measure in SHOWN]
        values = np.array([f.value for f in found])
        spread = np.array([[f.value - f.low, f.high - f.value] for f in found]).T.clip(min=0)
        at = np.arange(len(SHOWN)) + rank * width
        ax.bar(at, values, width, yerr=spread, color=COLOURS[rank], label=name, error_kw={"elinewidth": 1})
    ax.set_xticks(np.arange(len(SHOWN)) + 0.4 - width / 2, [MEANING[measure] for measure in SHOWN])
    ax.set_ylim(0, 1)
    ax.set_ylabel("part juste")
    ax.legend(frameon=False, loc="lower left")
    ax.set_title("Sur les mêmes fiches, intervalles à 95 %")
    return figure


def draw_reliability(findings: Findings) -> Figure:
    """Draw, for each level, how often answers of a given score are right: on the diagonal, a score keeps its word."""
    figure, axes = canvas(10, 3.4, len(LEVELS))
    for ax, (level, name) in zip(axes, LEVELS.items(), strict=True):
        bins = findings.fiabilite.get(level, ())
        ax.plot([0, 1], [0, 1], color="#929292", linewidth=1, linestyle="--")
        most = max((b.fiches for b in bins), default=1)
        ax.plot([b.score for b in bins], [b.juste for b in bins], color=COLOURS[0], linewidth=1)
        ax.scatter([b.score for b in bins], [b.juste for b in bins], s=[120 * b.fiches / most + 8 for b in bins])
        ax.set_xlabel("score donné")
        ax.set_title(name)
    axes[0].set_ylabel("part juste")
    return figure


def draw_confusion(findings: Findings, tree: Cartographie) -> Figure:
    """Draw which métier is taken for which: rows are what was expected, the darker the larger the share."""
    labels = labels_of(findings.confusion, tree)
    rank = {key: place for place, key in enumerate(labels)}
    counts = np.zeros((len(rank), len(rank)))
    for cell in findings.confusion:
        counts[rank[cell.attendu], rank[cell.donne]] += cell.fiches
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    side = max(5.0, 0.24 * len(rank) + 2)
    figure, (ax,) = canvas(side + 1, side)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = _short(list(labels.values()))
    ax.set_xticks(range(len(rank)), names, rotation=90, fontsize=7)
    ax.set_yticks(range(len(rank)), names, fontsize=7)
    ax.set_xlabel("métier donné")
    ax.set_ylabel("métier attendu")
    return figure


def _short(names: Sequence[str], most: int = 34) -> list[str]:
    """Return labels cut to a length.

    >>> _short(["Développement", "Communication et marketing"], 15)
    ['Développement', 'Communication …']
    """
    return [name if len(name) <= most else f"{name[: most - 1]}…" for name in names]

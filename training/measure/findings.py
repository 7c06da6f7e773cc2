"""What figures alone do not show: which métiers are confused, how honest the scores are, what each threshold buys.

Identifiers and counts only, never a text: findings are kept with a run and end in a page that people pass around.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from cartography.crosswalk import HORS
from models.answer import Answer
from models.classifier import Classifier
from training.measure.comparison import Comparison, System, compare
from training.measure.evaluation import TOP
from training.measure.gold import Labelled
from training.measure.metrics import BINS, Floats
from training.measure.mistakes import mistakes
from training.measure.slices import slices

LEVELS = ("famille", "metier", "poste")
WORST = 25
"""Wrong answers kept."""
POINTS = 40
"""Points of a coverage curve at most: a page needs no more."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Confusion(_Model):
    """How many records of a métier were given another: métier ids, or "hors"."""

    attendu: str
    donne: str
    fiches: int


class Bin(_Model):
    """Scores that fall together: their mean, the share of them that is right, how many they are."""

    score: float
    juste: float
    fiches: int


class Point(_Model):
    """What a threshold gives: share of the digital records answered, share of the answers that is right."""

    seuil: float
    couverture: float
    precision: float


class Slice(_Model):
    """A figure on a slice, with its 95 % interval and the records it rests on."""

    axe: str
    tranche: str
    mesure: str
    valeur: float
    bas: float
    haut: float
    fiches: int


class Wrong(_Model):
    """A wrong answer: the record's identifier and source, the level, what was accepted and given, how sure it was."""

    id: str
    source: str
    niveau: str
    attendu: tuple[str, ...]
    obtenu: str
    sur: float


class _Guesses(NamedTuple):
    confidences: Floats
    right: NDArray[np.bool_]
    digital: NDArray[np.bool_]


class Findings(_Model):
    """What a model does on one labelled set.

    Attributes:
        fiches: records of the set.
        confusion: métiers expected and given, right ones included.
        fiabilite: reliability of the digital score ("numerique") and of the best guess of each level.
        couverture: coverage and precision of each level as its threshold moves.
        mesures: figures by slice.
        pires: the surest of the wrong answers, the surest first.
    """

    fiches: int
    confusion: tuple[Confusion, ...]
    fiabilite: dict[str, tuple[Bin, ...]]
    couverture: dict[str, tuple[Point, ...]]
    mesures: tuple[Slice, ...]
    pires: tuple[Wrong, ...] = ()


def look(classifier: Classifier, labelled: Sequence[Labelled]) -> Findings:
    """Classify a labelled set and look at the answers."""
    answers = classifier.classify([item.fiche for item in labelled], top_k=TOP)
    parts = slices(labelled, classifier.cartographie)
    return find(labelled, answers, compare(labelled, [System("modèle", answers)], parts))


def find(labelled: Sequence[Labelled], answers: Sequence[Answer], comparison: Comparison) -> Findings:
    """Look at a model's answers.

    Args:
        labelled: n records.
        answers: n answers, in the same order.
        comparison: their figures by slice; the first system's are kept.
    """
    digital = np.array([item.numerique for item in labelled])
    scores = np.array([answer.score for answer in answers])
    reliability = {"numerique": bins(scores, digital)}
    coverage = {}
    for level in LEVELS:
        given = _guesses(labelled, answers, level)
        reliability[level] = bins(given.confidences, given.right)
        coverage[level] = curve(*given, int(digital.sum()))
    return Findings(
        fiches=len(labelled),
        confusion=_confusion(labelled, answers),
        fiabilite=reliability,
        couverture=coverage,
        mesures=tuple(_slices(comparison)),
        pires=tuple(_worst(labelled, answers)),
    )


def _worst(labelled: Sequence[Labelled], answers: Sequence[Answer]) -> Iterator[Wrong]:
    """Yield the surest wrong answers: for a wrong decision, how far its score is on the wrong side."""
    found = mistakes(labelled, answers)
    sure = [1 - m.score if m.niveau == "numerique" and m.obtenu == "non" else m.score for m in found]
    for rank in sorted(range(len(found)), key=lambda i: -sure[i])[:WORST]:
        m = found[rank]
        yield Wrong(
            id=m.id, source=m.source, niveau=m.niveau, attendu=m.attendu, obtenu=m.obtenu, sur=round(sure[rank], 4)
        )


def bins(confidences: Floats, right: NDArray[np.bool_], count: int = BINS) -> tuple[Bin, ...]:
    """Return the bins that hold something, by growing score.

    >>> bins(np.array([0.95, 0.93, 0.2]), np.array([True, False, False]))
    (Bin(score=0.2, juste=0.0, fiches=1), Bin(score=0.94, juste=0.5, fiches=2))
    """
    ranks = np.minimum((confidences * count).astype(int), count - 1)
    found = []
    for rank in sorted(set(ranks.tolist())):
        held = ranks == rank
        score, share = float(confidences[held].mean()), float(right[held].mean())
        found.append(Bin(score=round(score, 4), juste=round(share, 4), fiches=int(held.sum())))
    return tuple(found)


def curve(confidences: Floats, right: NDArray[np.bool_], digital: NDArray[np.bool_], whole: int) -> tuple[Point, ...]:
    """Return what each threshold gives, from the surest answer alone to all of them.

    Args:
        confidences: (n,), of the answers given.
        right: (n,), whether each is accepted.
        digital: (n,), whether its record is digital; one that is not lowers the precision and covers nothing.
        whole: digital records in the set, answered or not.

    Four digital records. The surest answer is right: a quarter covered, precision 1. The second is given to a record
    that is not digital: no more is covered, precision 1/2. The third is right again: half covered, precision 2/3.

    >>> points = curve(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), np.array([True, False, True]), 4)
    >>> [(p.seuil, p.couverture, p.precision) for p in points]
    [(0.9, 0.25, 1.0), (0.8, 0.25, 0.5), (0.7, 0.5, 0.6667)]
    """
    order = np.argsort(-confidences, kind="stable")
    sure, good, covered = confidences[order], np.cumsum(right[order]), np.cumsum(digital[order])
    # A threshold lets in every answer of its score: only the last of equals is a point.
    ends = np.flatnonzero(np.append(sure[1:] != sure[:-1], True)) if len(sure) else np.array([], dtype=np.intp)
    if len(ends) > POINTS:
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, POINTS).round().astype(int))]
    return tuple(
        Point(
            seuil=round(float(sure[end]), 4),
            couverture=round(float(covered[end]) / max(1, whole), 4),
            precision=round(float(good[end]) / (int(end) + 1), 4),
        )
        for end in ends
    )


def _guesses(labelled: Sequence[Labelled], answers: Sequence[Answer], level: str) -> _Guesses:
    """Return the best guesses of a level that were given."""
    given = [(node, i) for i, answer in enumerate(answers) if (node := getattr(answer, level)) is not None]
    return _Guesses(
        np.array([node.score for node, _ in given], dtype=np.float64),
        np.array([node.id in getattr(labelled[i], f"{level}s") for node, i in given], dtype=np.bool_),
        np.array([labelled[i].numerique for _, i in given], dtype=np.bool_),
    )


def _confusion(labelled: Sequence[Labelled], answers: Sequence[Answer]) -> tuple[Confusion, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for item, answer in zip(labelled, answers, strict=True):
        given = answer.metier.id if answer.metier else HORS
        accepted = item.metiers if item.numerique else (HORS,)
        if accepted:
            counts[given if given in accepted else accepted[0], given] += 1
    return tuple(Confusion(attendu=e, donne=g, fiches=n) for (e, g), n in sorted(counts.items()))


def _slices(comparison: Comparison) -> Iterator[Slice]:
    for axis, parts in comparison.items():
        for part, figures in parts.items():
            for name, cells in figures.items():
                figure = next(iter(cells.values())).figure
                if not isnan(figure.value):
                    yield Slice(
                        axe=axis,
                        tranche=part,
                        mesure=name,
                        valeur=round(figure.value, 4),
                        bas=round(figure.low, 4),
                        haut=round(figure.high, 4),
                        fiches=figure.count,
                    )

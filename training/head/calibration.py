"""Temperature and thresholds, fitted on validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.encoder import Vectors
from models.head import Head, Probabilities, TreeSums, softmax
from models.layout import Calibration, RomePrior, Thresholds
from models.prior import ROME_OF, Prior
from training.head.linear import Examples

PRECISION = 0.97
"""What an answer given as sure must reach on validation, at every level."""

ROME_PRIOR = RomePrior(strength=0.5, floor=0.1)
"""Half the weight of a second, independent witness, since codes are often wrong or too broad (annotation guide); a
tenth of the mass stays spread over all classes, so that a code divides a contradicted class by at most
(.9 · 108 / .1 + 1) ** .5 ≈ 31: a clear text wins over a wrong code."""

MIN_CODED = 30
"""Fewer coded validation records than this say nothing of the prior: it keeps its default."""

Floats = NDArray[np.floating]


def negative_log_likelihood(logits: Floats, targets: Floats, weights: Floats, temperature: float) -> float:
    """Return the weighted mean cross entropy in nats of logits divided by a temperature.

    Args:
        logits: (n, classes).
        targets: (n, classes), rows summing to 1.
        weights: (n,).
        temperature: above 0.
    """
    scaled = logits / temperature
    highest = scaled.max(axis=1, keepdims=True)
    logs = scaled - highest - np.log(np.exp(scaled - highest).sum(axis=1, keepdims=True))
    return float(-((targets * logs).sum(axis=1) * weights).sum() / weights.sum())


def fit_temperature(logits: Floats, targets: Floats, weights: Floats) -> float:
    """Return the temperature of the lowest cross entropy (Guo et al. 2017), within [1/20, 20].

    The loss is convex in 1/temperature, so that a golden-section search finds its one minimum.

    Four answers all given with a margin of 2 in the logits, three of them right: the honest margin is ln 3, so the
    temperature is 2 / ln 3 = 1.8205.

    >>> logits = np.array([[2.0, 0.0]] * 4)
    >>> targets = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]])
    >>> round(fit_temperature(logits, targets, np.ones(4)), 3)
    1.82
    """
    inverse = _golden(lambda i: negative_log_likelihood(logits, targets, weights, 1 / i), 1 / 20, 20.0)
    return 1 / inverse


def threshold_for(
    confidences: Floats, right: NDArray[np.bool_], weights: Floats, precision: float = PRECISION
) -> float:
    """Return the lowest confidence such that the answers at least that sure are right with this precision.

    Args:
        confidences: (n,), in [0, 1].
        right: (n,), whether each answer is right.
        weights: (n,).
        precision: wanted.

    Returns:
        A confidence of the sample; 1 when no threshold reaches the precision.

    Sorted by confidence the answers are right, right, wrong, right: precision 1, 1, 2/3, 3/4 as more are let in.

    >>> c, r, w = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True]), np.ones(4)
    >>> float(threshold_for(c, r, w, 0.9)), float(threshold_for(c, r, w, 0.75))
    (0.8, 0.6)
    >>> threshold_for(c[2:3], r[2:3], w[2:3], 0.9)
    1.0
    """
    order = np.argsort(-confidences, kind="stable")
    sure, good, mass = confidences[order], right[order], weights[order]
    reached = np.cumsum(mass * good) / np.cumsum(mass) >= precision
    # A threshold lets in every answer of its confidence: only the last of equals counts.
    last = np.append(sure[1:] != sure[:-1], True)
    ranks = np.flatnonzero(reached & last)
    return float(sure[ranks[-1]]) if len(ranks) else 1.0


def best_f1_threshold(scores: Floats, positive: Floats, weights: Floats) -> float:
    """Return the threshold of the highest weighted F1, to a hundredth; the nearest to .5 among equals.

    Args:
        scores: (n,), in [0, 1].
        positive: (n,), share of the target that is positive, in [0, 1].
        weights: (n,).

    >>> float(best_f1_threshold(np.array([0.9, 0.7, 0.2]), np.array([1.0, 1.0, 0.0]), np.ones(3)))
    0.5
    >>> float(best_f1_threshold(np.array([0.9, 0.7, 0.6]), np.array([1.0, 1.0, 0.0]), np.ones(3)))
    0.61
    """
    grid = np.round(np.arange(0.01, 1.0, 0.01), 2)
    f1 = []
    for threshold in grid:
        chosen = weights * (scores >= threshold)
        f1.append(2 * (chosen * positive).sum() / (chosen.sum() + (weights * positive).sum()))
    values = np.round(np.array(f1), 9)
    best = np.flatnonzero(values == values.max())
    return float(grid[best[np.argmin(np.abs(grid[best] - 0.5))]])


@dataclass(frozen=True)
class Coded:
    """The records behind validation rows, for what their ROME coding says.

    Attributes:
        fiches: one a row.
        crosswalk: shares of the codes.
        labels: postes in class order.
    """

    fiches: Sequence[Fiche]
    crosswalk: Crosswalk
    labels: Sequence[str]

    def apply(self, settings: RomePrior, probabilities: Probabilities) -> Probabilities:
        """Return the probabilities with the prior of each coded record."""
        return Prior(self.crosswalk, self.labels, settings).apply(self.fiches, probabilities)


def fit_prior(probabilities: Probabilities, targets: Floats, coded: Coded) -> RomePrior:
    """Return the ROME prior of the lowest cross entropy on the coded records, among a small grid.

    A grid, and not a search: few validation records are coded, and neighbouring settings differ little.

    Args:
        probabilities: calibrated, from the text alone, (n, classes).
        targets: (n, classes), rows summing to 1.
        coded: the n records.
    """
    rows = [i for i, f in enumerate(coded.fiches) if coded.crosswalk.shares(f.rome, f.appellation, ROME_OF[f.type])]
    if len(rows) < MIN_CODED:
        return ROME_PRIOR
    few = Coded([coded.fiches[i] for i in rows], coded.crosswalk, coded.labels)

    def loss(settings: RomePrior) -> float:
        logs = np.log(np.maximum(few.apply(settings, probabilities[rows]), 1e-12))
        return float(-(targets[rows] * logs).sum(axis=1).mean())

    grid = [RomePrior(strength=s, floor=f) for s in (0.0, 0.25, 0.5, 0.75, 1.0) for f in (0.1, 0.2, 0.3, 0.5)]
    return min(grid, key=loss)


def calibrate(head: Head, validation: Examples, cartographie: Cartographie, coded: Coded | None = None) -> Calibration:
    """Fit the temperature, the ROME prior, then the threshold of each level, on validation.

    A best guess is right when the target gives it, or a node below it, any share. Records of hors numérique count as
    wrong answers at every level.

    Args:
        head: at temperature 1.
        validation: rows that the head was not trained on.
        cartographie: the version of the head's classes.
        coded: the records behind the rows; without them the prior is `ROME_PRIOR` and the thresholds hold for answers
            without ROME code.
    """
    logits = validation.vectors @ head.weight.T + head.bias
    temperature = fit_temperature(logits, validation.targets, validation.weights)
    probabilities = softmax(logits / temperature)
    rome = ROME_PRIOR
    if coded is not None:
        rome = fit_prior(probabilities, validation.targets, coded)
        probabilities = coded.apply(rome, probabilities)
    score = probabilities[:, :-1].sum(axis=1)
    numerique = best_f1_threshold(score, validation.targets[:, :-1].sum(axis=1), validation.weights)
    asked = score >= numerique
    levels = [
        threshold_for(confidence[asked], right[asked], validation.weights[asked])
        for confidence, right in guesses(probabilities, validation.targets, TreeSums.of(cartographie))
    ]
    famille, metier, poste = (min(1.0, level) for level in levels)
    return Calibration(
        temperature=temperature,
        thresholds=Thresholds(numerique=numerique, famille=famille, metier=metier, poste=poste),
        rome=rome,
    )


def guesses(
    probabilities: Probabilities, targets: NDArray[np.float32], sums: TreeSums
) -> list[tuple[Vectors, NDArray[np.bool_]]]:
    """Return (confidence, right) of the best guess at famille, métier and poste, down one path as in `Classifier`."""
    rows = np.arange(len(probabilities))
    postes, wanted = probabilities[:, :-1], targets[:, :-1]
    metiers, familles = sums.sums(postes)
    wanted_metiers, wanted_familles = sums.sums(wanted)
    famille_of_metier = np.zeros(metiers.shape[1], dtype=np.intp)
    famille_of_metier[sums.metier_of] = sums.famille_of
    f = familles.argmax(axis=1)
    m = np.where(famille_of_metier == f[:, None], metiers, -1).argmax(axis=1)
    p = np.where(sums.metier_of == m[:, None], postes, -1).argmax(axis=1)
    return [
        (familles[rows, f], wanted_familles[rows, f] > 0),
        (metiers[rows, m], wanted_metiers[rows, m] > 0),
        (postes[rows, p], wanted[rows, p] > 0),
    ]


def _golden(loss: Callable[[float], float], low: float, high: float, steps: int = 60) -> float:
    """Return where a function of one minimum is lowest, on a logarithmic scale."""
    ratio = (5**0.5 - 1) / 2
    a, b = np.log(low), np.log(high)
    for _ in range(steps):
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        if loss(float(np.exp(c))) < loss(float(np.exp(d))):
            b = d
        else:
            a = c
    return float(np.exp((a + b) / 2))

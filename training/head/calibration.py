"""Tempering, ROME prior and thresholds, fitted on validation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.head import Probabilities, Tempering, TreeSums, temper
from models.layout import Calibration, RomePrior, SurenessEntry, TemperingEntry, Thresholds
from models.prior import ROME_OF, Prior
from training.head.search import golden
from training.head.sureness import fit_sureness, guesses

PRECISION = 0.97
"""What an answer given as sure must reach on validation, at every level."""

ROME_PRIOR = RomePrior(strength=0.5, floor=0.1)
"""Half the weight of a second, independent witness, since codes are often wrong or too broad (annotation guide); a
tenth of the mass stays spread over all classes, so that a code divides a contradicted class by at most
(.9 · 108 / .1 + 1) ** .5 ≈ 31: a clear text wins over a wrong code."""

LEAST_STRENGTH = 0.25
MIN_CODED = 30
"""Fewer coded validation records than this say nothing of the prior: it keeps its default."""

Floats = NDArray[np.floating]


def accepted_loss(probabilities: Floats, targets: Floats, weights: Floats) -> float:
    """Return the weighted mean of -ln P(one of the accepted nodes), in nats.

    A record may accept several postes; the answer is right when it is any of them, and that is what a probability
    promises.

    Args:
        probabilities: (n, nodes).
        targets: (n, nodes), above 0 for the accepted ones.
        weights: (n,).

    >>> probabilities = np.array([[0.5, 0.25, 0.25]])
    >>> round(accepted_loss(probabilities, np.array([[0.7, 0.3, 0.0]]), np.ones(1)), 4)  # -ln .75
    0.2877
    """
    mass = np.maximum((probabilities * (targets > 0)).sum(axis=1), 1e-12)
    return float(-(np.log(mass) * weights).sum() / weights.sum())


def fit_tempering(logits: Floats, targets: Floats, weights: Floats, sums: TreeSums) -> Tempering:
    """Return the tempering of the lowest loss, level by level from the decision down.

    Each loss is convex enough in its one parameter for a golden-section search within [1/20, 20].

    Args:
        logits: (n, classes), the last class being hors numérique.
        targets: (n, classes), rows summing to 1.
        weights: (n,).
        sums: the tree.
    """
    digital = targets[:, :-1].sum(axis=1) > 0
    found = Tempering()

    def loss(tried: Tempering, level: int) -> float:
        postes = temper(logits, sums, tried)[:, :-1]
        nodes = (postes, *sums.sums(postes))[level]
        accepted = (targets[:, :-1], *sums.sums(targets[:, :-1]))[level]
        return accepted_loss(nodes[digital], accepted[digital], weights[digital])

    def decision(tried: Tempering) -> float:
        score = temper(logits, sums, tried)[:, :-1].sum(axis=1)
        both = np.stack([score, 1 - score], axis=1)
        return accepted_loss(both, np.stack([digital, ~digital], axis=1), weights)

    # Slope and shift in turns: three rounds settle to the fourth digit.
    for _ in range(3):
        found = _best(found, "slope", decision)
        found = _best(found, "shift", decision)
    if digital.any():
        for level, name in ((2, "famille"), (1, "metier"), (0, "poste")):
            found = _best(found, name, partial(loss, level=level))
    return found


def _best(start: Tempering, name: str, loss: Callable[[Tempering], float]) -> Tempering:
    """Return the tempering with one parameter at its best; the shift, alone of either sign, is searched by its exp."""
    read = math.log if name == "shift" else float
    value = golden(lambda x: loss(replace(start, **{name: read(x)})), 1 / 20, 20.0)
    return replace(start, **{name: read(value)})


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


def best_f1_threshold(scores: Floats, weights: Floats) -> float:
    """Return the threshold of the highest F1 that calibrated scores promise, which is half of that F1.

    Lipton, Elkan & Naryanaswamy 2014, Optimal Thresholding of Classifiers to Maximize F1 Measure. The threshold that
    happens to do best on the labels of a few hundred rows hangs on a handful of them; the scores' promise does not.

    Args:
        scores: (n,), calibrated, in [0, 1].
        weights: (n,).

    Two certain records and one at .4: with it F1 would be 2 × 2.4 / (3 + 2.4) = .89, without it 2 × 2 / (2 + 2.4) =
    .91, half of which is the threshold. Among five such records more is lost than won by leaving them out.

    >>> one, many = np.array([1, 1, 0.4]), np.array([1, 1, *[0.4] * 5])
    >>> [round(best_f1_threshold(scores, np.ones(len(scores))), 2) for scores in (one, many)]
    [0.45, 0.36]
    """
    order = np.argsort(-scores, kind="stable")
    mass, hoped = weights[order], (weights * scores)[order]
    if not hoped.sum():
        return 0.5
    f1 = 2 * np.cumsum(hoped) / (np.cumsum(mass) + hoped.sum())
    return float(f1.max() / 2)


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

    A grid, and not a search: few validation records are coded, and neighbouring settings differ little. It stops at
    `LEAST_STRENGTH`: validation records tell their job, and would have the code unheard where it is all there is.

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

    grid = [RomePrior(strength=s, floor=f) for s in (LEAST_STRENGTH, 0.5, 0.75, 1.0) for f in (0.1, 0.2, 0.3, 0.5)]
    return min(grid, key=loss)


def calibrate(
    logits: Floats, targets: Floats, weights: Floats, cartographie: Cartographie, coded: Coded | None = None
) -> Calibration:
    """Fit tempering, ROME prior, sureness and the threshold of each level, in turn, on rows nothing was trained on.

    A best guess is right when the target gives it, or a node below it, any share. Records of hors numérique count as
    wrong answers at every level.

    Args:
        logits: (n, classes).
        targets: (n, classes), rows summing to 1.
        weights: (n,).
        cartographie: the version of the classes.
        coded: the records behind the rows; without them the prior is `ROME_PRIOR` and the thresholds hold for answers
            without ROME code.
    """
    sums = TreeSums.of(cartographie)
    tempering = fit_tempering(logits, targets, weights, sums)
    probabilities = temper(logits, sums, tempering)
    rome = ROME_PRIOR
    if coded is not None:
        rome = fit_prior(probabilities, targets, coded)
        probabilities = coded.apply(rome, probabilities)
    score = probabilities[:, :-1].sum(axis=1)
    numerique = best_f1_threshold(score, weights)
    asked = score >= numerique
    probabilities, targets, weights = probabilities[asked], targets[asked], weights[asked]
    sureness = fit_sureness(probabilities, targets, weights, sums)
    levels = guesses(probabilities, targets, sums, sureness)
    famille, metier, poste = (min(1.0, threshold_for(sure, right, weights)) for sure, right in levels)
    return Calibration(
        tempering=TemperingEntry(**asdict(tempering)),
        thresholds=Thresholds(numerique=numerique, famille=famille, metier=metier, poste=poste),
        rome=rome,
        confidence=SurenessEntry.model_validate(asdict(sureness)),
    )

"""Figures with their 95 % interval: ratios of sums and calibration error, resampled by record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Metric = Callable[[Floats], Floats]
"""From weights of the records, (draws, n), to one value a draw, (draws,); NaN where it is undefined."""

BINS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value.

    Attributes:
        value: on the sample; NaN when undefined (nothing to count).
        low: lower bound of the 95 % bootstrap interval.
        high: upper bound.
        count: records that the figure rests on.
    """

    value: float
    low: float
    high: float
    count: int


def ratio(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Metric:
    """Return the metric sum(part) / sum(whole): accuracy, precision, recall and F1 are of this form.

    Args:
        part: (n,), what counts as good in each record.
        whole: (n,), what counts at all.

    Two of three counted records are good; weighting the first twice makes it three of four.

    >>> accuracy = ratio(np.array([1, 0, 1, 1]), np.array([1, 1, 1, 0]) )
    >>> (accuracy(np.array([[1.0, 1, 1, 0], [2.0, 1, 1, 0]]))).round(4).tolist()
    [0.6667, 0.75]
    """
    parts, wholes = part.astype(np.float64), whole.astype(np.float64)

    def metric(weights: Floats) -> Floats:
        bottom = weights @ wholes
        return _divide(weights @ parts, bottom)

    return metric


def calibration_error(confidences: Floats, right: NDArray[np.bool_], bins: int = BINS) -> Metric:
    """Return the expected calibration error: mean over bins of |confidence - share right|, weighted by bin size.

    Args:
        confidences: (n,), in [0, 1].
        right: (n,).
        bins: of equal width.

    Two answers at .9, one of them right, fall in one bin: |.9 - .5| = .4; one wrong at .2 in another: .2. Weighted by
    2/3 and 1/3: .3333.

    >>> error = calibration_error(np.array([0.9, 0.9, 0.2]), np.array([True, False, False]))
    >>> error(np.ones((1, 3))).round(4).tolist()
    [0.3333]
    """
    ranks = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = np.zeros((len(confidences), bins))
    gaps[np.arange(len(confidences)), ranks] = confidences - right

    def metric(weights: Floats) -> Floats:
        return _divide(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))

    return metric


def chance_error(confidences: Floats, bins: int = BINS) -> Metric:
    """Return the calibration error that honest scores would show on so many records, by the chance of the draw alone.

    What is right of a bin then differs from what its scores promise by a sum of independent draws, of variance
    p (1 - p) each, and the mean size of such a sum is √(2 / π) of its standard deviation (normal approximation; on how
    large this is: Roelofs et al. 2022, Mitigating Bias in Calibration Error Estimation). An error that is no higher
    says nothing against the scores.

    Args:
        confidences: (n,), in [0, 1].
        bins: of equal width, those of `calibration_error`.

    A hundred answers at .95 miss by √(2 / π) · √(.95 · .05 / 100) = .0174; ten thousand by a tenth of that.

    >>> [round(float(chance_error(np.full(n, 0.95))(np.ones((1, n)))[0]), 4) for n in (100, 10_000)]
    [0.0174, 0.0017]
    """
    ranks = np.minimum((confidences * bins).astype(int), bins - 1)
    variances = np.zeros((len(confidences), bins))
    variances[np.arange(len(confidences)), ranks] = confidences * (1 - confidences)

    def metric(weights: Floats) -> Floats:
        return _divide(np.sqrt(2 / np.pi * (weights @ variances)).sum(axis=1), weights.sum(axis=1))

    return metric


def difference(one: Metric, other: Metric) -> Metric:
    """Return the metric one - other, both on the same draws: what two answers to the same records really differ by.

    The second is right on both records, the first on one: half a point less, whatever their own intervals.

    >>> gap = difference(ratio(np.array([1, 0]), np.ones(2)), ratio(np.array([1, 1]), np.ones(2)))
    >>> gap(np.ones((1, 2))).tolist()
    [-0.5]
    """
    return lambda weights: one(weights) - other(weights)


def measure(metric: Metric, count: int, weights: Floats) -> Figure:
    """Return a figure with its interval.

    Args:
        metric: what to compute.
        count: records that it rests on.
        weights: (draws, n), how often each record is drawn; the interval is that of the draws where the figure exists.
    """
    value = float(metric(np.ones((1, weights.shape[1])))[0])
    draws = metric(weights)
    draws = draws[~np.isnan(draws)]
    if np.isnan(value) or not len(draws):
        return Figure(float("nan"), float("nan"), float("nan"), count)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Figure(value, float(low), float(high), count)


def bootstrap(count: int, draws: int, seed: int) -> Floats:
    """Return how often each of `count` records is drawn in each resample, float64 (draws, count).

    >>> bootstrap(3, 2, seed=0).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    generator = np.random.default_rng(seed)
    return generator.multinomial(count, np.full(count, 1 / count), size=draws).astype(np.float64)


def _divide(part: Floats, whole: Floats) -> Floats:
    """Divide, NaN where there is nothing to divide by."""
    quotient: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return quotient

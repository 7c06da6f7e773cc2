"""One temperature for a flat classifier: enough for the cross-validated models that look for doubtful labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.head.search import golden

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
    inverse = golden(lambda i: negative_log_likelihood(logits, targets, weights, 1 / i), 1 / 20, 20.0)
    return 1 / inverse

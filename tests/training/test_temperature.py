from __future__ import annotations

import numpy as np
import pytest

from models.head import softmax
from training.head.temperature import fit_temperature, negative_log_likelihood


@pytest.mark.parametrize("true", [0.25, 1.0, 3.0])
def test_the_temperature_that_made_the_labels_is_found(true: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((20_000, 4)) * 3
    labels = (softmax(logits / true).cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1).clip(max=3)
    assert fit_temperature(logits, np.eye(4)[labels], np.ones(20_000)) == pytest.approx(true, rel=0.05)


def test_the_temperature_reduces_the_loss() -> None:
    rng = np.random.default_rng(1)
    logits, weights = rng.standard_normal((500, 5)) * 8, rng.random(500)
    labels = np.where(rng.random(500) < 0.6, logits.argmax(axis=1), rng.integers(0, 5, 500))
    targets = np.eye(5)[labels]
    temperature = fit_temperature(logits, targets, weights)
    before, after = (negative_log_likelihood(logits, targets, weights, t) for t in (1.0, temperature))
    assert after < before
    assert after <= min(negative_log_likelihood(logits, targets, weights, temperature * f) for f in (0.9, 1.1))

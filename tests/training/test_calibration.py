from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.loading import load_version
from models.head import Head, TreeSums, softmax
from training.head.calibration import calibrate, fit_temperature, guesses, negative_log_likelihood, threshold_for
from training.head.linear import Examples


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


@given(
    rows=st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(1, 5)), min_size=1, max_size=60),
    precision=st.sampled_from([0.5, 0.8, 0.97]),
)
def test_a_threshold_holds_its_precision(rows: list[tuple[int, bool, int]], precision: float) -> None:
    confidences = np.array([c / 20.5 for c, _, _ in rows])
    right = np.array([r for _, r, _ in rows])
    weights = np.array([float(w) for _, _, w in rows])
    threshold = threshold_for(confidences, right, weights, precision)
    kept = confidences >= threshold
    if kept.any():
        assert (weights * right)[kept].sum() / weights[kept].sum() >= precision - 1e-12
    # None lower would do.
    for lower in np.unique(confidences[confidences < threshold]):
        more = confidences >= lower
        assert (weights * right)[more].sum() / weights[more].sum() < precision


def test_calibration_of_a_head() -> None:
    rng = np.random.default_rng(0)
    tree = load_version()
    classes = len(tree.postes) + 1
    labels = np.concatenate([rng.integers(0, classes - 1, 600), np.full(600, classes - 1)])
    vectors = np.eye(classes, dtype=np.float32)[labels] + 0.25 * rng.standard_normal((1200, classes)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    examples = Examples(vectors.astype(np.float32), np.eye(classes, dtype=np.float32)[labels], np.ones(1200))
    head = Head(np.eye(classes, dtype=np.float32) * 30, np.zeros(classes, dtype=np.float32))
    calibration = calibrate(head, examples, tree)
    probabilities = softmax((examples.vectors @ head.weight.T + head.bias) / calibration.temperature)
    asked = probabilities[:, :-1].sum(axis=1) >= calibration.thresholds.numerique
    thresholds = (calibration.thresholds.famille, calibration.thresholds.metier, calibration.thresholds.poste)
    for threshold, (confidence, right) in zip(
        thresholds, guesses(probabilities, examples.targets, TreeSums.of(tree)), strict=True
    ):
        kept = asked & (confidence >= threshold)
        assert kept.any()
        assert right[kept].mean() >= 0.97

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.loading import load_version
from models.confidence import Sureness
from models.head import Tempering, TreeSums, temper
from training.head.calibration import accepted_loss, best_f1_threshold, calibrate, fit_tempering, threshold_for
from training.head.sureness import guesses


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


SUMS = TreeSums(metier_of=np.array([0, 0, 1, 2]), famille_of=np.array([0, 0, 0, 1]))
TRUE = Tempering(slope=0.7, shift=0.5, famille=2.0, metier=0.6, poste=1.5)


def test_the_tempering_that_made_the_labels_is_found() -> None:
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((40_000, 5)) * 2
    labels = (temper(logits, SUMS, TRUE).cumsum(axis=1) < rng.random((40_000, 1))).sum(axis=1).clip(max=4)
    found = fit_tempering(logits, np.eye(5)[labels], np.ones(40_000), SUMS)
    assert astuple(found) == pytest.approx(astuple(TRUE), rel=0.1)


def test_the_tempering_reduces_the_loss_at_every_level() -> None:
    rng = np.random.default_rng(1)
    logits, weights = rng.standard_normal((600, 5)) * 8, rng.random(600)
    labels = np.where(rng.random(600) < 0.6, logits.argmax(axis=1), rng.integers(0, 5, 600))
    targets = np.eye(5)[labels]
    before, after = (
        accepted_loss(temper(logits, SUMS, tempering), targets, weights)
        for tempering in (Tempering(), fit_tempering(logits, targets, weights, SUMS))
    )
    assert after < before


def test_without_a_digital_row_there_is_still_a_tempering() -> None:
    targets = np.eye(5)[[4, 4]]
    assert fit_tempering(np.zeros((2, 5)), targets, np.ones(2), SUMS).poste == 1.0


def test_calibration_of_a_head() -> None:
    rng = np.random.default_rng(0)
    tree = load_version()
    classes = len(tree.postes) + 1
    labels = np.concatenate([rng.integers(0, classes - 1, 600), np.full(600, classes - 1)])
    vectors = np.eye(classes, dtype=np.float32)[labels] + 0.25 * rng.standard_normal((1200, classes)).astype(np.float32)
    targets = np.eye(classes, dtype=np.float32)[labels]
    logits = 30 * vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    calibration = calibrate(logits, targets, np.ones(1200), tree)
    sums = TreeSums.of(tree)
    probabilities = temper(logits, sums, Tempering(**calibration.tempering.model_dump()))
    sureness = Sureness.read(calibration.confidence)
    asked = probabilities[:, :-1].sum(axis=1) >= calibration.thresholds.numerique
    thresholds = (calibration.thresholds.famille, calibration.thresholds.metier, calibration.thresholds.poste)
    for threshold, (confidence, right) in zip(thresholds, guesses(probabilities, targets, sums, sureness), strict=True):
        kept = asked & (confidence >= threshold)
        assert kept.any()
        assert right[kept].mean() >= 0.97


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 3)), min_size=1, max_size=40))
def test_no_threshold_promises_a_better_f1(rows: list[tuple[float, float]]) -> None:
    scores, weights = (np.array(column) for column in zip(*rows, strict=True))
    hoped = weights * scores

    def promised(threshold: float) -> float:
        chosen = scores >= threshold
        total = weights[chosen].sum() + hoped.sum()
        return float(2 * hoped[chosen].sum() / total) if total else 0.0

    best = promised(best_f1_threshold(scores, weights))
    assert all(promised(threshold) <= best + 1e-9 for threshold in scores.tolist())

from __future__ import annotations

import numpy as np

from models.confidence import Confidence
from models.head import TreeSums
from training.head.sureness import fit_confidence, fit_sureness, guesses

SUMS = TreeSums(metier_of=np.array([0, 0, 1, 2]), famille_of=np.array([0, 0, 0, 1]))


def _shared_postes(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities split over two postes, both accepted nine times in ten, and their targets."""
    rng = np.random.default_rng(0)
    probabilities = np.tile(np.array([0.5, 0.45, 0.02, 0.02, 0.01], dtype=np.float32), (count, 1))
    targets = np.where(rng.random((count, 1)) < 0.9, [[0.5, 0.5, 0, 0, 0]], [[0, 0, 0.0, 1, 0]])
    return probabilities, targets


def test_two_accepted_postes_make_a_sure_answer() -> None:
    probabilities, targets = _shared_postes(400)
    sureness = fit_sureness(probabilities, targets, np.ones(400), SUMS)
    sure, right = guesses(probabilities, targets, SUMS, sureness)[-1]
    assert abs(sure.mean() - right.mean()) < 0.03
    assert sure[0] > probabilities[0, 0] + 0.3


def test_too_few_wrong_guesses_teach_nothing() -> None:
    said = np.random.default_rng(0).standard_normal((50, 2))
    assert fit_confidence(said, np.arange(50) > 2, np.ones(50)) == Confidence()

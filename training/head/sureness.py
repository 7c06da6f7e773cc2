"""How sure the best guess of each level is, fitted on validation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.confidence import Confidence, Floats, Sureness, best_path, evidence
from models.head import Probabilities, TreeSums

MIN_WRONG = 5
"""Fewer wrong guesses than this say nothing of where they lie: the probability is kept as it is."""
STRENGTH = 3.0
"""Inverse of the regularisation: three parameters on hundreds of guesses need little."""


def right_guesses(
    probabilities: Probabilities, targets: Floats, sums: TreeSums
) -> list[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Return, for famille, métier and poste, (evidence of the best guess, whether the target accepts it).

    Args:
        probabilities: (n, classes).
        targets: (n, classes), rows summing to 1; any share is accepted.
        sums: the tree.
    """
    wanted = targets[:, :-1]
    wanted_metiers, wanted_familles = sums.sums(wanted)
    rows = np.arange(len(probabilities))
    path = best_path(probabilities[:, :-1], sums)
    return [
        (evidence(values, ranks), accepted[rows, ranks] > 0)
        for (values, ranks), accepted in zip(path, (wanted_familles, wanted_metiers, wanted), strict=True)
    ]


def fit_confidence(said: Floats, right: NDArray[np.bool_], weights: Floats) -> Confidence:
    """Return the logistic regression of right on what is said.

    Args:
        said: (n, 2), see `models.confidence.evidence`.
        right: (n,).
        weights: (n,).
    """
    if min(right.sum(), (~right).sum()) < MIN_WRONG:
        return Confidence()
    model = LogisticRegression(C=STRENGTH).fit(said, right, sample_weight=weights)
    best, both = model.coef_[0]
    return Confidence(float(best), float(both), float(model.intercept_[0]))


def fit_sureness(probabilities: Probabilities, targets: Floats, weights: Floats, sums: TreeSums) -> Sureness:
    """Return the confidence of each level on rows found digital.

    Args:
        probabilities: (n, classes).
        targets: (n, classes).
        weights: (n,).
        sums: the tree.
    """
    return Sureness(*(fit_confidence(*found, weights) for found in right_guesses(probabilities, targets, sums)))


def guesses(
    probabilities: Probabilities, targets: Floats, sums: TreeSums, sureness: Sureness
) -> list[tuple[NDArray[np.floating[Any]], NDArray[np.bool_]]]:
    """Return (how sure, right) of the best guess at famille, métier and poste, as `Classifier` gives them."""
    postes = probabilities[:, :-1]
    sure = sureness.of(best_path(postes, sums), postes.sum(axis=1))
    right = (accepted for _, accepted in right_guesses(probabilities, targets, sums))
    return list(zip(sure, right, strict=True))

"""Figures on the held-out rows of the corpus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cartography.tree import Cartographie
from models.head import Tempering, TreeSums, temper
from models.layout import Calibration
from training.head.calibration import accepted_loss
from training.head.sureness import right_guesses


def validation_figures(
    logits: NDArray[np.floating],
    targets: NDArray[np.floating],
    weights: NDArray[np.floating],
    calibration: Calibration,
    cartographie: Cartographie,
) -> dict[str, float]:
    """Return the weighted figures of the held-out rows, calibrated and not.

    famille, metier and poste are the share of the digital rows whose best guess down the tree has a part in their
    target.

    Args:
        logits: (n, classes).
        targets: (n, classes), rows summing to 1.
        weights: (n,).
        calibration: fitted on these rows.
        cartographie: the version of the classes.
    """
    sums = TreeSums.of(cartographie)
    probabilities = temper(logits, sums, Tempering(**calibration.tempering.model_dump()))
    digital = targets[:, :-1].sum(axis=1)
    said = probabilities[:, :-1].sum(axis=1) >= calibration.thresholds.numerique
    found = float((weights * digital * said).sum())
    figures = {
        "nll_avant": accepted_loss(temper(logits, sums, Tempering()), targets, weights),
        "nll_apres": accepted_loss(probabilities, targets, weights),
        "numerique_f1": 2 * found / float((weights * said).sum() + (weights * digital).sum()),
    }
    levels = right_guesses(probabilities, targets, sums)
    for name, (_, right) in zip(("famille", "metier", "poste"), levels, strict=True):
        figures[name] = float((weights * digital * right).sum() / (weights * digital).sum())
    return figures

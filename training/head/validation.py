"""Figures on the held-out rows of the corpus."""

from __future__ import annotations

from cartography.tree import Cartographie
from models.head import TreeSums, softmax
from models.layout import Calibration
from training.head.calibration import guesses, negative_log_likelihood
from training.head.linear import Examples, TrainedHead


def validation_figures(
    trained: TrainedHead, calibration: Calibration, validation: Examples, cartographie: Cartographie
) -> dict[str, float]:
    """Return the weighted figures of the held-out rows, calibrated and not.

    famille, metier and poste are the share of the digital rows whose best guess down the tree has a part in their
    target.
    """
    logits = validation.vectors @ trained.head.weight.T + trained.head.bias
    probabilities = softmax(logits / calibration.temperature)
    weights, digital = validation.weights, validation.targets[:, :-1].sum(axis=1)
    said = probabilities[:, :-1].sum(axis=1) >= calibration.thresholds.numerique
    found = float((weights * digital * said).sum())
    levels = guesses(probabilities, validation.targets, TreeSums.of(cartographie))
    figures = {
        "nll_avant": negative_log_likelihood(logits, validation.targets, weights, 1.0),
        "nll_apres": negative_log_likelihood(logits, validation.targets, weights, calibration.temperature),
        "numerique_f1": 2 * found / float((weights * said).sum() + (weights * digital).sum()),
    }
    for name, (_, right) in zip(("famille", "metier", "poste"), levels, strict=True):
        figures[name] = float((weights * digital * right).sum() / (weights * digital).sum())
    return figures

"""How many records a model can answer at a given precision, whatever its own thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.answer import Answer
from training.head.calibration import threshold_for
from training.measure.gold import Labelled


def coverage_at(labelled: Sequence[Labelled], answers: Sequence[Answer], precision: float) -> float:
    """Return the share of the digital records that the surest answers cover, famille right at this precision.

    The model's own thresholds are set on its own validation: this compares two models at the same risk.

    Args:
        labelled: n records.
        answers: n answers, in the same order.
        precision: in (0, 1].

    Of four digital records three familles are right; let in from the surest on, precision stays 1 for two of them:

    >>> from cartography.fiche import Fiche
    >>> from models.answer import Scored
    >>> gold = [Labelled(Fiche(str(i), "offre", "x"), True, ("f",)) for i in range(4)]
    >>> def found(famille, score):
    ...     node = Scored(famille, famille, score)
    ...     return Answer("", True, score, "famille", node, node, node, (), (), {})
    >>> coverage_at(gold, [found("f", 0.9), found("f", 0.8), found("g", 0.7), found("f", 0.6)], 0.97)
    0.5
    """
    digital = np.array([item.numerique for item in labelled])
    given = np.array([answer.famille is not None for answer in answers])
    sure = np.array([answer.famille.score if answer.famille else 0.0 for answer in answers])
    right = np.array(
        [bool(a.famille and a.famille.id in item.familles) for item, a in zip(labelled, answers, strict=True)]
    )
    if not given.any() or not digital.any():
        return 0.0
    threshold = threshold_for(sure[given], right[given], np.ones(int(given.sum())), precision)
    kept = given & (sure >= threshold)
    if not kept.any() or right[kept].mean() < precision:
        return 0.0
    return float((kept & digital).sum() / digital.sum())

"""What speed costs: the quantised model beside the exact one, and a record alone beside a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cartography.fiche import Fiche
from models.classifier import Classifier, Encoded
from models.encoder import Encoder
from models.layout import LAYOUT
from training.errors import EvaluationError

KIN = 0.98
"""Mean cosine below which two graphs are of different models."""


class Fidelity(NamedTuple):
    """The served model against its fp32 graph.

    Attributes:
        records: compared.
        poste: share whose first poste is the same.
        decision: share with the same decision, digital or not.
        digital: records that are digital to the fp32 graph.
        digital_poste: share of those whose first poste is the same.
    """

    records: int
    poste: float
    decision: float
    digital: int
    digital_poste: float


def compare_with_exact(classifier: Classifier, directory: Path, exact: Path, fiches: Sequence[Fiche]) -> Fidelity:
    """Compare the answers.

    Args:
        classifier: the model as served.
        directory: its bundle.
        exact: the fp32 ONNX graph that its own was made from.
        fiches: records.

    Raises:
        EvaluationError: the graph is another model's.
    """
    served = classifier.encode(fiches)
    encoder = Encoder(exact, directory / LAYOUT.tokenizer, max_tokens=classifier.bundle.encoder.max_tokens, exact=True)
    wanted = Encoded(*encoder.read(classifier.texts(fiches)), served.words)
    if served.features.shape != wanted.features.shape or _cosine(served.embedding, wanted.embedding) < KIN:
        raise EvaluationError("autre_modele", f"{exact} : ce n'est pas le graphe fp32 du modèle {directory}")
    ours, theirs = (classifier.probabilities(fiches, encoded) for encoded in (served, wanted))
    same = ours[:, :-1].argmax(axis=1) == theirs[:, :-1].argmax(axis=1)
    threshold = classifier.bundle.calibration.thresholds.numerique
    digital = 1 - theirs[:, -1] >= threshold
    decisions = (1 - ours[:, -1] >= threshold) == digital
    of_digital = float(same[digital].mean()) if digital.any() else float("nan")
    return Fidelity(len(fiches), float(same.mean()), float(decisions.mean()), int(digital.sum()), of_digital)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float((one * other).sum(axis=1).mean())


def depend_on_batch(classifier: Classifier, fiches: Sequence[Fiche]) -> int:
    """Return how many records have another answer alone than among the others; 0 is wanted."""
    together = [answer.as_json() for answer in classifier.classify(fiches)]
    return sum(classifier.classify([f])[0].as_json() != answer for f, answer in zip(fiches, together, strict=True))

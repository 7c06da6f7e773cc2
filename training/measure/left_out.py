"""Postes left out of a training on purpose: what the model makes of them from their definition alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cartography.tree import Cartographie
from models.answer import Answer
from models.classifier import Classifier
from training.corpus.split import number
from training.measure.gold import Labelled

TOP = 5


@dataclass(frozen=True)
class LeftOut:
    """What was measured.

    Attributes:
        postes: those left out.
        records: records whose best poste is one of them.
        numerique: share of these found digital.
        metier: share whose métier is accepted.
        poste: share whose first poste is accepted.
        poste_top3: share with an accepted poste among the first three.
        poste_top5: among the first five.
        known: records of the postes that were learnt.
        known_before: share of those whose first poste is accepted, by the model of before.
        known_after: by the model that also knows the new postes: what letting them in costs.
    """

    postes: tuple[str, ...]
    records: int
    numerique: float
    metier: float
    poste: float
    poste_top3: float
    poste_top5: float
    known: int
    known_before: float
    known_after: float


def choose(tree: Cartographie, count: int) -> tuple[str, ...]:
    """Return postes to leave out, drawn by hash, none of which is the last of its métier.

    >>> from cartography.loading import load_version
    >>> len(choose(load_version(), 10))
    10
    """
    left = {metier.id: len(metier.postes) for metier in tree.metiers}
    found: list[str] = []
    for poste in sorted(tree.postes, key=lambda p: number(f"retires:{p.id}")):
        if len(found) < count and left[poste.metier_id] > 1:
            found.append(poste.id)
            left[poste.metier_id] -= 1
    return tuple(found)


def measure_left_out(
    before: Classifier,
    after: Classifier,
    postes: Sequence[str],
    labelled: Sequence[Labelled],
    unseen: Sequence[Labelled],
) -> LeftOut:
    """Measure.

    Args:
        before: answers with the cartographie that lacks the postes.
        after: the same model, which was told their definitions.
        postes: left out of the training.
        labelled: records of any split; those of the postes left out were in none that anything learnt from.
        unseen: records that nothing learnt from, of which those of the other postes say what the newcomers cost.
    """
    gone = set(postes)
    new = [item for item in labelled if item.postes and item.postes[0] in gone]
    old = [item for item in unseen if item.numerique and not gone & set(item.postes)]
    answers = after.classify([item.fiche for item in new], top_k=TOP)

    def share(right: Sequence[bool]) -> float:
        return float(np.mean(right)) if right else 0.0

    def first(classifier: Classifier) -> float:
        got = classifier.classify([item.fiche for item in old])
        return share([_among(item, answer, 1) for item, answer in zip(old, got, strict=True)])

    pairs = list(zip(new, answers, strict=True))
    return LeftOut(
        postes=tuple(postes),
        records=len(new),
        numerique=share([answer.numerique for _, answer in pairs]),
        metier=share([answer.metier is not None and answer.metier.id in item.metiers for item, answer in pairs]),
        poste=share([_among(item, answer, 1) for item, answer in pairs]),
        poste_top3=share([_among(item, answer, 3) for item, answer in pairs]),
        poste_top5=share([_among(item, answer, TOP) for item, answer in pairs]),
        known=len(old),
        known_before=first(before),
        known_after=first(after),
    )


def _among(item: Labelled, answer: Answer, count: int) -> bool:
    return any(candidate.id in item.postes for candidate in answer.candidats[:count])

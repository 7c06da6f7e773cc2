"""The model without what surrounds its head: no ROME prior, no tree. What the two bring is the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.answer import Answer, Scored
from models.encoder import Vectors
from models.head import Head, Probabilities, softmax
from training.head.calibration import threshold_for
from training.measure.evaluation import TOP
from training.measure.gold import Labelled

TEMPERATURES = np.geomspace(0.25, 4, 65)


@dataclass(frozen=True)
class Flat:
    """A head whose classes, postes and hors numérique, all compete with one another; métier and famille follow.

    Attributes:
        head: of the model.
        encode: records → vectors, as the model makes them.
        tree: of the classes.
        temperature: divides every logit.
        threshold: least probability of a sure poste. A less sure answer is sure of nothing, since nothing is summed.
    """

    head: Head
    encode: Callable[[Sequence[Fiche]], Vectors]
    tree: Cartographie
    temperature: float = 1.0
    threshold: float = 1.0

    def answers(self, fiches: Sequence[Fiche]) -> list[Answer]:
        """Answer each record by its likeliest class."""
        rows = softmax(self.logits(fiches) / self.temperature)
        return [self._answer(fiche, row) for fiche, row in zip(fiches, rows, strict=True)]

    def logits(self, fiches: Sequence[Fiche]) -> Vectors:
        """Return the head's logits, float32 (n, classes)."""
        found: Vectors = self.encode(fiches) @ self.head.weight.T + self.head.bias
        return found

    def _answer(self, fiche: Fiche, row: Probabilities) -> Answer:
        postes = self.tree.postes
        best = int(row.argmax())
        score = float(row[best])
        numerique = best < len(postes)
        famille, metier, poste = _path(self.tree, postes[best].id if numerique else None, score)
        ranked = np.argsort(-row[:-1], kind="stable")[:TOP]
        return Answer(
            id=fiche.id,
            numerique=numerique,
            score=float(1 - row[-1]),
            niveau="poste" if numerique and score >= self.threshold else "aucun",
            famille=famille,
            metier=metier,
            poste=poste,
            candidats=tuple(Scored(postes[i].id, postes[i].libelle, float(row[i])) for i in ranked),
            preuves=(),
            versions={},
        )


def calibrated(flat: Flat, validation: Sequence[Labelled]) -> Flat:
    """Return the head with the temperature and the threshold that validation records give it.

    The temperature is the likeliest one for the accepted classes; the threshold holds the precision that the model's
    own thresholds hold.

    Args:
        flat: a head at any temperature.
        validation: records that it did not learn from.
    """
    logits = flat.logits([item.fiche for item in validation])
    accepted = np.array(
        [[p.id in item.postes for p in flat.tree.postes] + [not item.numerique] for item in validation], dtype=np.bool_
    )
    known = accepted.any(axis=1)

    def loss(temperature: float) -> float:
        mass = (softmax(logits[known] / temperature) * accepted[known]).sum(axis=1)
        return float(-np.log(np.maximum(mass, 1e-12)).mean())

    temperature = float(min(TEMPERATURES, key=loss))
    rows = softmax(logits / temperature)
    best = rows.argmax(axis=1)
    asked = best < len(flat.tree.postes)
    right = accepted[np.arange(len(best)), best]
    threshold = threshold_for(rows.max(axis=1)[asked], right[asked], np.ones(int(asked.sum()))) if asked.any() else 1.0
    return Flat(flat.head, flat.encode, flat.tree, temperature, min(1.0, threshold))


def poste_answer(fiche: Fiche, poste: str | None, tree: Cartographie) -> Answer:
    """Return a bare guess, a poste or hors numérique, as an answer; its scores say nothing."""
    famille, metier, node = _path(tree, poste, 1.0)
    return Answer(fiche.id, poste is not None, float(poste is not None), "aucun", famille, metier, node, (), (), {})


def _path(tree: Cartographie, poste: str | None, score: float) -> tuple[Scored | None, Scored | None, Scored | None]:
    """Return famille, métier and poste, all at the poste's score; nothing for hors numérique."""
    if poste is None:
        return None, None, None
    famille, metier, node = (Scored(n.id, n.libelle, score) for n in tree.path(poste))
    return famille, metier, node

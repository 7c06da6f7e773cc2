"""Measures a classifier on labelled records, whole and by type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.answer import Answer, Niveau, Scored
from models.bundle import Bundle
from models.classifier import Classifier
from training.measure.gold import Labelled
from training.measure.metrics import Figure, Metric, bootstrap, calibration_error, chance_error, measure, ratio

DRAWS = 1000
TOP = 3
_DEPTH: Mapping[Niveau, int] = {"aucun": 0, "famille": 1, "metier": 2, "poste": 3}
_LEVELS = ("famille", "metier", "poste")

Report = dict[str, dict[str, Figure]]
"""Group ("tous", "formation", "offre") → name of the figure → figure."""


def with_rome(bundle: Bundle, strength: float) -> Bundle:
    """Return the bundle with a ROME prior of another strength; at 0 it answers from the text alone."""
    rome = bundle.calibration.rome.model_copy(update={"strength": strength})
    return replace(bundle, calibration=bundle.calibration.model_copy(update={"rome": rome}))


def evaluate(classifier: Classifier, labelled: Sequence[Labelled], *, draws: int = DRAWS, seed: int = 0) -> Report:
    """Classify labelled records and measure the answers.

    Args:
        classifier: the model.
        labelled: at least one record.
        draws: bootstrap resamples.
        seed: of the resamples.
    """
    answers = classifier.classify([item.fiche for item in labelled], top_k=TOP)
    return report(labelled, answers, draws=draws, seed=seed)


def report(labelled: Sequence[Labelled], answers: Sequence[Answer], *, draws: int = DRAWS, seed: int = 0) -> Report:
    """Measure answers to labelled records.

    Args:
        labelled: n records.
        answers: n answers, in the same order.
        draws: bootstrap resamples.
        seed: of the resamples.
    """
    groups = {"tous": list(range(len(labelled)))}
    for kind in ("formation", "offre"):
        rows = [i for i, item in enumerate(labelled) if item.fiche.type == kind]
        if rows:
            groups[kind] = rows
    return {
        name: figures([labelled[i] for i in rows], [answers[i] for i in rows], bootstrap(len(rows), draws, seed))
        for name, rows in groups.items()
    }


def figures(labelled: Sequence[Labelled], answers: Sequence[Answer], weights: NDArray[np.float64]) -> dict[str, Figure]:
    """Return every figure of one group of records.

    - numerique_*: the digital or not decision.
    - hors_rappel: share of the records outside the cartographie that are refused.
    - famille, metier, poste: share of the digital records whose best guess is accepted; no answer is a wrong one.
    - poste_top3: share of the digital records with an accepted poste among the three first candidates.
    - ece_numerique, ece_poste: calibration error of the digital score, and of the poste given to those found digital.
    - ece_*_hasard: what scores that are right about themselves would show on so many records, see `chance_error`.
    - couverture_*: share of the digital records answered at this level or deeper (`niveau`).
    - precision_*: of all records answered at this level or deeper, share whose node there is accepted.

    Args:
        labelled: n records.
        answers: n answers.
        weights: (draws, n), see `bootstrap`.

    Two digital records and one other. The first is found with its poste, surely; the second is taken for another
    poste of the right famille, surely so down to the famille; the third is rightly refused.

    >>> from models.answer import Answer, Scored
    >>> from cartography.fiche import Fiche
    >>> fiche = Fiche(id="1", type="offre", intitule="x")
    >>> def found(poste, niveau):
    ...     node = lambda i: Scored(i, i, 0.9)
    ...     return Answer("1", True, 0.9, niveau, node("f"), node("m"), node(poste), (node(poste),), (), {})
    >>> refused = Answer("1", False, 0.1, "aucun", None, None, None, (), (), {})
    >>> gold = [Labelled(fiche, True, ("f",), ("m",), (p,)) for p in ("a", "b")] + [Labelled(fiche, False)]
    >>> got = figures(gold, [found("a", "poste"), found("c", "famille"), refused], np.ones((1, 3)))
    >>> [got[name].value for name in ("numerique_f1", "hors_rappel", "famille", "poste")]
    [1.0, 1.0, 1.0, 0.5]
    >>> [got[name].value for name in ("couverture_poste", "precision_poste")]
    [0.5, 1.0]
    >>> round(got["ece_numerique"].value, 2)  # .1 in each of two bins
    0.1
    """
    return {name: measure(metric, count, weights) for name, (metric, count) in metrics(labelled, answers).items()}


def metrics(labelled: Sequence[Labelled], answers: Sequence[Answer]) -> dict[str, tuple[Metric, int]]:
    """Return for each figure of `figures` how it is computed and how many records it rests on."""
    return {**_decision(labelled, answers), **_levels(labelled, answers)}


def _decision(labelled: Sequence[Labelled], answers: Sequence[Answer]) -> dict[str, tuple[Metric, int]]:
    gold = np.array([item.numerique for item in labelled])
    said = np.array([answer.numerique for answer in answers])
    scores = np.array([answer.score for answer in answers], dtype=np.float64)
    both = gold & said
    return {
        "numerique_precision": (ratio(both, said), int(said.sum())),
        "numerique_rappel": (ratio(both, gold), int(gold.sum())),
        "numerique_f1": (ratio(2 * both, gold.astype(int) + said), len(gold)),
        "hors_rappel": (ratio(~gold & ~said, ~gold), int((~gold).sum())),
        "ece_numerique": (calibration_error(scores, gold), len(gold)),
        "ece_numerique_hasard": (chance_error(scores), len(gold)),
    }


def _levels(labelled: Sequence[Labelled], answers: Sequence[Answer]) -> dict[str, tuple[Metric, int]]:
    found: dict[str, tuple[Metric, int]] = {}
    gold = np.array([item.numerique for item in labelled])
    depth = np.array([_DEPTH[answer.niveau] for answer in answers])
    for rank, level in enumerate(_LEVELS, 1):
        accepted = [_accepted(item, level) for item in labelled]
        known = gold & np.array([bool(ids) for ids in accepted])
        right = np.array([_right(_node(a, level), ids) for a, ids in zip(answers, accepted, strict=True)])
        sure = depth >= rank
        found[level] = (ratio(right, known), int(known.sum()))
        found[f"couverture_{level}"] = (ratio(gold & sure, gold), int(gold.sum()))
        found[f"precision_{level}"] = (ratio(right & sure, sure), int(sure.sum()))
    top = np.array(
        [any(c.id in item.postes for c in a.candidats[:TOP]) for item, a in zip(labelled, answers, strict=True)]
    )
    found["poste_top3"] = (ratio(top & known, known), int(known.sum()))
    asked = np.array([a.poste is not None for a in answers])
    confidences = np.array([a.poste.score if a.poste else 0.0 for a in answers], dtype=np.float64)
    found["ece_poste"] = (_only(asked, calibration_error(confidences, right)), int(asked.sum()))
    found["ece_poste_hasard"] = (_only(asked, chance_error(confidences)), int(asked.sum()))
    return found


def _only(rows: NDArray[np.bool_], metric: Metric) -> Metric:
    return lambda weights: metric(weights * rows)


def _node(answer: Answer, level: str) -> Scored | None:
    node: Scored | None = getattr(answer, level)
    return node


def _accepted(item: Labelled, level: str) -> tuple[str, ...]:
    accepted: tuple[str, ...] = getattr(item, f"{level}s")
    return accepted


def _right(node: Scored | None, accepted: Sequence[str]) -> bool:
    return node is not None and node.id in accepted

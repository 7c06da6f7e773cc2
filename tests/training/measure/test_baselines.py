from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from models.encoder import Vectors
from tests.training.measure.support import TREE, small_corpus
from training.head.lessons import RECORD, RESERVE_SHARE
from training.measure.baselines import Guess, Lessons, lessons_of, logistic, neighbours, remembered, tfidf_svm

WORDS = ("développeur", "data", "boulanger")


def _encode(fiches: Sequence[Fiche]) -> Vectors:
    rows = np.array([[w in f.intitule.lower() for w in WORDS] for f in fiches], dtype=np.float32) + 0.01
    out: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return out


def _lessons() -> Lessons:
    titles = ("Développeur web", "Développeur full stack", "Data analyst", "Data engineer", "Boulanger", "Boulangerie")
    targets = np.zeros((12, 3), dtype=np.float32)
    targets[np.arange(12), np.repeat([0, 1, 2], 4)] = 1
    fiches = tuple(Fiche(str(i), "offre", titles[i // 2]) for i in range(12))
    return Lessons(fiches, targets, np.ones(12), ("developpeur-web", "data-analyst"), "x")


ASKED = [Fiche("a", "offre", "Développeur"), Fiche("b", "offre", "Data scientist"), Fiche("c", "offre", "Boulanger")]
EXPECTED: list[Guess] = ["developpeur-web", "data-analyst", None]


def test_the_svm_learns() -> None:
    assert tfidf_svm(_lessons())(ASKED) == EXPECTED


def test_the_logistic_regression_learns() -> None:
    assert logistic(_lessons(), _encode)(ASKED) == EXPECTED


def test_the_neighbours_vote() -> None:
    assert neighbours(_lessons(), _encode, k=3)(ASKED) == EXPECTED


def test_lessons_are_the_training_side_alone(small_crosswalk: Crosswalk) -> None:
    corpus = small_corpus(small_crosswalk)
    lessons = lessons_of(corpus)
    sides = list(corpus.dataset["split"])
    assert len(lessons.fiches) == sides.count("train") < len(sides)
    assert lessons.labels == tuple(p.id for p in TREE.postes)
    kept = {f"{f.intitule}\n{f.description}".rstrip() for f in lessons.fiches}
    held = {text for text, side in zip(corpus.dataset["text"], sides, strict=True) if side == "validation"}
    assert held
    assert not kept & held


def test_the_reserve_teaches_what_is_out_of_scope(small_crosswalk: Crosswalk) -> None:
    corpus, reserve = small_corpus(small_crosswalk), [Fiche("r", "offre", "Boulanger"), Fiche("s", "offre", "Maçon")]
    alone, both = lessons_of(corpus), lessons_of(corpus, reserve)
    assert both.fiches[-2:] == tuple(reserve)
    assert both.targets[-2:, -1].tolist() == [1, 1]
    side = corpus.side("train")
    is_title = np.array(corpus.dataset["source"])[side] != RECORD
    titles, outside = both.weights[: len(side)][is_title].sum(), both.weights[-2:].sum()
    assert outside / (titles + outside) == pytest.approx(RESERVE_SHARE)
    assert both.digest != alone.digest


def test_soft_targets_become_rows_that_weigh_their_share() -> None:
    lessons = Lessons(ASKED[:1], np.array([[0.75, 0.25, 0]]), np.array([2.0]), ("a", "b"), "x")  # type: ignore[arg-type]
    rows, classes, weights = lessons.hard
    assert (rows.tolist(), classes.tolist(), weights.tolist()) == ([0, 0], [0, 1], [1.5, 0.5])


def test_guesses_are_made_once(tmp_path: Path) -> None:
    def refuse() -> list[Guess]:
        pytest.fail("déjà connues")

    assert remembered(tmp_path, "recette", ASKED, lambda: list(EXPECTED)) == EXPECTED
    assert remembered(tmp_path, "recette", ASKED, refuse) == EXPECTED
    assert remembered(tmp_path, "autre", ASKED, lambda: [None] * 3) == [None] * 3

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from datasets import Dataset, DatasetDict

from cartography.crosswalk import HORS, Crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from models.classifier import Classifier
from models.head import Head
from models.layout import RomePrior
from tests.training.head.test_lessons import row
from training.corpus.examples import build_corpus
from training.corpus.labelled import FEATURES
from training.head.layers import Fitting, Layers
from training.head.lessons import prepare
from training.head.wide import LEAST_HELD

TREE = load_version()
CLASSES = [poste.id for poste in TREE.postes]


@pytest.fixture(scope="module")
def fitting(tiny_classifier: Classifier, small_crosswalk: Crosswalk) -> Fitting:
    rows = [row(i, "Data engineer", "data-engineer") for i in range(8)] + [row(9, "Boulanger", None)]
    splits = {"train": rows, "validation": rows[:2], "test": rows[7:]}
    labelled = DatasetDict({name: Dataset.from_list(found, features=FEATURES) for name, found in splits.items()})
    lessons = prepare(build_corpus(TREE, small_crosswalk, labelled), labelled, TREE, 100)
    encoder = tiny_classifier.bundle.encoder
    silent = Head(np.zeros((len(CLASSES) + 1, encoder.features), np.float32), np.zeros(len(CLASSES) + 1, np.float32))
    return Fitting(lessons, encoder, silent, TREE, small_crosswalk)


def _poste(layers: Layers, word: str) -> str:
    return CLASSES[int(layers.wide.weight[layers.wide.ranks[word], :-1].argmax())]


def test_words_of_records_without_label_are_learnt(fitting: Fitting) -> None:
    unread = [Fiche(str(i), "offre", "Data engineer", "Du kedro chez nous.") for i in range(10 * LEAST_HELD)]
    without, stages = fitting.fit(), list[str]()
    layers = fitting.fit(unread, stages.append)
    assert "kedro" not in without.wide.ranks
    assert _poste(layers, "kedro") == "data-engineer"
    assert len(stages) == 2
    assert f"{len(unread)} fiches sans étiquette" in stages[1]
    assert layers.figures.keys() == without.figures.keys()


def test_a_code_tells_which_postes_a_record_without_label_may_be(
    fitting: Fitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A title that says nothing: the postes of the code are all that is known of it."""
    monkeypatch.setattr("training.head.calibration.ROME_PRIOR", RomePrior(strength=1.0, floor=0.1))
    code, shares = next((c, s) for c, s in _codes(fitting.crosswalk) if not {"data-engineer", HORS} & set(s))
    bare = [Fiche(str(i), "offre", "Poste à pourvoir", "Du zorglub.") for i in range(30)]
    one, other = (fitting.fit(some).wide for some in ([replace(fiche, rome=(code,)) for fiche in bare], bare))
    rank = CLASSES.index(max(shares, key=lambda poste: shares[poste]))
    assert one.weight[one.ranks["zorglub"], rank] > other.weight[other.ranks["zorglub"], rank]


def _codes(crosswalk: Crosswalk) -> list[tuple[str, dict[str, float]]]:
    codes = {appellation.code for appellation in crosswalk.rome.appellations.values() if appellation.code}
    found = [(code, crosswalk.shares([code], None)) for code in sorted(codes)]
    return [(code, shares) for code, shares in found if shares]


def test_records_without_label_change_nothing_where_there_are_none(fitting: Fitting) -> None:
    one, other = fitting.fit(), fitting.fit(())
    np.testing.assert_array_equal(one.wide.weight, other.wide.weight)
    assert one.calibration == other.calibration

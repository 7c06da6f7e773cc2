from __future__ import annotations

from pathlib import Path

import pytest

from cartography.crosswalk import load_crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from models.bundle import DEFAULT_BUNDLE, load_bundle
from models.classifier import Classifier
from models.explanation import GIVEN, explain, without

TREE = load_version()
FICHES = (
    Fiche("1", "offre", "Développeur React confirmé", "Vous rejoignez une équipe sympathique à Nantes."),
    Fiche("2", "offre", "Boulanger", "Pétrir et cuire le pain."),
    Fiche("3", "formation", "?"),
)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(load_bundle(Path(DEFAULT_BUNDLE), TREE), TREE, load_crosswalk())


def test_the_words_that_weighed_most(classifier: Classifier) -> None:
    answers = classifier.classify(FICHES)
    first, second, third = explain(classifier, FICHES, answers)
    assert answers[0].poste is not None
    assert first[0].texte in ("développeur", "react")
    assert {proof.type for proof in first} == {"mot"}
    assert first[0].postes == (answers[0].poste.id,)
    assert len(first) <= GIVEN
    assert [p.score for p in first] == sorted((p.score for p in first), reverse=True)
    assert not answers[1].numerique
    assert all(proof.postes == () for proof in second)
    assert third == ()


def test_one_record_is_explained_alone_as_among_others(classifier: Classifier) -> None:
    answers = classifier.classify(FICHES)
    assert explain(classifier, FICHES[:1], answers[:1]) == explain(classifier, FICHES, answers)[:1]
    assert explain(classifier, (), ()) == []


def test_a_word_is_taken_out_whole() -> None:
    assert without(("C et C++", "Du C, du C++."), "c") == ("et C++", "Du , du C++.")
    assert without(("C et C++", ""), "c++") == "C et"

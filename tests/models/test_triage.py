from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cartography.fiche import Fiche
from models.classifier import Classifier
from models.explanation import explain
from models.layout import TriageEntry
from models.triage import Triage

FICHES = [
    Fiche("1", "offre", "Développeur web", "Boulanger : du pain, des viennoiseries."),
    Fiche("2", "formation", "Boulanger", "data web réseau"),
    Fiche("3", "formation", "Réseau"),
]


def with_triage(classifier: Classifier, entry: TriageEntry) -> Classifier:
    calibration = classifier.bundle.calibration.model_copy(update={"triage": entry})
    bundle = replace(classifier.bundle, calibration=calibration)
    return Classifier(bundle, classifier.cartographie, classifier._prior.crosswalk)


@pytest.fixture(scope="module")
def brief(tiny_classifier: Classifier) -> Classifier:
    """Answer from the title alone, whatever the words say."""
    return with_triage(tiny_classifier, TriageEntry(poste=0.0))


def test_a_model_that_says_nothing_of_it_reads_everything(tiny_classifier: Classifier) -> None:
    reader = tiny_classifier.bundle.reader
    assert tiny_classifier.texts(FICHES) == [reader.text(fiche) for fiche in FICHES]


def test_of_a_settled_record_the_title_alone_is_read(tiny_classifier: Classifier, brief: Classifier) -> None:
    assert brief.texts(FICHES) == ["Développeur web", "Boulanger", "Réseau"]
    titles = [replace(fiche, description="") for fiche in FICHES]
    wanted = tiny_classifier.encode(titles)
    np.testing.assert_array_equal(brief.encode(FICHES).features, wanted.features)


def test_records_are_settled_one_by_one_by_what_their_words_say() -> None:
    words = np.log(np.array([[0.7, 0.2, 0.1], [0.01, 0.01, 0.98], [0.9, 0.05, 0.05]], dtype=np.float32))
    assert Triage(poste=0.75, hors=0.95).settled(words).tolist() == [False, True, True]
    assert Triage(poste=0.75, hors=0.95).settled(words[:0]).shape == (0,)


def test_search_compares_the_whole_record_and_the_answer_is_the_same(
    tiny_classifier: Classifier, brief: Classifier
) -> None:
    whole = brief.encode(FICHES, whole=True)
    np.testing.assert_array_equal(whole.embedding, tiny_classifier.encode(FICHES).embedding)
    np.testing.assert_array_equal(whole.features, brief.encode(FICHES).features)
    assert not np.array_equal(whole.embedding, brief.encode(FICHES).embedding)
    one, other = (brief.classify(FICHES, encoded=encoded, evidence=False) for encoded in (whole, None))
    assert one == other


def test_the_words_of_a_passage_that_is_not_read_are_tried_too(brief: Classifier) -> None:
    answers = brief.classify(FICHES)
    told = explain(brief, FICHES, answers)
    # The layer on words of this model is silent: only what the encoder read, the title, can have weighed.
    assert {word.texte for word in told[1]} <= {"boulanger"}
    assert [answer.id for answer in answers] == ["1", "2", "3"]

from __future__ import annotations

import pytest

from models.search.spelling import Spelling

VOCABULARY = {
    "developpeur": 90, "reseau": 40, "reseaux": 60, "web": 80, "alternance": 30, "graphiste": 20, "graphisme": 5,
    "data": 99, "date": 50, "test": 7, "rest": 70, "paris": 9,
}  # fmt: skip


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(VOCABULARY, known=["Développeur", "Kubernetes", "administrateur", "systèmes"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("develloppeur", "developpeur"), ("dévelopeur", "developpeur"), ("resau", "reseau"), ("graphsite", "graphiste"),
        ("kuberntes", "kubernetes"), ("altenrance", "alternance"), ("PARSI", "paris"),
    ],
)  # fmt: skip
def test_the_nearest_word(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.correct(typed) == meant


@pytest.mark.parametrize(
    "typed", ["développeuse", "reseaux", "dta", "we", "zzzzzz", "plombier", "c++", "avec", "votre", "", "html5", "1234"]
)
def test_known_short_or_far_words_stay(spelling: Spelling, typed: str) -> None:
    assert spelling.correct(typed) is None


def test_the_same_first_letter_comes_before_the_most_frequent(spelling: Spelling) -> None:
    assert spelling.correct("tesr") == "test"
    assert Spelling({"rest": 70, "fest": 7}, known=[]).correct("hest") == "rest"


def test_the_most_frequent_of_equals() -> None:
    assert Spelling({"carte": 3, "carne": 9}, known=[]).correct("carze") == "carne"


def test_short_words_are_forgiven_one_edit_only() -> None:
    assert Spelling({"paris": 9}, known=[]).correct("praiz") is None


def test_a_text_keeps_what_is_right(spelling: Spelling) -> None:
    corrected, changed = spelling.correct_text("  Develloppeur web C++, l'administrateru (H/F)")
    assert corrected == "  développeur web C++, l'administrateur (H/F)"
    assert changed == {"Develloppeur": "développeur", "administrateru": "administrateur"}
    assert spelling.correct_text("développeuse web, paris") == ("développeuse web, paris", {})


def test_the_field_is_known_without_a_vocabulary() -> None:
    spelling = Spelling({})
    for word in ("Kubernetes", "RSSI", "DWWM", "analyst", "PrestaShop", "développeuses", "cybersécurité", "scrum"):
        assert spelling.correct(word) is None, word
    assert spelling.correct_text("technicein cybersecurte") == (
        "technicien cybersécurité",
        {"technicein": "technicien", "cybersecurte": "cybersécurité"},
    )

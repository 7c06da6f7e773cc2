from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.fiche import Fiche
from models.search.words import pieces, terms
from models.wide import READ, Hidden, Wide, _Known, features_of

CLASSES = 3
WORDS = ["=developpeur", "=web", "=developpeur web", "developpeur", "web", "python"]


@pytest.fixture(scope="module")
def wide() -> Wide:
    random = np.random.default_rng(0)
    weight = random.normal(size=(len(WORDS), CLASSES)).astype(np.float32)
    rarity = np.linspace(1, 2, len(WORDS), dtype=np.float32)
    ranks = {word: rank for rank, word in enumerate(WORDS)}
    return Wide(ranks, rarity, weight, np.ones(CLASSES, np.float32), Hidden.none(len(WORDS), CLASSES))


def fiche(title: str, text: str = "") -> Fiche:
    return Fiche("1", "offre", title, text)


@pytest.mark.parametrize(
    "title",
    ["Développeur web", "DEVELOPPEUR WEB", "Développeuse web", "Développeur·se web (H/F)", "Développeurs web"],
)
def test_case_accents_and_gender_make_no_difference(wide: Wide, title: str) -> None:
    first, other = wide.logits([fiche("Développeur web", "Du Python"), fiche(title, "du PYTHON.")])
    assert first.tolist() == other.tolist()


def test_a_record_is_told_the_same_in_any_batch(wide: Wide) -> None:
    fiches = [fiche("Développeur web", "Python " * rank) for rank in range(40)] + [fiche("Boulanger")]
    together = wide.logits(fiches)
    assert all(wide.logits([one])[0].tolist() == row.tolist() for one, row in zip(fiches, together, strict=True))
    assert wide.logits([]).shape == (0, CLASSES)


def test_what_is_read_in_service_is_what_is_learnt_from(wide: Wide) -> None:
    for title, text in (
        ("Développeur web", "Du Python, du web."),
        ("", "python\xa0python"),
        ("x" * 500, "web " * 2_000),
    ):
        bag = wide.bag(features_of(title, text))
        learnt = bag.values @ wide.weight[bag.ranks] + wide.bias
        np.testing.assert_allclose(wide.logits([fiche(title, text)])[0], learnt, rtol=1e-5)


@given(st.integers(0, 2**32 - 1))
def test_units_answer_the_sum_of_a_record_and_weigh_as_the_rest_does(wide: Wide, seed: int) -> None:
    random = np.random.default_rng(seed)
    weight, bias, out = (random.normal(size=s).astype(np.float32) for s in ((len(WORDS), 4), 4, (4, CLASSES)))
    both = replace(wide, hidden=Hidden(weight, bias, out))
    one = fiche("Développeur web", "Du Python")
    bag = both.bag(features_of(one.intitule, one.description))
    wanted = wide.logits([one])[0] + np.maximum(bag.values @ weight[bag.ranks] + bias, 0) @ out
    np.testing.assert_allclose(both.logits([one])[0], wanted, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(both.scaled(2).logits([one])[0], 2 * wanted, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(both.rounded().logits([one])[0], wanted, rtol=0.05, atol=0.1)
    # What the classes' weights are multiplied by, for postes that are guessed.
    said = both.spoken(bag) @ np.concatenate([both.weight, out]) + both.bias
    np.testing.assert_allclose(said, wanted, rtol=1e-4, atol=1e-4)


def test_unknown_words_say_nothing(wide: Wide) -> None:
    assert wide.logits([fiche("Boulanger", "Du pain.")])[0].tolist() == [1.0] * CLASSES


def test_words_weigh_by_their_rarity_and_a_title_more_than_a_text(wide: Wide) -> None:
    bag = wide.bag(features_of("Développeur web", "Python"))
    known = dict(zip(bag.ranks.tolist(), bag.values.tolist(), strict=True))
    title, words = ([known[rank] for rank in ranks] for ranks in ((0, 1, 2), (3, 4, 5)))
    assert np.linalg.norm(title) == pytest.approx(1.5)
    assert np.linalg.norm(words) == pytest.approx(1.0)
    assert words == sorted(words)


def test_words_past_what_is_read_are_not(wide: Wide) -> None:
    far = "x " * (READ // 2) + "python"
    assert wide.logits([fiche("Web", far)]).tolist() == wide.logits([fiche("Web", "x")]).tolist()


def test_a_silent_one_adds_nothing() -> None:
    assert not Wide.silent(CLASSES).logits([fiche("Développeur web", "Python")]).any()


def test_rounding_keeps_what_is_said(wide: Wide) -> None:
    exact, stored = (one.logits([fiche("Développeur web", "Python")]) for one in (wide, wide.rounded()))
    np.testing.assert_allclose(stored, exact, atol=0.05)
    np.testing.assert_allclose(wide.rounded().rounded().weight, wide.rounded().weight, atol=1e-6)


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_it(title: str, text: str) -> None:
    found = features_of(title, text)
    assert len(set(found.title)) == len(found.title)
    assert len(set(found.words)) == len(found.words)


MARKED = st.text(alphabet="Python'’.,;:!?…()/-·e+#1é ", max_size=40)


@given(st.one_of(MARKED, st.text(max_size=40)))
def test_a_piece_is_remembered_with_the_words_it_has(text: str) -> None:
    for piece in pieces(text):
        said = terms(piece)
        known = _Known({word: rank for rank, word in enumerate(dict.fromkeys(said))})
        assert known[piece] == known[piece] == tuple([*dict.fromkeys(said)].index(word) for word in said)

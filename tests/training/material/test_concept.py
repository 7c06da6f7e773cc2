from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.material.concept import Concept, Draw, draw_pair, passages, spaced

NAMES = st.lists(st.sampled_from(["Data engineer", "Chargé / Chargée d'études", "Maçon"]), unique=True, max_size=3)
LISTS = st.lists(st.sampled_from(["one", "two"]), unique=True, max_size=2)


@given(NAMES, LISTS, LISTS, st.integers(0, 10_000))
def test_both_texts_of_a_pair_are_the_concepts_own(
    names: list[str], english: list[str], glosses: list[str], seed: int
) -> None:
    if not names and not english:
        return
    concept = Concept("s", "k", "a", tuple(names), tuple(english), tuple(glosses))
    anchor, other = draw_pair(concept, Draw(0.3, 0.3), np.random.default_rng(seed))
    own = {*names, *english, *glosses, "Chargé d'études", "Chargée d'études"}
    for text in (anchor, other):
        assert text in own or text.rsplit(" ", 1)[0] in own


@pytest.mark.parametrize("seed", range(20))
def test_a_concept_of_one_name_is_paired_with_its_gloss(seed: int) -> None:
    concept = Concept("s", "k", "a", ("Maçon",), (), ("Monte des murs",))
    assert draw_pair(concept, Draw(0.0, 0.0), np.random.default_rng(seed))[1] == "Monte des murs"


@given(st.text(max_size=2_000))
def test_passages_are_few_and_short(text: str) -> None:
    found = passages(text, characters=50, most=4)
    assert len(found) <= 4
    assert all(0 < len(piece) <= 60 for piece in found)


@given(st.text(max_size=50))
def test_spacing_changes_spaces_only(name: str) -> None:
    assert spaced(name).replace(" ", "") == name.replace(" ", "")

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.crosswalk import load_crosswalk
from cartography.loading import load_version
from cartography.text import title_key
from models.search.suggestions import Suggestion, Suggestions, Title


def title(texte: str, genre: str, node_id: str | None = "x", feminin: str | None = None) -> Title:
    return Title(Suggestion(texte, genre, node_id), feminin or texte)  # type: ignore[arg-type]


TITLES = [
    title("Web", "famille"),
    title("Développement web", "metier"),
    title("Développeur web", "poste", "developpeur-web", "Développeuse web"),
    title("Webmaster", "poste", "webmaster"),
    title("Développeur mobile", "poste", "developpeur-mobile", "Développeuse mobile"),
    title("Chef de projet web", "appellation", "123", "Cheffe de projet web"),
    title("Développeur web", "appellation", "456", "Développeuse web"),
]
COUNTS = {
    "Développeuse web (H/F)": 3, "Développeur web": 4, "DEVELOPPEUR MOBILE": 50, "Formation web design": 9,
    "Web analyste": 2, "Web analyste H/F": 8, "web " + "très " * 40 + "long": 99,
}  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Suggestions:
    return Suggestions(TITLES, COUNTS)


def texts(found: list[Suggestion]) -> list[str]:
    return [suggestion.texte for suggestion in found]


def test_the_exact_title_then_kinds_then_starts(small: Suggestions) -> None:
    assert texts(small.suggest("web")) == [
        "Web", "Webmaster", "Développeur web", "Développement web", "Chef de projet web", "Web analyste",
        "Formation web design",
    ]  # fmt: skip
    assert small.suggest("web", k=2) == [
        Suggestion("Web", "famille", "x"),
        Suggestion("Webmaster", "poste", "webmaster"),
    ]


def test_the_most_frequent_of_a_kind_comes_first(small: Suggestions) -> None:
    assert texts(small.suggest("développeur"))[:2] == ["Développeur mobile", "Développeur web"]


def test_the_shortest_of_equals_comes_first() -> None:
    found = Suggestions([title("Analyste sécurité", "poste"), title("Analyste SOC", "poste", "y")]).suggest("ana")
    assert texts(found) == ["Analyste SOC", "Analyste sécurité"]


def test_a_title_is_proposed_once_under_its_first_kind(small: Suggestions) -> None:
    found = small.suggest("developpeur web")
    assert [s for s in found if title_key(s.texte) == "developpeur web"] == [
        Suggestion("Développeur web", "poste", "developpeur-web")
    ]
    assert texts(found).count("Développeuse web") == 0


@pytest.mark.parametrize(
    "typed", ["DÉVELOPPEUR W", "developpeur  web", "web dév", "Développeur·se we", "développeur(euse) w"]
)
def test_case_accents_gender_and_order_do_not_count(small: Suggestions, typed: str) -> None:
    assert small.suggest(typed)[0].id == "developpeur-web"


def test_the_feminine_is_shown_to_who_types_it(small: Suggestions) -> None:
    assert small.suggest("développeuse w") == [Suggestion("Développeuse web", "poste", "developpeur-web")]


def test_little_words_may_be_left_out(small: Suggestions) -> None:
    assert texts(small.suggest("chef projet")) == texts(small.suggest("chef de projet")) == ["Chef de projet web"]


def test_one_typo_is_forgiven_only_when_nothing_is_found(small: Suggestions) -> None:
    assert texts(small.suggest("devlopeur")) == []
    assert texts(small.suggest("devloppeur w")) == ["Développeur web"]
    assert texts(small.suggest("wbe")) == []
    assert texts(small.suggest("wbema")) == ["Webmaster"]
    assert "Webmaster" not in texts(Suggestions([*TITLES, title("Wbema", "poste")]).suggest("wbema"))


@pytest.mark.parametrize("typed", ["", "   ", "(H/F)", "!!", "web zzz", "\x00"])
def test_nothing_to_propose(small: Suggestions, typed: str) -> None:
    assert small.suggest(typed) == []


@given(st.text(max_size=200))
def test_anything_may_be_typed(typed: str) -> None:
    found = Suggestions(TITLES, COUNTS).suggest(typed, k=3)
    assert len(found) <= 3
    assert len({title_key(text) for text in texts(found)}) == len(found)


@pytest.fixture(scope="module")
def whole() -> Suggestions:
    return Suggestions.build(load_version(), load_crosswalk(), {"Formation tarte aux pommes": 5})


def test_the_tree_rome_and_the_catalogue(whole: Suggestions) -> None:
    assert whole.suggest("data scien")[0] == Suggestion("Data scientist", "poste", "data-scientist")
    assert whole.suggest("cybersécurité")[0].genre == "metier"
    assert whole.suggest("tarte") == [Suggestion("Formation tarte aux pommes", "intitule")]
    assert {s.genre for s in whole.suggest("ingénieur", k=1_000)} >= {"poste", "appellation"}
    assert whole.suggest("boulanger") == []

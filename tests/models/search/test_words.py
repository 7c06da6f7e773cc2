from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.rome import load_rome
from cartography.text import genders
from models.search.words import spelled, terms


@pytest.mark.parametrize(
    "forms",
    [
        "développeur développeuse développeurs développeuses DÉVELOPPEUR·SE",
        "développeur développeur(se) développeur/euse developpeur.euse développeur-se",
        "administrateur administratrice administrateurs Administrateur·rice administrateur/trice",
        "rédacteur rédactrice rédactrices redacteur",
        "ingénieur ingénieure ingénieures ingénieur(e)s",
        "technicien technicienne techniciennes technicien-ne",
        "conseiller conseillère conseillères conseiller·ère",
        "chargé chargée chargées chargé(e)s charge",
        "monteur monteuse",
        "designer designers designeuse",
        "créatif créative",
        "réseau réseaux RESEAUX",
        "jeu jeux",
        "donnée données",
        "sécurité sécurités securite",
        "rigoureux rigoureuse",
        "alternant alternante",
    ],
)
def test_the_forms_of_a_word_are_one_term(forms: str) -> None:
    assert len({tuple(terms(form)) for form in forms.split()}) == 1


# Frequent in the titles and descriptions of the field; the first of each is what a query would ask.
@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("développeur", "développement"),
        ("data", "date"),
        ("données", "donner"),
        ("dev", "devis"),
        ("communication", "commune"),
        ("redis", "red"),
        ("serveur", "service"),
        ("excel", "excellent"),
        ("bi", "biais"),
        ("matrice", "matière"),
        ("ingénieur", "ingénieuse"),
        ("moteur", "monteur"),
        ("jeux", "jeudi"),
        ("responsive", "responsable"),
        ("testeur", "texte"),
        ("rest", "rester"),
        ("graphiste", "graphe"),
        ("formateur", "format"),
        ("éditeur", "édition"),
        ("lieux", "lieur"),
        ("chaleur", "chaland"),
        ("analyste", "analogue"),
        ("coordinateur", "ordinateur"),
        ("ordinateur", "ordre"),
        ("cpp", "c"),
    ],
)
def test_words_of_other_meaning_stay_apart(word: str, other: str) -> None:
    assert terms(word) != terms(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++", ["cpp"]),
        ("C++17", ["cpp", "17"]),
        ("C/C++", ["c", "cpp"]),
        ("C#, F#", ["csharp", "fsharp"]),
        (".NET", ["dotnet", "net0"]),
        ("dotnet", ["dotnet", "net0"]),
        ("C#/.NET", ["csharp", "dotnet", "net0"]),
        ("ci/cd", ["ci", "cd"]),
        ("CICD", ["ci", "cd"]),
        ("3D", ["3d"]),
        ("R&D", ["rd"]),
        ("bac+3", ["bac", "3"]),
        ("UX/UI", ["ux", "ui"]),
        ("BTS, AWS, iOS", ["bts", "aws", "ios"]),
        ("R et C", ["r", "c"]),
        ("(H/F)", []),
        ("H / F", []),
        ("", []),
        ("de la du des", []),
        ("l'IA d’aujourd’hui", ["ia", "aujourd", "hui"]),
        ("HTML5/CSS3", ["html5", "css3"]),
    ],
)
def test_names_of_the_field(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("joined", "apart"),
    [
        ("fullstack", "full-stack"),
        ("backend", "back end"),
        ("nodejs", "Node.js"),
        ("vuejs", "vue js"),
        ("cybersécurité", "cyber-sécurité"),
        ("webdesigner", "web designer"),
        ("e-commerce", "ecommerce"),
        ("sysadmin", "sys admin"),
        ("devops", "dev ops"),
        ("wi-fi", "WiFi"),
        ("big data", "bigdata"),
    ],
)
def test_joined_or_apart_is_the_same(joined: str, apart: str) -> None:
    assert terms(joined) == terms(apart)


def test_an_accent_apart_from_its_letter_changes_nothing() -> None:
    assert terms("De\u0301veloppeur re\u0301seau") == terms("Développeur réseau")


def test_both_genders_of_a_rome_title_meet() -> None:
    pairs = [forms for a in load_rome().appellations.values() if len(forms := genders(a.libelle)) == 2]
    # The others are contremaître/contremaîtresse, commis/commise, barman/barmaid...; stems alone bring 39 % together.
    assert sum(terms(ours) == terms(theirs) for ours, theirs in pairs) > 0.97 * len(pairs)


def test_a_net_that_is_an_address_is_no_dotnet() -> None:
    assert "dotnet" not in terms("www.exemple.net")


def test_spelled_words_are_whole() -> None:
    assert spelled("Les développeuses d'IA (H/F)") == ["les", "developpeuses", "ia"]


@given(st.text(max_size=300))
def test_terms_are_letters_and_digits_alone_and_stay_themselves(text: str) -> None:
    found = terms(text)
    assert all(re.fullmatch(r"[a-z0-9]+", term) for term in found)
    assert terms(text) == found


def test_a_long_text_without_spaces_is_read_too() -> None:
    assert len(terms("développeur/" * 1_000)) == 1_000

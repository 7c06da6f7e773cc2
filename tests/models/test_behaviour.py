"""What the embedded model must and must not mind (Ribeiro et al. 2020, Beyond Accuracy: CheckList).

Every poste's title is rewritten; the share of answers that stay is held, not each of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from cartography.crosswalk import load_crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from cartography.text import genders
from models.answer import Answer
from models.bundle import DEFAULT_BUNDLE, load_bundle
from models.classifier import Classifier

TREE = load_version()
TITLES = tuple(poste.libelle for poste in TREE.postes)
DESCRIPTION = (
    "Vous rejoignez notre équipe projet. Vous recueillez les besoins des utilisateurs. "
    "Vous participez aux réunions et rédigez la documentation. "
)
BOILERPLATE = (
    "Notre groupe, présent dans trente pays, place l'humain au centre. Mutuelle, tickets restaurant et deux jours de "
    "télétravail. À compétences égales, nous étudions toutes les candidatures. "
)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(load_bundle(DEFAULT_BUNDLE, TREE), TREE, load_crosswalk())


def _answers(classifier: Classifier, *texts: tuple[str, str]) -> list[Answer]:
    return classifier.classify([Fiche(str(i), "offre", title, text) for i, (title, text) in enumerate(texts)])


def _postes(classifier: Classifier, *texts: tuple[str, str]) -> list[str | None]:
    return [answer.poste.id if answer.poste else None for answer in _answers(classifier, *texts)]


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@pytest.mark.parametrize("rewrite", [str.upper, str.lower, str.title, _unaccented])
def test_case_and_accents_change_no_answer(classifier: Classifier, rewrite: Callable[[str], str]) -> None:
    before = _answers(classifier, *((title, DESCRIPTION) for title in TITLES))
    after = _answers(classifier, *((rewrite(title), rewrite(DESCRIPTION)) for title in TITLES))
    moved = [
        (title, a.candidats[0].id, b.candidats[0].id)
        for title, a, b in zip(TITLES, before, after, strict=True)
        if a.candidats[0].id != b.candidats[0].id
    ]
    assert len(moved) <= 1, moved


@pytest.mark.parametrize(
    ("rewrite", "least"),
    [
        (lambda title: f"{title} (H/F)", 0.95),
        (lambda title: f"{title} F/H", 0.95),
        (lambda title: f"{title} - CDI - Lyon", 0.9),
        (lambda title: f"Offre : {title}", 0.9),
        (lambda title: title.replace("eur ", "eur·se ").replace("ien ", "ien·ne "), 0.95),
    ],
)
def test_marks_around_a_title_hardly_move_its_poste(
    classifier: Classifier, rewrite: Callable[[str], str], least: float
) -> None:
    before = _postes(classifier, *((title, "") for title in TITLES))
    after = _postes(classifier, *((rewrite(title), "") for title in TITLES))
    assert sum(a == b for a, b in zip(before, after, strict=True)) / len(TITLES) >= least


def test_the_gender_of_a_title_hardly_moves_its_poste(classifier: Classifier) -> None:
    appellations = load_crosswalk().rome.appellations.values()
    pairs = [forms for a in appellations if (a.code or "").startswith("M18") and len(forms := genders(a.libelle)) == 2]
    he, she = (_postes(classifier, *((forms[side], "") for forms in pairs)) for side in (0, 1))
    assert len(pairs) > 100
    assert sum(a == b for a, b in zip(he, she, strict=True)) / len(pairs) >= 0.9


def test_the_order_of_the_sentences_hardly_moves_the_poste(classifier: Classifier) -> None:
    sentences = DESCRIPTION.strip().split(". ")
    turned = ". ".join(reversed(sentences))
    before = _postes(classifier, *((title, DESCRIPTION) for title in TITLES))
    after = _postes(classifier, *((title, turned) for title in TITLES))
    assert sum(a == b for a, b in zip(before, after, strict=True)) / len(TITLES) >= 0.95


@pytest.mark.parametrize("where", ["before", "after"])
def test_boilerplate_does_not_drown_the_job(classifier: Classifier, where: str) -> None:
    more = BOILERPLATE * 3
    said = [(poste.libelle, poste.definition) for poste in TREE.postes]
    drowned = [(title, f"{more}{text}" if where == "before" else f"{text} {more}") for title, text in said]
    before, after = _postes(classifier, *said), _postes(classifier, *drowned)
    assert sum(a == b for a, b in zip(before, after, strict=True)) / len(TITLES) >= 0.95


@pytest.mark.parametrize(
    "title", ["Développeur React", "Développeur React (H/F)", "Développeur·se React F/H", "DEVELOPPEUR REACT - H/F"]
)
def test_react_moves_a_developer_to_the_front(classifier: Classifier, title: str) -> None:
    plain, react = _answers(classifier, ("Développeur", ""), (title, ""))
    front = {a.id: a.score for a in react.candidats}, {a.id: a.score for a in plain.candidats}
    assert react.poste is not None
    assert react.poste.id == "developpeur-front-end"
    assert front[0]["developpeur-front-end"] > front[1].get("developpeur-front-end", 0.0)


@pytest.mark.parametrize("mark", [" (H/F)", " H/F", " - F/H", " (m/f/d)", " (Homme/Femme)"])
def test_marks_of_gender_change_nothing_at_all(classifier: Classifier, mark: str) -> None:
    plain, marked = (_answers(classifier, *((f"{title}{m}", DESCRIPTION) for title in TITLES)) for m in ("", mark))
    assert [a.candidats for a in plain] == [a.candidats for a in marked]


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("Développeur web", "Web developer"),
        ("Administrateur réseau", "Network administrator"),
        ("Ingénieur en intelligence artificielle", "Artificial intelligence engineer"),
        ("Administrateur de bases de données", "Database administrator"),
        ("Analyste de données", "Data analyst"),
        ("Testeur logiciel", "Software tester"),
        ("Développeur de jeux vidéo", "Video game developer"),
        ("Architecte cloud", "Cloud architect"),
    ],
)
def test_french_and_english_titles_agree(classifier: Classifier, french: str, english: str) -> None:
    ours, theirs = _answers(classifier, (french, ""), (english, ""))
    assert ours.metier is not None
    assert theirs.metier is not None
    assert ours.metier.id == theirs.metier.id


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Serveur en restauration (H/F)", "Service en salle et au bar d'un restaurant."),
        ("Développement personnel : prendre confiance en soi", "Stage de bien-être."),
        ("Boulanger", ""),
        ("Chargé de développement commercial", "Prospection de clients dans le secteur du bâtiment."),
    ],
)
def test_words_of_the_field_used_otherwise_are_out_of_scope(classifier: Classifier, title: str, text: str) -> None:
    assert not _answers(classifier, (title, text))[0].numerique

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.fiche import Fiche
from models.answer import Answer
from models.classifier import Classifier, text_of
from models.layout import Thresholds
from tests import tiny

FICHES = [*tiny.OFFRES, *tiny.FORMATIONS]


def test_answers_follow_the_records(tiny_classifier: Classifier) -> None:
    answers = tiny_classifier.classify(FICHES)
    assert [a.id for a in answers] == [f.id for f in FICHES]
    by_id = {(f.type, f.id): a for f, a in zip(FICHES, answers, strict=True)}
    web, baker = by_id["offre", "o1"], by_id["offre", "o3"]
    assert web.poste is not None
    assert web.poste.id == "developpeur-web"
    assert web.numerique
    assert not baker.numerique
    assert (baker.niveau, baker.famille, baker.metier, baker.poste) == ("aucun", None, None, None)


def test_no_record_gives_no_answer(tiny_classifier: Classifier) -> None:
    assert tiny_classifier.classify([]) == []


def _check_shape(answer: Answer, tiny_classifier: Classifier) -> None:
    tree = tiny_classifier.cartographie
    body = answer.as_json()
    assert list(body) == [
        "id", "numerique", "niveau", "famille", "metier", "poste", "candidats", "preuves", "versions",
    ]  # fmt: skip
    scores = [c["score"] for c in body["candidats"]]
    assert scores == sorted(scores, reverse=True)
    if answer.numerique:
        assert answer.famille
        assert answer.metier
        assert answer.poste
        famille, metier, poste = tree.path(answer.poste.id)
        assert (famille.id, metier.id, poste.id) == (answer.famille.id, answer.metier.id, answer.poste.id)
        assert answer.score + 1e-4 >= answer.famille.score >= answer.metier.score - 1e-6
        assert answer.metier.score + 1e-6 >= answer.poste.score


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_gets_a_consistent_answer(tiny_classifier: Classifier, intitule: str, description: str) -> None:
    (answer,) = tiny_classifier.classify([Fiche("x", "offre", intitule or "?", description)])
    _check_shape(answer, tiny_classifier)


def test_a_record_has_the_same_answer_alone_and_among_others(tiny_classifier: Classifier) -> None:
    together = [a.as_json() for a in tiny_classifier.classify(FICHES)]
    assert together == [tiny_classifier.classify([f])[0].as_json() for f in FICHES]


def test_top_k_candidates(tiny_classifier: Classifier) -> None:
    (answer,) = tiny_classifier.classify(FICHES[:1], top_k=3)
    assert len(answer.candidats) == 3


@pytest.mark.parametrize(
    ("famille", "metier", "poste", "niveau"),
    [(1.0, 1.0, 1.0, "aucun"), (0.0, 1.0, 1.0, "famille"), (0.0, 0.0, 1.0, "metier"), (0.0, 0.0, 0.0, "poste")],
)
def test_niveau_is_the_deepest_safe_level(
    tiny_classifier: Classifier, famille: float, metier: float, poste: float, niveau: str
) -> None:
    bundle = tiny_classifier.bundle
    thresholds = Thresholds(numerique=0.0, famille=famille, metier=metier, poste=poste)
    calibration = bundle.calibration.model_copy(update={"thresholds": thresholds})
    strict = Classifier(
        dataclasses.replace(bundle, calibration=calibration),
        tiny_classifier.cartographie,
        tiny_classifier._evidence._crosswalk,
    )
    (answer,) = strict.classify([Fiche("x", "offre", "truc machin données")])
    assert answer.niveau == niveau


def test_evidence_names_the_coding_and_the_neighbours(tiny_classifier: Classifier) -> None:
    fiche = Fiche("x", "offre", "Développeur web", rome=("M1855", "Z9999"), appellation="14156")
    (answer,) = tiny_classifier.classify([fiche])
    kinds = [p.type for p in answer.preuves]
    assert kinds[:3] == ["appellation", "rome", "rome"]
    assert answer.preuves[0].postes == ("developpeur-web",)
    assert answer.preuves[2].texte == "code ROME inconnu"
    neighbour = answer.preuves[3]
    assert neighbour.type == "voisin"
    assert neighbour.texte == "Développeur web"
    assert neighbour.score == pytest.approx(1, abs=1e-3)


def test_the_text_is_title_then_description() -> None:
    assert text_of(Fiche("1", "offre", "T", "D")) == "T\nD"
    assert text_of(Fiche("1", "offre", "T")) == "T"
    assert len(text_of(Fiche("1", "offre", "T", "D" * 1_000_000))) <= 4_000

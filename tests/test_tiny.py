"""What other tests rely on: the tiny model answers as a person would."""

from __future__ import annotations

from cartography.fiche import Fiche
from models.classifier import Classifier
from tests.tiny import FORMATIONS, HORS_TITLES, OFFRES


def test_every_label_finds_its_poste(tiny_classifier: Classifier) -> None:
    postes = tiny_classifier.cartographie.postes
    answers = tiny_classifier.classify([Fiche(p.id, "offre", p.libelle) for p in postes])
    assert [a.poste and a.poste.id for a in answers] == [p.id for p in postes]


def test_what_is_not_digital_is_out(tiny_classifier: Classifier) -> None:
    titles = (*HORS_TITLES, "zzz qwx", "?")
    assert not any(a.numerique for a in tiny_classifier.classify([Fiche("x", "offre", t) for t in titles]))


def test_the_records(tiny_classifier: Classifier) -> None:
    answers = tiny_classifier.classify([*OFFRES, *FORMATIONS])
    assert [a.poste and a.poste.id for a in answers] == [
        "developpeur-web", "data-scientist", None,
        "developpeur-web-mobile", "administrateur-reseau", "data-engineer", None, "community-manager",
    ]  # fmt: skip

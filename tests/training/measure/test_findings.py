from __future__ import annotations

import pytest

from models.classifier import Classifier
from tests.tiny import FORMATIONS, OFFRES
from training.measure.findings import Findings, look
from training.measure.gold import Labelled

GOLD = [
    Labelled(OFFRES[0], True, ("developpement",), ("developpement",), ("developpeur-web",)),
    Labelled(OFFRES[2], False),
    Labelled(FORMATIONS[3], False),
    Labelled(FORMATIONS[4], True, ("communication-digitale-marketing-et-e-commerce",), (), ()),
]


def test_findings_hold_identifiers_and_counts_only(tiny_classifier: Classifier) -> None:
    found = look(tiny_classifier, GOLD)
    assert Findings.model_validate_json(found.model_dump_json()) == found
    for item in GOLD:
        assert item.fiche.intitule not in found.model_dump_json()
        assert not item.fiche.description or item.fiche.description not in found.model_dump_json()


def test_confusion_counts_each_record_whose_metier_is_known(tiny_classifier: Classifier) -> None:
    found = look(tiny_classifier, GOLD)
    assert sum(cell.fiches for cell in found.confusion) == 3
    right = {(cell.attendu, cell.donne): cell.fiches for cell in found.confusion}
    assert right["developpement", "developpement"] == 1
    assert right["hors", "hors"] == 2


def test_coverage_ends_with_every_answer_given(tiny_classifier: Classifier) -> None:
    found = look(tiny_classifier, GOLD)
    for level in ("famille", "metier", "poste"):
        points = found.couverture[level]
        assert [p.seuil for p in points] == sorted((p.seuil for p in points), reverse=True)
        assert points[-1].couverture == pytest.approx(1.0)
    assert sum(b.fiches for b in found.fiabilite["numerique"]) == len(GOLD)

"""RNCP and RS."""

from __future__ import annotations

from tests.cartography.readers.support import error, fiche, read_file


def test_certification() -> None:
    first, second, third = read_file("rncp.xml")
    course = fiche(first)
    assert (course.id, course.rncp, course.intitule) == ("RNCP90001", "RNCP90001", "Administrateur d'infrastructures")
    assert course.description.split("\n") == [
        "Faire vivre un parc", "Administrateur système", "Administrer les serveurs", "Superviser",
        "Sécuriser un réseau",
    ]  # fmt: skip
    assert (course.rome, course.formacode) == (("M1801", "M1810"), ("31006",))
    assert course.extras == {
        "nsf": ["326r"], "niveau_sortie": 6, "certifiante": True, "type_diplome": "Titre professionnel",
        "organisme": "Ministère", "actif": True, "fin_enregistrement": "2027-01-25", "secteurs": "Tous",
        "blocs": [{"code": "RNCP90001BC01", "libelle": "Sécuriser un réseau"}],
    }  # fmt: skip
    assert (error(second).id, error(second).champ, error(second).position) == ("RS77", "intitule", 2)
    assert (fiche(third).id, fiche(third).rncp) == ("RS78", "RS78")

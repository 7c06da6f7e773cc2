"""Records as real catalogues write them."""

from __future__ import annotations

from typing import Any

import pytest

from cartography.errors import FicheInvalid
from cartography.fiche import FicheType, fiche_from_mapping
from cartography.readers.dialect import to_contract
from cartography.readers.prose import join_prose


def test_offer_keys() -> None:
    offer = {
        "id": "1", "intitule": "Dev", "description": "Java", "romeCode": "M1805", "romeLibelle": "Cuisine",
        "rome_v460": "M1855", "appellationlibelle": "Développeur", "typeContrat": "CDI", "codePostal": "75009.0",
        "dateCreation": "2026-01-02", "lang": "fr", "lieu": "75 - Paris",
    }  # fmt: skip
    fiche = fiche_from_mapping(to_contract(offer))
    assert (fiche.type, fiche.rome, fiche.appellation, fiche.langue) == ("offre", ("M1855",), "Développeur", "fr")
    assert fiche.extras == {
        "romeCode": "M1805", "romeLibelle": "Cuisine", "typeContrat": "CDI", "codePostal": "75009.0",
        "dateCreation": "2026-01-02", "lieu": "75 - Paris", "contrat": "CDI", "date": "2026-01-02",
        "code_postal": "75009",
    }  # fmt: skip


def test_code_of_the_offer_without_a_resolved_one() -> None:
    assert to_contract({"id": "1", "intitule": "x", "romeCode": "M1805", "rome_v460": ""})["rome"] == "M1805"


def test_nested_facts_of_an_offer() -> None:
    offer = {
        "id": "1", "intitule": "Dev",
        "lieuTravail": {"libelle": "35 - Rennes", "latitude": 48.1, "longitude": -1.6, "codePostal": "35000",
                        "commune": "35238"},
        "entreprise": {"nom": "Armor", "entrepriseAdaptee": False},
        "origineOffre": {"urlOrigine": "https://exemple.test/1"},
    }  # fmt: skip
    values = to_contract(offer)
    assert [values[k] for k in ("lieu", "code_postal", "commune", "latitude", "longitude", "entreprise", "url")] == [
        "35 - Rennes", "35000", "35238", 48.1, -1.6, "Armor", "https://exemple.test/1",
    ]  # fmt: skip
    assert values["lieuTravail"] == offer["lieuTravail"]
    assert values["entreprise_detail"] == offer["entreprise"]


@pytest.mark.parametrize(
    ("record", "default", "expected"),
    [
        ({"type": "formation"}, "offre", "formation"),
        ({"type": "Offre d'emploi"}, None, "offre"),
        ({"type": "titre professionnel (TP)", "duree": "1 an"}, None, "formation"),
        ({"type": "titre professionnel (TP)", "duree": "1 an"}, "offre", "offre"),
        ({"typeContrat": "CDI", "duree": "1 an", "romeCode": ""}, None, "offre"),
        ({"objectif": ""}, None, "formation"),
        ({}, "offre", "offre"),
    ],
)
def test_type(record: dict[str, Any], default: FicheType | None, expected: str) -> None:
    assert to_contract({"id": "1", "intitule": "x"} | record, default_type=default)["type"] == expected


@pytest.mark.parametrize("record", [{}, {"type": "métier"}, {"typeContrat": "CDI", "duree": "1 an"}])
def test_no_type(record: dict[str, Any]) -> None:
    with pytest.raises(FicheInvalid) as caught:
        to_contract({"id": "1", "intitule": "x"} | record)
    assert (caught.value.code, caught.value.champ, caught.value.fiche_id) == ("type_inconnu", "type", "1")


def test_a_foreign_type_is_kept() -> None:
    values = to_contract({"id": "1", "intitule": "x", "type": "BTS (BTS)", "acces": "bac"})
    assert (values["type"], values["type_diplome"], values["acces"]) == ("formation", "BTS (BTS)", "bac")


def test_prose_is_joined_once() -> None:
    record = {
        "id": "1", "libelle": "Web", "description": "Une formation.", "contenu": "HTML", "objectif": "Créer",
        "prerequis": "", "résultats_attendus": "Web", "attendus": "Aimer lire",
        "text": "Web\nUne formation.\nCréer\nHTML",
    }  # fmt: skip
    values = to_contract(record)
    assert values == {
        "id": "1", "intitule": "Web", "description": "Une formation.\nCréer\nHTML\nAimer lire", "type": "formation",
    }  # fmt: skip


def test_whole_text_alone_is_the_description() -> None:
    assert to_contract({"id": "1", "intitule": "x", "type": "offre", "text": "tout"})["description"] == "tout"


def test_certification_fixture() -> None:
    record = {
        "numero": "RS5719", "intitule": "Tests", "niveau": "NIV6", "formacodes": [["31001", "tests"]],
        "romes": [["M1805", "études"], ["M1802", "expertise"]], "nsf": [["326", "info"]],
        "objectifs_contexte": "Tester",
        "capacites_attestees": "Automatiser", "blocs": [["BC01", "Préparer", "longue liste"]],
    }  # fmt: skip
    fiche = fiche_from_mapping(to_contract(record))
    assert (fiche.id, fiche.rncp, fiche.rome, fiche.formacode) == ("RS5719", "RS5719", ("M1805", "M1802"), ("31001",))
    assert fiche.description == "Tester\nAutomatiser\nPréparer"
    assert (fiche.extras["niveau_sortie"], fiche.extras["nsf"]) == (6, ["326"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [("38550", "RNCP38550"), (403, "RNCP403"), ("RS12", "RS12"), ("", None), ("non inscrit", None)],
)
def test_certification_number(given: object, expected: str | None) -> None:
    assert to_contract({"id": "1", "intitule": "x", "type": "formation", "rncp": given}).get("rncp") == expected


def test_links_between_courses_and_jobs_are_no_code_of_the_course() -> None:
    values = to_contract({"id": "1", "intitule": "x", "duree": "2 ans", "romes_via_metiers": {"M1805": 3}})
    assert "rome" not in values
    assert values["romes_via_metiers"] == {"M1805": 3}


def test_join_prose_keeps_the_fuller_text_and_the_order() -> None:
    assert join_prose(["Lire", "A  web", "a WEB site", "", "-", "c"], "C") == "Lire\na WEB site"

"""JSON documents: the offers API, and lists of records."""

from __future__ import annotations

import json

import pytest

from cartography.fiche import Fiche
from cartography.readers import jsonarray
from tests.cartography.readers.support import error, fiche, read_bytes

OFFER = {
    "id": "048KLTP", "intitule": "Développeur web (H/F)", "description": "React et Node",
    "lieuTravail": {"libelle": "75 - Paris 10e", "latitude": 48.876, "longitude": 2.357,
                    "codePostal": "75010", "commune": "75110"},
    "romeCode": "M1855", "romeLibelle": "Développeur", "appellationlibelle": "Développeur / Développeuse web",
    "entreprise": {"nom": "Exemple"}, "typeContrat": "CDI", "dateCreation": "2026-05-04T08:00:00.000Z",
    "competences": [{"code": "1", "libelle": "Coder", "exigence": "E"}], "salaire": {"montant": 41.5},
    "nombrePostes": 2,
}  # fmt: skip


@pytest.mark.parametrize("shape", ["array", "envelope"])
def test_offers(shape: str) -> None:
    document = (
        [OFFER]
        if shape == "array"
        else {"filtresPossibles": [{"filtre": "x", "agregation": [1]}], "resultats": [OFFER]}
    )
    [record] = read_bytes(json.dumps(document).encode(), "france_travail")
    offer = fiche(record)
    assert (offer.id, offer.type, offer.rome, offer.appellation) == (
        "048KLTP", "offre", ("M1855",), "Développeur / Développeuse web",
    )  # fmt: skip
    assert offer.description == "React et Node"
    expected = {
        "lieu": "75 - Paris 10e", "latitude": 48.876, "longitude": 2.357, "code_postal": "75010", "commune": "75110",
        "entreprise": "Exemple", "contrat": "CDI", "date": "2026-05-04T08:00:00.000Z",
        "competences": OFFER["competences"], "salaire": {"montant": 41.5}, "nombrePostes": 2,
        "lieuTravail": OFFER["lieuTravail"], "typeContrat": "CDI", "romeLibelle": "Développeur",
    }  # fmt: skip
    assert {name: offer.extras[name] for name in expected} == expected
    assert type(offer.extras["nombrePostes"]) is int
    json.dumps(offer.as_json())


def test_a_bare_offer_is_an_offer() -> None:
    [record] = read_bytes(b'{"resultats": [{"id": "1", "intitule": "x"}]}', "france_travail")
    assert fiche(record).type == "offre"


def test_bad_elements_keep_their_rank() -> None:
    bad = b'5, {"id": "a"}, {"id": "b", "type": "offre", "intitule": "x", "n": 1e999}, [], ' + b"[" * 90 + b"]" * 90
    records = read_bytes(
        b'[{"id": "0", "intitule": "x", "type": "offre"}, ' + bad + b', {"type": "offre", "intitule": "y"}]', "json"
    )
    assert [r.id if isinstance(r, Fiche) else (r.code, r.position) for r in records] == [
        "0", ("objet_attendu", 2), ("type_inconnu", 3), ("nombre_invalide", 4), ("objet_attendu", 5),
        ("json_trop_profond", 6), "essai#7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b'[{"id": "1", "type": "offre", "intitule": "x"}, {"id": "2"', "json_tronque"),
        (b'[{"id": "1", "type": "offre", "intitule": "x"},, {}]', "json_invalide"),
        (b'[{"id": "1", "type": "offre", "intitule": "x"}] []', "json_invalide"),
        (b'[{"id": "1", "type": "offre", "intitule": "x"}, {"n": NaN}]', "json_invalide"),
        (b'[{"id": "1", "type": "offre", "intitule": "x"}, "\xff"]', "json_invalide"),
        (b'[{"id": "1", "type": "offre", "intitule": "x"}, ' + b"9" * 5000 + b"]", "nombre_invalide"),
        (b'[{"id": "1", "type": "offre", "intitule": "x"}, 1e99999999999999999999999]', "json_invalide"),
    ],
)
def test_broken_json_ends_with_one_error(document: bytes, code: str) -> None:
    *good, last = read_bytes(document, "json")
    assert (error(last).code, error(last).position) == (code, len(good) + 1)
    assert all(isinstance(record, Fiche) for record in good)


def test_nesting_of_a_hundred_thousand_levels_costs_one_record() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    first, last = read_bytes(b'[{"x": ' + deep + b'}, {"id": "1", "type": "offre", "intitule": "x"}]', "json")
    assert error(first).code == "json_trop_profond"
    assert fiche(last).id == "1"


def test_an_element_too_large_costs_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonarray, "MAX_RECORD", 1000)
    large = json.dumps([{"id": "1", "d": "x" * 2000, "e": {"f": [1]}}, {"id": "2", "type": "offre", "intitule": "x"}])
    first, last = read_bytes(large.encode(), "json")
    assert error(first).code == "fiche_trop_grande"
    assert fiche(last).id == "2"


def test_a_value_without_end_stops_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonarray, "MAX_VALUE", 1_000_000)
    [record] = read_bytes(b'["' + b"x" * 3_000_000 + b'"]', "json")
    assert error(record).code == "valeur_trop_grande"


def test_envelopes_and_objects_without_list() -> None:
    inner = '{"id": "1", "type": "offre", "intitule": "x"}'
    assert [fiche(r).id for r in read_bytes(f'{{"total": 1, "fiches": [{inner}], "z": [3]}}'.encode(), "json")] == ["1"]
    for lonely in (inner, '{"autre": [1]}', '{"id": "1", "formations": [{"niveau": "x"}]}'):
        assert [error(r).code for r in read_bytes(lonely.encode(), "json")] == ["json_sans_liste"]
    assert read_bytes(b'{"resultats": []}', "json") == []

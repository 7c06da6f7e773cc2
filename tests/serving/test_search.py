"""POST /search and /similar: filters by identifier or label, origins, typed errors."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.schemas import ErreurReponse, SearchResponse


def found(client: TestClient, path: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    SearchResponse.model_validate(response.json())
    return [(r["type"], r["id"]) for r in response.json()["resultats"]]


def erreur(client: TestClient, path: str, body: Any, status: int) -> tuple[str, str | None]:
    response = client.post(path, json=body)
    assert response.status_code == status, response.text
    error = ErreurReponse.model_validate(response.json()).erreur
    return error.code, error.champ


def test_the_nearest_come_first(client: TestClient) -> None:
    hits = client.post("/search", json={"texte": "data engineer", "k": 3}).json()["resultats"]
    assert hits[0]["id"] == "f3"
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"type": "offre"}, {"o1", "o2", "o3"}),
        ({"numerique": False}, {"o3", "f4"}),
        ({"poste": "data-scientist"}, {"o2"}),
        ({"poste": "Data Scientist", "type": "formation"}, set()),
    ],
)
def test_filters(client: TestClient, filters: dict[str, Any], kept: set[str]) -> None:
    assert {i for _, i in found(client, "/search", {"texte": "métier", **filters})} == kept


def test_labels_are_understood_and_told_back(client: TestClient) -> None:
    body = {"texte": " data ", "famille": "DATA, intelligence artificielle & IoT", "poste": "Data-scientist (H/F)"}
    response = client.post("/search", json=body)
    assert response.json()["requete"] == {
        "texte": "data",
        "k": 10,
        "famille": "data-intelligence-artificielle-iot",
        "poste": "data-scientist",
    }


@pytest.mark.parametrize("champ", ["famille", "metier", "poste"])
def test_an_unknown_node_names_the_field(client: TestClient, champ: str) -> None:
    # A poste's name is no famille: the level counts.
    name = "boulanger" if champ == "poste" else "data-scientist-junior"
    assert erreur(client, "/search", {"texte": "x", champ: name}, 422) == ("valeur_inconnue", champ)


@pytest.mark.parametrize(
    ("body", "champ"),
    [
        ({"texte": ""}, "texte"),
        ({"texte": "  \n"}, "texte"),
        ({}, "texte"),
        ({"texte": 7}, "texte"),
        ({"texte": "x" * 4001}, "texte"),
        ({"texte": "x", "k": 0}, "k"),
        ({"texte": "x", "k": 51}, "k"),
        ({"texte": "x", "type": "stage"}, "type"),
        ({"texte": "x", "numerique": "oui"}, "numerique"),
        ({"texte": "x", "lieu": "Paris"}, "lieu"),
    ],
)
def test_a_bad_query_names_the_field(client: TestClient, body: dict[str, Any], champ: str) -> None:
    assert erreur(client, "/search", body, 422) == ("requete_invalide", champ)


def test_similar_to_a_record_of_the_index(client: TestClient) -> None:
    hits = found(client, "/similar", {"id": "o1", "type": "offre", "cible": "formation", "k": 2})
    assert hits[0] == ("formation", "f1")
    assert len(hits) == 2
    # The same identifier is a formation too: that one is no duplicate of the offer.
    assert ("offre", "o1") not in found(client, "/similar", {"id": "o1", "type": "offre"})
    assert ("formation", "o1") in found(client, "/similar", {"id": "o1", "type": "offre"})


def test_similar_to_a_given_record_leaves_itself_out(client: TestClient) -> None:
    fiche = {"id": "f3", "type": "formation", "intitule": "Data engineer", "description": "Bases."}
    hits = found(client, "/similar", {"fiche": fiche, "k": 7})
    assert len(hits) == 7
    assert ("formation", "f3") not in hits
    assert found(client, "/similar", {"fiche": {**fiche, "id": "autre"}, "k": 1}) == [("formation", "f3")]


def test_similar_to_a_text(client: TestClient) -> None:
    response = client.post("/similar", json={"texte": "cuisinier", "cible": "formation", "k": 1})
    assert response.json()["resultats"][0]["id"] == "f4"
    assert response.json()["requete"] == {"texte": "cuisinier", "k": 1, "cible": "formation"}


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"id": "absent"}, 404, ("fiche_inconnue", "id")),
        ({"id": "f1", "type": "offre"}, 404, ("fiche_inconnue", "id")),
        ({}, 422, ("requete_invalide", None)),
        ({"id": "f1", "texte": "x"}, 422, ("requete_invalide", None)),
        ({"texte": "x", "type": "offre"}, 422, ("requete_invalide", None)),
        ({"texte": ""}, 422, ("requete_invalide", "texte")),
        ({"fiche": {"id": "z", "type": "offre"}}, 422, ("fiche_invalide", "fiche.intitule")),
        ({"fiche": "f1"}, 422, ("fiche_invalide", "fiche")),
        ({"id": "f1", "k": 1000}, 422, ("requete_invalide", "k")),
    ],
)
def test_similar_refusals(client: TestClient, body: Any, status: int, expected: tuple[str, str | None]) -> None:
    assert erreur(client, "/similar", body, status) == expected


def test_a_surrogate_in_a_query_is_a_typed_refusal(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    for path, raw in (("/search", rb'{"texte": "\ud800"}'), ("/similar", rb'{"id": "\ud800"}')):
        response = client.post(path, content=raw, headers=headers)
        assert response.status_code == 422
        assert "Unicode" in response.json()["erreur"]["message"]

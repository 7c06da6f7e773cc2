"""POST /search and /similar: filters by identifier or label, origins, typed errors."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from serving.api import create_app
from serving.engine import Engine
from serving.schemas import ErreurReponse
from serving.search_schemas import ChangeResponse, SearchResponse, SimilarResponse, SuggestResponse
from serving.settings import Settings


def found(client: TestClient, path: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    (SearchResponse if path == "/search" else SimilarResponse).model_validate(response.json())
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
    assert {i for _, i in found(client, "/search", filters)} == kept
    assert {i for _, i in found(client, "/search", {"texte": "métier", **filters})} <= kept


def test_labels_are_understood_and_told_back(client: TestClient) -> None:
    body = {"texte": " data ", "famille": "DATA, intelligence artificielle & IoT", "poste": "Data-scientist (H/F)"}
    response = client.post("/search", json=body)
    asked = response.json()["requete"]
    assert asked.pop("numerique")["score"] > 0.5
    assert asked == {
        "texte": "data",
        "lu": "data",
        "corrections": {},
        "developpes": {},
        "k": 10,
        "debut": 0,
        "tri": "pertinence",
        "famille": "data-intelligence-artificielle-iot",
        "poste": "data-scientist",
    }


def test_places_levels_and_durations_are_understood(client: TestClient) -> None:
    body = {"lieu": "Lyon 3e", "rayon_km": 12.5, "region": ["Bretagne", "84"], "niveau_sortie": 5, "certifiante": True,
            "departement": "Rhône", "certification": "rncp 37674", "depuis": "2026-01-31"}  # fmt: skip
    asked = client.post("/search", json=body).json()["requete"]
    assert asked["autour"]["km"] == 12.5
    assert asked["autour"]["latitude"] == pytest.approx(45.76, abs=0.05)
    assert asked["region"] == ["53", "84"]
    assert (asked["departement"], asked["niveau_sortie"], asked["certifiante"]) == ("69", "5", "oui")
    assert (asked["certification"], asked["depuis"]) == ("RNCP37674", "2026-01-31")
    point = {"lieu": {"latitude": 48.1, "longitude": -1.7}}
    assert client.post("/search", json=point).json()["requete"]["autour"]["latitude"] == 48.1


def test_facets_have_labels(client: TestClient) -> None:
    body = {"facettes": ["type", "famille"], "type": "offre"}
    facets = client.post("/search", json=body).json()["facettes"]
    assert {value["valeur"]: value["nombre"] for value in facets["type"]} == {"formation": 5, "offre": 3}
    assert {"developpement", "data-intelligence-artificielle-iot"} <= {value["valeur"] for value in facets["famille"]}
    assert all(value["libelle"] and value["libelle"] != value["valeur"] for value in facets["famille"])


@pytest.mark.parametrize("champ", ["famille", "metier", "poste"])
def test_an_unknown_node_names_the_field(client: TestClient, champ: str) -> None:
    # A poste's name is no famille: the level counts.
    name = "boulanger" if champ == "poste" else "data-scientist-junior"
    assert erreur(client, "/search", {"texte": "x", champ: name}, 422) == ("valeur_inconnue", champ)


@pytest.mark.parametrize(
    ("body", "champ"),
    [
        ({"texte": 7}, "texte"),
        ({"texte": "x" * 4001}, "texte"),
        ({"texte": "x", "k": 0}, "k"),
        ({"texte": "x", "k": 51}, "k"),
        ({"texte": "x", "type": "stage"}, "type"),
        ({"texte": "x", "numerique": "oui"}, "numerique"),
        ({"texte": "x", "ville": "Paris"}, "ville"),
        ({"lieu": {"latitude": 91, "longitude": 0}}, "lieu"),
        ({"debut": -1}, "debut"),
        ({"debut": 1001}, "debut"),
        ({"tri": "prix"}, "tri"),
        ({"tri": "distance"}, "tri"),
        ({"facettes": ["couleur"]}, "facettes.0"),
        ({"niveau_sortie": 9}, "niveau_sortie"),
        ({"duree_min": -1}, "duree_min"),
        ({"famille": ["developpement"] * 51}, "famille"),
    ],
)
def test_a_bad_query_names_the_field(client: TestClient, body: dict[str, Any], champ: str) -> None:
    code, named = erreur(client, "/search", body, 422)
    assert code == ("tri_sans_lieu" if body.get("tri") == "distance" else "requete_invalide")
    # A field that takes several forms names the form after it.
    assert named is not None
    assert named.startswith(champ)


@pytest.mark.parametrize(
    ("body", "code", "champ"),
    [
        ({"lieu": "Trifouillis"}, "lieu_inconnu", "lieu"),
        ({"region": "Mordor"}, "valeur_inconnue", "region"),
        ({"departement": ["69", "999"]}, "valeur_inconnue", "departement"),
        ({"depuis": "hier"}, "valeur_inconnue", "depuis"),
    ],
)
def test_an_unknown_value_names_the_field(client: TestClient, body: dict[str, Any], code: str, champ: str) -> None:
    assert erreur(client, "/search", body, 422) == (code, champ)


def test_suggestions(client: TestClient) -> None:
    response = client.get("/suggest", params={"q": "développeur w", "k": 3})
    assert response.status_code == 200
    found = SuggestResponse.model_validate(response.json()).suggestions
    assert len(found) == 3
    assert any(one.texte == "Développeur web" and one.genre == "poste" for one in found)
    assert client.get("/suggest", params={"q": "x", "k": 21}).status_code == 422
    assert client.get("/suggest").status_code == 422


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
    assert client.post("/similar", json={"fiche": fiche, "k": 1}).json()["resultats"][0]["raisons"]


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


def test_what_is_stored_is_found_at_once_and_what_is_removed_no_more(writable: TestClient) -> None:
    client = writable
    before = client.get("/versions").json()["index"]["count"]
    good = {"id": "n1", "type": "offre", "intitule": "Développeur web zorglub"}
    response = client.put("/fiches", json={"fiches": [good, {"id": "n2", "type": "offre"}, 7]})
    assert response.status_code == 200, response.text
    change = ChangeResponse.model_validate(response.json())
    assert (change.nouvelles, change.remplacees) == (1, 0)
    assert [(e.id, e.erreur.champ) for e in change.erreurs] == [("n2", "intitule"), (None, None)]
    assert found(client, "/search", {"texte": "développeur web zorglub", "k": 1}) == [("offre", "n1")]
    index = client.get("/versions").json()["index"]
    assert (index["count"], index["version"]) == (before + 1, change.versions.index)
    assert client.put("/fiches", json={"fiches": [good]}).json()["remplacees"] == 1
    gone = client.post("/fiches/delete", json={"fiches": [{"type": "offre", "id": "n1"}, {"type": "offre", "id": "z"}]})
    assert gone.json()["retirees"] == 1
    assert ("offre", "n1") not in found(client, "/search", {})


def test_only_those_with_a_key_may_write(engine: Engine, settings: Settings) -> None:
    body = {"fiches": [{"type": "offre", "id": "absente"}]}

    def status(headers: dict[str, str], **change: Any) -> int:
        app = create_app(lambda: engine, settings.model_copy(update=change))
        with TestClient(app) as client:
            return client.post("/fiches/delete", json=body, headers=headers).status_code

    keys = {"api_keys": SecretStr("un, deux")}
    assert status({}, **keys) == 401
    assert status({"Authorization": "Bearer trois"}, **keys) == 401
    assert status({"Authorization": "Bearer deux"}, **keys) == 200
    assert status({"X-API-Key": "un"}, **keys) == 200
    assert status({}, host="0.0.0.0") == 401
    assert status({}) == 200
    # A server that listens wider than its setting says is reached by another address than this machine's own.
    with TestClient(create_app(lambda: engine, settings), base_url="http://192.0.2.7:3000") as client:
        assert client.post("/fiches/delete", json=body).status_code == 401
    with TestClient(create_app(lambda: engine, settings), base_url="http://127.0.0.1:3000") as client:
        assert client.post("/fiches/delete", json=body).status_code == 200


def test_a_disk_that_refuses_is_told_and_nothing_is_stored(
    writable: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "plein")

    monkeypatch.setattr("models.search.live._tell", full)
    before = found(writable, "/search", {"k": 50})
    response = writable.put("/fiches", json={"fiches": [{"id": "n1", "type": "offre", "intitule": "Web"}]})
    assert response.status_code == 503
    assert response.headers["retry-after"]
    error = ErreurReponse.model_validate(response.json()).erreur
    assert error.code == "index_non_inscriptible"
    assert "plus de place" in error.message
    assert found(writable, "/search", {"k": 50}) == before


def test_one_record_is_read_by_its_identifier(client: TestClient) -> None:
    answer = client.get("/fiches", params={"id": "o1", "type": "offre"})
    assert answer.status_code == 200
    hit = answer.json()["fiche"]
    assert (hit["type"], hit["id"]) == ("offre", "o1")
    listed = client.post("/search", json={"texte": hit["intitule"], "type": "offre", "k": 50}).json()["resultats"]
    same = next(other for other in listed if other["id"] == "o1")
    assert {name: same[name] for name in ("fiche", "numerique", "poste", "doublons")} == {
        name: hit[name] for name in ("fiche", "numerique", "poste", "doublons")
    }
    assert hit["score"] is None
    missing = client.get("/fiches", params={"id": "absente"})
    assert missing.status_code == 404
    assert missing.json()["erreur"] == {
        "code": "fiche_inconnue",
        "message": "aucune fiche 'absente' dans l'index",
        "champ": "id",
    }
    assert client.get("/fiches").status_code == 422

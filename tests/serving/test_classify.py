"""POST /classify: order, isolation of bad records, limits, independence from the batch."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from cartography.loading import load_version
from serving.schemas import ClassifyResponse, ErreurReponse

GOOD = {"id": "a", "type": "offre", "intitule": "Data scientist"}


def fiche(rank: int, intitule: str, **more: Any) -> dict[str, Any]:
    return {"id": f"n{rank}", "type": "formation", "intitule": intitule, **more}


def test_answers_follow_the_contract(client: TestClient) -> None:
    response = client.post("/classify", json={"fiches": [GOOD], "top_k": 3})
    assert response.status_code == 200
    body = response.json()
    ClassifyResponse.model_validate(body)
    (answer,) = body["resultats"]
    assert answer["id"] == "a"
    assert answer["poste"]["id"] == "data-scientist"
    assert len(answer["candidats"]) == 3
    assert set(answer["versions"]) == {"modele", "cartographie", "rome"}


def test_bad_records_do_not_touch_their_neighbours(client: TestClient) -> None:
    bad: list[Any] = [
        7, None, "texte", [], {}, {"id": "b"}, {**GOOD, "type": "stage"}, {**GOOD, "intitule": "<p></p>"},
        {**GOOD, "intitule": ["x"]}, {**GOOD, "rome": {"a": 1}}, {**GOOD, "id": {"a": 1}},
        {**GOOD, "intitule": "x" * 10_001},
    ]  # fmt: skip
    fiches = [item for value in bad for item in (GOOD, value)] + [GOOD]
    body = client.post("/classify", json={"fiches": fiches}).json()
    ClassifyResponse.model_validate(body)
    alone = client.post("/classify", json={"fiches": [GOOD]}).json()["resultats"][0]
    assert all(answer == alone for answer in body["resultats"][::2])
    errors = body["resultats"][1::2]
    assert all(e["erreur"]["code"] in {"fiche_invalide", "champ_vide"} for e in errors)
    assert errors[5] == {
        "id": "b",
        "erreur": {"code": "fiche_invalide", "message": "type : champ obligatoire absent", "champ": "type"},
    }


def test_lone_surrogates_are_errors_of_their_record(client: TestClient) -> None:
    raw = (
        rb'{"fiches": [{"id": "a", "type": "offre", "intitule": "Data scientist"},'
        rb' {"id": "b\ud800", "type": "offre", "intitule": "x"},'
        rb' {"id": "c", "type": "offre", "intitule": "x", "rome": ["\udfff"]},'
        rb' {"id": "d", "type": "offre", "intitule": "x", "libre": "\ud800"},'
        rb' {"id": "e", "type": "offre", "intitule": "x", "\ud800": 1}]}'
    )
    response = client.post("/classify", content=raw, headers={"content-type": "application/json"})
    assert response.status_code == 200
    answers = response.json()["resultats"]
    assert "erreur" not in answers[0]
    assert "erreur" in answers[1]
    assert "erreur" in answers[2]


def test_an_answer_does_not_depend_on_its_batch(client: TestClient) -> None:
    titles = [t for p in load_version().postes for t in (p.libelle, f"{p.libelle} {p.definition}"[:200])]
    fiches = [fiche(i, t, rome=["M1855"] if i % 3 == 0 else []) for i, t in enumerate(titles)]
    together = client.post("/classify", json={"fiches": fiches}).json()["resultats"]
    alone = [client.post("/classify", json={"fiches": [f]}).json()["resultats"][0] for f in fiches[::7]]
    assert together[::7] == alone
    backwards = client.post("/classify", json={"fiches": fiches[::-1]}).json()["resultats"]
    assert backwards[::-1] == together


@pytest.mark.parametrize(
    ("body", "champ"),
    [
        ({"fiches": []}, "fiches"),
        ({"fiches": [GOOD] * 301}, "fiches"),
        ({"fiches": GOOD}, "fiches"),
        ({}, "fiches"),
        ({"fiches": [GOOD], "top_k": 0}, "top_k"),
        ({"fiches": [GOOD], "top_k": 21}, "top_k"),
        ({"fiches": [GOOD], "top_k": "5"}, "top_k"),
        ({"fiches": [GOOD], "top_k": True}, "top_k"),
        ({"fiches": [GOOD], "topk": 5}, "topk"),
    ],
)
def test_a_bad_request_names_the_field(client: TestClient, body: Any, champ: str) -> None:
    response = client.post("/classify", json=body)
    assert response.status_code == 422
    erreur = ErreurReponse.model_validate(response.json()).erreur
    assert (erreur.code, erreur.champ) == ("requete_invalide", champ)
    assert champ in erreur.message


def test_the_largest_batch_passes(client: TestClient) -> None:
    fiches = [fiche(i, "Développeur web") for i in range(300)]
    answers = client.post("/classify", json={"fiches": fiches, "top_k": 20}).json()["resultats"]
    assert [a["id"] for a in answers] == [f["id"] for f in fiches]
    assert {len(a["candidats"]) for a in answers} == {20}


def test_the_words_that_weighed_most_are_given_when_asked_for(client: TestClient) -> None:
    asked = {"fiches": [{**GOOD, "description": "Vous rejoignez une équipe."}, 7]}
    plain = client.post("/classify", json=asked).json()["resultats"]
    body = client.post("/classify", json={**asked, "mots": True}).json()
    ClassifyResponse.model_validate(body)
    answer, error = body["resultats"]
    assert error == plain[1]
    words = [proof for proof in answer["preuves"] if proof["type"] == "mot"]
    assert {"data", "scientist"} & {word["texte"] for word in words}
    assert all(0 < word["score"] <= 1 and word["postes"] == ["data-scientist"] for word in words)
    assert [proof for proof in answer["preuves"] if proof["type"] != "mot"] == plain[0]["preuves"]


def test_few_records_are_explained_at_once(client: TestClient) -> None:
    asked = {"fiches": [fiche(i, "Data scientist") for i in range(51)]}
    assert client.post("/classify", json=asked).status_code == 200
    refused = client.post("/classify", json={**asked, "mots": True})
    assert refused.status_code == 422
    assert refused.json()["erreur"]["champ"] == "mots"

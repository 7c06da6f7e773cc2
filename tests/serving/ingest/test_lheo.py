"""POST /classify of a LHÉO document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.index import SAMPLE_FILES
from serving.schemas import ClassifyResponse, ErreurReponse
from tests.serving.ingest.support import XML, ask

COURSE = '<formation numero="{0}"><intitule-formation>{1}</intitule-formation></formation>'


def document(*courses: str, head: str = "") -> bytes:
    return f"{head}<lheo><offres>{''.join(courses)}</offres></lheo>".encode()


def post(client: TestClient, body: bytes, **more: Any) -> Any:
    return client.post("/classify", content=body, headers={**XML, **more.pop("headers", {})}, **more)


def test_courses_are_answered_as_records_are(client: TestClient) -> None:
    titles = ["Développeur web", "Data scientist", "CAP Boulanger"]
    courses = [COURSE.format(i, title) for i, title in enumerate(titles)]
    fiches = [{"id": str(i), "type": "formation", "intitule": title} for i, title in enumerate(titles)]
    response = post(client, document(*courses), params={"top_k": 2})
    assert response.content == ask(client, fiches, top_k=2).content
    ClassifyResponse.model_validate(response.json())


def test_the_sample_catalogue_passes(client: TestClient) -> None:
    body = SAMPLE_FILES[0].read_bytes()
    courses = body.split(b"</formation>")
    short = b"</formation>".join(courses[:21]) + b"</formation></offres></lheo>"
    answers = post(client, short, headers={"content-type": "text/xml; charset=utf-8"}).json()["resultats"]
    assert len(answers) == 21
    assert not any("erreur" in answer for answer in answers)


def test_a_bad_course_is_its_own_error(client: TestClient) -> None:
    good = COURSE.format("a", "Data scientist")
    alone = post(client, document(good)).json()["resultats"][0]
    first, error, last = post(client, document(good, COURSE.format("b", ""), good)).json()["resultats"]
    assert first == last == alone
    assert error["id"] == "b"
    assert (error["erreur"]["champ"], error["erreur"]["position"]) == ("intitule", 2)
    assert "fichier" not in error["erreur"]


@pytest.mark.parametrize(
    ("accept", "lines"),
    [
        ("application/x-ndjson", True),
        ("application/json;q=0.5, application/x-ndjson", True),
        ("*/*", False),
        ("application/json, application/x-ndjson;q=0.1", False),
        (";;q=,", False),
    ],
)
def test_lines_where_the_client_would_rather_have_them(client: TestClient, accept: str, lines: bool) -> None:
    body = document(COURSE.format("a", "Data scientist"), COURSE.format("b", ""))
    response = post(client, body, headers={"accept": accept})
    listed = post(client, body).json()["resultats"]
    if lines:
        assert response.headers["content-type"] == "application/x-ndjson"
        assert [json.loads(line) for line in response.content.splitlines()] == listed
    else:
        assert response.json()["resultats"] == listed


ENTITIES = '<!DOCTYPE lheo [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE lheo [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "xml_invalide"),
        (b"pas du XML", "xml_invalide"),
        (document(COURSE.format("a", "x"))[:-3], "xml_invalide"),
        (document(COURSE.format("a", "&b;"), head=ENTITIES), "xml_interdit"),
        (document(COURSE.format("a", "&x;"), head=OUTSIDE), "xml_interdit"),
        (b"<lheo>" + b"<a>" * 300 + b"</a>" * 300 + b"</lheo>", "xml_interdit"),
        (b"<?xml version='1.0' encoding='klingon'?><lheo/>", "xml_invalide"),
        (b"<html><body/></html>", "lheo_attendu"),
        (document(), "requete_invalide"),
        (document(*(COURSE.format(i, "x") for i in range(301))), "requete_invalide"),
    ],
)
def test_what_is_no_document_is_refused_whole(client: TestClient, body: bytes, code: str) -> None:
    response = post(client, body)
    assert response.status_code == 422, response.text
    assert ErreurReponse.model_validate(response.json()).erreur.code == code
    assert "root:" not in response.text


def test_documents_are_bounded(client: TestClient) -> None:
    response = post(client, document(COURSE.format("a", "x" * 200_000)))
    assert (response.status_code, response.json()["erreur"]["code"]) == (413, "corps_trop_gros")
    many = document(*(COURSE.format(i, "Data scientist") for i in range(51)))
    refused = post(client, many, params={"mots": "true"})
    assert (refused.status_code, refused.json()["erreur"]["champ"]) == (422, "mots")


def test_other_encodings_of_xml_are_read(client: TestClient) -> None:
    course = COURSE.format("a", "Développeur·se web")
    expected = post(client, document(course)).content
    text = document(course).decode()
    for name in ("iso-8859-1", "utf-16"):
        body = f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(name)
        assert post(client, body).content == expected

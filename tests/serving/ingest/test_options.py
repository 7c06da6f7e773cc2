"""What answers are asked to say: evidence or none, another version of the cartographie."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from cartography.errors import RecordError
from cartography.fiche import fiche_from_mapping
from cartography.loading import load_version
from models.classifier import Classifier
from serving.batch import answer_records
from serving.errors import json_bytes
from serving.ingest.carrying import Carrying, carryings
from serving.schemas import ClassifyResponse
from tests.serving.ingest.support import GOOD, ask, fiche

POSTES = [fiche(i, p.libelle) for i, p in enumerate(load_version().postes)]
MIXED = [*POSTES, fiche(999, "Boulanger"), {**GOOD, "rome": ["M1405", "Z9999"], "appellation": "38972"}, {"id": "b"}]


def answers_of(client: TestClient, **options: Any) -> list[dict[str, Any]]:
    body = ask(client, MIXED, **options).json()
    ClassifyResponse.model_validate(body)
    found: list[dict[str, Any]] = body["resultats"]
    return found


def test_answers_are_those_of_the_command_line_byte_for_byte(client: TestClient, tiny_classifier: Classifier) -> None:
    records = [fiche_from_mapping(value) for value in MIXED[:-1]]
    refused = RecordError("fiche_invalide", "type : champ obligatoire absent", "b", "type")
    expected = answer_records([*records, refused], tiny_classifier, 5)
    assert ask(client, MIXED).content == json_bytes({"resultats": [answer.as_json() for answer in expected]})


def test_without_evidence_nothing_else_changes(client: TestClient) -> None:
    plain, bare = answers_of(client), answers_of(client, preuves=False)
    assert any(answer.get("preuves") for answer in plain)
    assert [{**answer, "preuves": []} if "erreur" not in answer else answer for answer in plain] == bare


def test_words_are_evidence(client: TestClient) -> None:
    response = ask(client, [GOOD], preuves=False, mots=True)
    assert (response.status_code, response.json()["erreur"]["champ"]) == (422, "mots")


def test_without_evidence_none_is_looked_for(tiny_classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object) -> None:
        raise AssertionError("looked for")

    monkeypatch.setattr(tiny_classifier, "_evidence", type("Silent", (), {"find": find})())
    (answer,) = tiny_classifier.classify([fiche_from_mapping(GOOD)], evidence=False)
    assert answer.preuves == ()


def test_the_services_own_version_is_the_default(client: TestClient) -> None:
    assert answers_of(client, cartographie="2023-01") == answers_of(client)
    assert answers_of(client, cartographie=None) == answers_of(client)


def test_an_older_version_has_its_familles(client: TestClient) -> None:
    older = load_version("2022")
    plain, carried = answers_of(client), answers_of(client, cartographie="2022")
    assert len(carried) == len(plain)
    for now, then in zip(plain, carried, strict=True):
        if "erreur" in now:
            assert now == then
            continue
        assert then["metier"] is then["poste"] is None
        assert then["candidats"] == []
        assert then["versions"] == {**now["versions"], "cartographie": "2022"}
        assert then["niveau"] in ("famille", "aucun")
        assert (then["famille"] is None) == (now["famille"] is None)
        same = ("id", "numerique", "preuves")
        assert {key: now[key] for key in same} == {key: then[key] for key in same}
        if now["poste"]:
            famille = older.famille_of(load_version(), now["poste"]["id"])
            assert then["famille"]["id"] == famille.id
            assert then["famille"]["libelle"] == famille.libelle
    assert len({answer["famille"]["id"] for answer in carried if answer.get("famille")}) == 7


def test_all_versions_stand_beside_the_services_own(client: TestClient) -> None:
    plain, carried, both = (answers_of(client, cartographie=c) for c in (None, "2022", "toutes"))
    for now, then, answer in zip(plain, carried, both, strict=True):
        others = answer.pop("autres_cartographies", None)
        assert answer == now
        if others is not None:
            assert others == {"2022": {key: then[key] for key in ("niveau", "famille", "metier", "poste")}}


@pytest.mark.parametrize("version", ["1789", "", "TOUTES", "2023"])
def test_an_unknown_version_is_refused(client: TestClient, version: str) -> None:
    response = ask(client, [GOOD], cartographie=version)
    assert response.status_code == 422
    erreur = response.json()["erreur"]
    assert (erreur["code"], erreur["champ"]) == ("cartographie_inconnue", "cartographie")
    assert "2023-01, 2022, toutes" in erreur["message"]


def test_a_split_famille_is_told_of_no_answer_that_is_not_sure_of_its_part(tiny_classifier: Classifier) -> None:
    how = carryings(load_version())["2022"]
    assert how.places["data-engineer"][1] == "famille"
    assert how.places["architecte-cloud"][1] == "metier"
    (answer,) = tiny_classifier.classify([fiche_from_mapping(fiche(1, "Architecte cloud"))])
    assert answer.niveau == "poste"
    assert answer.metier is not None
    told = how.tell(answer)
    assert told["niveau"] == "famille"
    assert told["famille"]["score"] == answer.metier.as_json()["score"]
    unsure = type(answer)(**{name: getattr(answer, name) for name in answer.__slots__} | {"niveau": "famille"})
    assert how.tell(unsure) == {**told, "niveau": "aucun"}


def test_a_poste_that_the_older_version_has_no_place_for_is_not_carried(tiny_classifier: Classifier) -> None:
    how = Carrying("2022", {})
    (answer,) = tiny_classifier.classify([fiche_from_mapping(GOOD)])
    assert how.tell(answer) == {"niveau": "aucun", "famille": None, "metier": None, "poste": None}

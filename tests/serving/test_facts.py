"""GET /cartographie, /versions, the page, and the contract itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cartography.loading import VERSIONS, load_version
from serving.engine import Engine
from serving.routes import page
from serving.schemas import ErreurReponse, VersionsResponse


def test_the_tree_is_that_of_the_data_file(client: TestClient) -> None:
    body = client.get("/cartographie").json()
    assert body.pop("versions") == list(VERSIONS)
    for poste in (p for f in body["familles"] for m in f["metiers"] for p in m["postes"]):
        del poste["rome"]
    assert body == load_version().as_json()
    assert client.get("/cartographie", params={"version": "2022"}).json()["version"] == "2022"


def test_an_unknown_version_is_refused(client: TestClient) -> None:
    response = client.get("/cartographie", params={"version": "1789"})
    assert response.status_code == 422
    assert ErreurReponse.model_validate(response.json()).erreur.champ == "version"


def test_lookup_in_the_tree(client: TestClient) -> None:
    body = client.get("/cartographie", params={"q": "DÉVELOPPEUSE full-stack (H/F)"}).json()
    assert [(n["niveau"], n["id"]) for n in body["noeuds"]] == [("poste", "developpeur-full-stack")]
    assert client.get("/cartographie", params={"q": "boulanger"}).json()["noeuds"] == []


def test_versions(client: TestClient, engine: Engine) -> None:
    body = client.get("/versions").json()
    VersionsResponse.model_validate(body)
    assert body["modele"] == engine.classifier.bundle.manifest.version
    assert body["index"]["count"] == 8


def test_the_page_and_its_files(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>genscan</title>", encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", tmp_path)
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["content-security-policy"].startswith("default-src 'self'")
    assert client.get("/page/absent.js").status_code == 404
    for path in ("/page/../settings.py", "/page/%2e%2e/settings.py", "/page/..%2fsettings.py"):
        assert client.get(path).status_code == 404


def test_the_contract_tells_limits_and_errors(client: TestClient) -> None:
    contract = client.get("/openapi.json").json()
    schemas = contract["components"]["schemas"]
    assert schemas["ClassifyRequest"]["properties"]["fiches"]["maxItems"] == 300
    assert schemas["ClassifyRequest"]["properties"]["fiches"]["items"] == {"$ref": "#/components/schemas/FicheSchema"}
    assert schemas["ClassifyRequest"]["additionalProperties"] is False
    assert schemas["SimilarRequest"]["properties"]["texte"]["anyOf"][0]["maxLength"] == 4000
    for path in ("/classify", "/search", "/similar"):
        documented = contract["paths"][path]["post"]["responses"]
        assert {"200", "413", "415", "422", "429", "500", "503"} <= set(documented)
        for status in documented.keys() - {"200"}:
            schema = documented[status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErreurReponse"}


def test_no_documentation_page_fetches_from_elsewhere(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_postes_tell_the_rome_codes_that_lead_to_them(client: TestClient) -> None:
    tree = client.get("/cartographie").json()
    postes = {p["id"]: p for f in tree["familles"] for m in f["metiers"] for p in m["postes"]}
    codes = [code["code"] for code in postes["developpeur-front-end"]["rome"]]
    assert "M1855" in codes
    parts = [code["part"] for code in postes["developpeur-front-end"]["rome"]]
    assert parts == sorted(parts, reverse=True)
    assert all(0 < part <= 1 for part in parts)
    assert all(code["libelle"] for poste in postes.values() for code in poste["rome"])

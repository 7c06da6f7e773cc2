"""The contract tells every way to ask /classify."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_it_tells_bodies_options_and_answers(client: TestClient) -> None:
    contract = client.get("/openapi.json").json()
    operation = contract["paths"]["/classify"]["post"]
    bodies = operation["requestBody"]["content"]
    assert set(bodies) == {"application/json", "application/x-ndjson", "application/xml", "text/xml"}
    assert "1000000 lignes" in bodies["application/x-ndjson"]["schema"]["description"]
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "application/x-ndjson"}
    assert {"413", "415", "422", "429", "500", "503"} <= set(operation["responses"])
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert set(parameters) == {"top_k", "preuves", "cartographie", "mots"}
    assert all(parameter["in"] == "query" and not parameter["required"] for parameter in parameters.values())
    assert parameters["top_k"]["schema"]["maximum"] == 20
    assert parameters["cartographie"]["schema"]["enum"] == ["2023-01", "2022", "toutes"]


def test_it_tells_the_shapes(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    request = schemas["ClassifyRequest"]["properties"]
    assert set(request) == {"fiches", "top_k", "preuves", "cartographie", "mots"}
    assert (request["top_k"]["maximum"], request["preuves"]["default"]) == (20, True)
    others = schemas["Resultat"]["properties"]["autres_cartographies"]["anyOf"][0]
    assert others["additionalProperties"] == {"$ref": "#/components/schemas/Ailleurs"}
    assert "autres_cartographies" not in schemas["Resultat"]["required"]

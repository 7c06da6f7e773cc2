"""The page: every file that it asks for is served with its type, and what it asks the API for exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from cartography.corrections import MAX_NOTE, MAX_POSTES
from models.search.criteria import CRITERIA
from serving.routes.page import PAGE
from serving.search_schemas import SearchRequest

HTML = (PAGE / "index.html").read_text(encoding="utf-8")
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in PAGE.glob("*.js")}

_IMPORT = re.compile(r"""^(?:import|export)\b[^;"]*?from "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)""", re.M)


def imports(script: str) -> list[str]:
    return [name for found in _IMPORT.findall(script) for name in found if name]


def reached(name: str, seen: set[str]) -> Iterator[str]:
    """Yield a module and all that it imports, itself or through others."""
    if name in seen:
        return
    seen.add(name)
    yield name
    for other in imports(SCRIPTS[name]):
        assert other.startswith("./"), f"{name} : {other}"
        yield from reached(other.removeprefix("./"), seen)


def test_every_file_that_the_page_names_is_served_with_its_type(client: TestClient) -> None:
    names = re.findall(r'(?:href|src)="(/[^"#]*)"', client.get("/").text)
    assert {name.rpartition(".")[2] for name in names} == {"css", "js", "svg"}
    for name in names:
        response = client.get(name)
        assert response.status_code == 200, name
        kind = {"css": "text/css", "js": "javascript", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
        assert kind in response.headers["content-type"], name


def test_every_module_imported_is_served_and_none_is_left_over(client: TestClient) -> None:
    modules = list(reached("app.js", set()))
    for name in modules:
        response = client.get(f"/page/{name}")
        assert response.status_code == 200, name
        # A browser refuses a module of another type, all the more with nosniff.
        assert "javascript" in response.headers["content-type"], name
        assert response.headers["x-content-type-options"] == "nosniff"
    assert set(modules) == SCRIPTS.keys()


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_names_imported_are_exported(name: str) -> None:
    for names, source in re.findall(r'^import \{([^}]*)\} from "\./([^"]+)";', SCRIPTS[name], re.M):
        exported = set(re.findall(r"^export (?:async )?(?:const|let|function|class) (\w+)", SCRIPTS[source], re.M))
        assert {one.strip() for one in names.split(",") if one.strip()} <= exported, source


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_elements_asked_for_are_in_the_page(name: str) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', HTML))
    assert set(re.findall(r'\bbyId\("([^"]+)"\)', SCRIPTS[name])) <= ids


def test_references_between_elements_lead_somewhere() -> None:
    ids = re.findall(r'\bid="([^"]+)"', HTML)
    assert len(ids) == len(set(ids))
    named = re.findall(r'\b(?:for|aria-controls|aria-describedby|aria-labelledby)="([^"]+)"', HTML)
    assert {one for names in named for one in names.split()} <= set(ids)


@pytest.mark.parametrize(
    "name", sorted(path.name for path in PAGE.iterdir() if path.suffix in {".html", ".css", ".js"})
)
def test_nothing_is_parsed_as_html_nor_asked_elsewhere(name: str) -> None:
    text = (PAGE / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|https?://", text)
    # The policy refuses them.
    assert not re.search(r'<style|\bstyle="|\bon[a-z]+="', text)


def test_criteria_offered_are_those_of_the_api() -> None:
    (listed,) = re.findall(r"export const FACETTES = \[([^\]]+)\]", SCRIPTS["filters.js"])
    offered = set(re.findall(r'"(\w+)"', listed))
    assert offered <= set(CRITERIA)
    assert offered <= SearchRequest.model_fields.keys()
    orders = re.findall(r'<option value="(\w+)">', HTML.partition('<select id="tri">')[2].partition("</select>")[0])
    assert set(orders) <= set(get_args(SearchRequest.model_fields["tri"].annotation))


def test_what_the_page_asks_is_understood(client: TestClient) -> None:
    body = {
        "texte": "", "numerique": True, "famille": ["developpement"], "region": ["Bretagne"], "niveau_sortie": [5, 6],
        "duree": ["moins de 35 h"], "lieu": "Rennes", "rayon_km": 50, "tri": "distance", "k": 10, "debut": 0,
        "facettes": ["type", "famille", "metier", "region"],
    }  # fmt: skip
    answer = client.post("/search", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["requete"]["autour"]["lieu"] == "Rennes"
    refused = client.post("/search", json={"texte": "python", "lieu": "Zzzz"}).json()["erreur"]
    assert (refused["code"], refused["champ"]) == ("lieu_inconnu", "lieu")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/search",
            {"texte": "", "type": "offre", "numerique": True, "k": 1, "facettes": ["poste"], "extraits": False},
        ),
        ("/search", {"texte": "", "lieu": {"latitude": 48.117, "longitude": -1.678}, "rayon_km": 30}),
        ("/search", {"texte": "Data engineer", "type": "formation", "k": 20, "extraits": False}),
        ("/similar", {"id": "f1", "type": "formation", "cible": "offre", "numerique": True, "k": 5}),
        ("/classify", {"fiches": [{"id": "texte-1", "type": "offre", "intitule": "Data"}], "top_k": 20, "mots": True}),
    ],
)
def test_what_its_views_ask_is_understood(client: TestClient, path: str, body: dict[str, object]) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text


def test_results_say_where_they_are(writable: TestClient) -> None:
    fiches = [
        {"id": "ici", "type": "formation", "intitule": "Développeur web à Rennes", "lieu": "Rennes"},
        {"id": "ailleurs", "type": "formation", "intitule": "Développeur web en ligne"},
    ]
    writable.put("/fiches", json={"fiches": fiches})
    hits = writable.post("/search", json={"texte": "développeur web", "type": "formation"}).json()["resultats"]
    places = {hit["id"]: (hit["latitude"], hit["longitude"]) for hit in hits}
    assert places["ici"] == pytest.approx((48.11, -1.67), abs=0.05)
    assert places["ailleurs"] == (None, None)


def test_the_form_of_corrections_knows_the_limits() -> None:
    constants = dict(re.findall(r"^const (\w+) = ([\d_]+);", SCRIPTS["correction.js"], re.M))
    assert (int(constants["MOST_POSTES"]), int(constants["LONGEST_NOTE"])) == (MAX_POSTES, MAX_NOTE)

"""What is counted, and what is told of the versions that answer."""

from __future__ import annotations

from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from serving import metrics
from serving.api import create_app
from serving.engine import Engine
from serving.settings import Settings
from serving.succession import EngineSlot


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_answers_are_counted_by_level_and_famille() -> None:
    names = ("genscan_abstentions_total", "genscan_hors_cartographie_total")
    before = [value(name) for name in names]
    safe = value("genscan_fiches_total", niveau="metier", famille="essai")
    metrics.count_answers([("metier", "essai"), ("aucun", ""), ("metier", "essai"), ("aucun", "essai")])
    assert value("genscan_fiches_total", niveau="metier", famille="essai") == safe + 2
    assert [value(name) for name in names] == [count + 1 for count in before]


def test_records_are_counted_whatever_way_they_come(client: TestClient) -> None:
    def counted() -> tuple[float, float]:
        famille = "data-intelligence-artificielle-iot"
        told = value("genscan_fiches_total", niveau="poste", famille=famille)
        return told, value("genscan_fiches_refusees_total", code="fiche_invalide")

    before = counted()
    client.post("/classify", json={"fiches": [{"id": "a", "type": "offre", "intitule": "Data scientist"}, {}]})
    line = b'{"id": "a", "type": "offre", "intitule": "Data scientist"}\n{}\n'
    client.post("/classify", content=line, headers={"content-type": "application/x-ndjson"})
    assert counted() == (before[0] + 2, before[1] + 2)


def test_the_versions_are_those_that_answer(engine: Engine) -> None:
    slot = EngineSlot()
    slot.engine = engine
    now = engine.generation_versions()
    assert value("genscan_versions", **now) == 1
    metrics.tell_versions({**now, "modele": "suivant"})
    assert value("genscan_versions", **now) == 0
    assert value("genscan_versions", **{**now, "modele": "suivant"}) == 1
    slot.engine = engine
    assert value("genscan_versions", **now) == 1


def test_requests_are_counted_under_names_that_are_few(client: TestClient) -> None:
    def counted(adresse: str, methode: str, statut: str) -> float:
        return value("genscan_requetes_secondes_count", adresse=adresse, methode=methode, statut=statut)

    known = ("/suggest", "GET", "200")
    before = counted(*known), counted("autre", "GET", "404"), counted("autre", "autre", "404")
    client.get("/suggest", params={"q": "dev"})
    for rank in range(5):
        client.get(f"/inconnue/{rank}")
    client.request("INVENTEE", "/inconnue")
    assert (counted(*known), counted("autre", "GET", "404"), counted("autre", "autre", "404")) == (
        before[0] + 1,
        before[1] + 5,
        before[2] + 1,
    )
    client.get("/page/style.css")
    told = client.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain")
    assert 'genscan_requetes_secondes_bucket{adresse="/page/"' in told.text
    assert "inconnue" not in told.text
    assert value("genscan_requetes_en_cours") == 0


def test_measures_are_read_even_when_nothing_else_is_answered(engine: Engine, settings: Settings) -> None:
    full = settings.model_copy(update={"max_concurrency": 0})
    with TestClient(create_app(lambda: engine, full)) as client:
        assert client.get("/versions").status_code == 429
        assert client.get("/metrics").status_code == 200

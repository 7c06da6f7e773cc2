"""What is counted, and what is told of the versions that answer."""

from __future__ import annotations

from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from serving import metrics
from serving.engine import Engine
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

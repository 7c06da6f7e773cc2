from __future__ import annotations

import json
from pathlib import Path

import pytest

from cartography.fiche import Fiche
from cartography.loading import load_version
from training.corpus.unread import unread_records
from training.labels.log import Label, append_labels
from training.labels.records import read_texts
from training.labels.sources import available, text_hash

TREE = load_version()
CLOSED = "éditeur-réservé"


def _offer(number: str, title: str, text: str, source: str = "site") -> dict[str, str]:
    return {"id": number, "intitule": title, "description": text, "source": source}


OFFERS = [
    _offer("lue", "Data engineer", "Construire des pipelines Spark et Airflow pour la banque."),
    _offer("neuve", "Développeuse web", "Écrire des pages en React et TypeScript pour un commerce."),
    _offer("mesuree", "Administrateur réseau", "Gérer commutateurs, routeurs et pare-feu d'un hôpital à Lyon."),
    _offer("test", "Technicien helpdesk", "Répondre aux appels, ouvrir des tickets, dépanner les postes à distance."),
    _offer("reservee", "Analyste SOC", "Surveiller les alertes d'un centre de sécurité et les traiter.", CLOSED),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "offres"
    folder.mkdir(parents=True)
    (folder / "offres.jsonl").write_text("".join(json.dumps(one) + "\n" for one in OFFERS), encoding="utf-8")
    gold = {
        "id": "g",
        "type": "offre",
        "intitule": "Administratrice réseau (H/F)",
        "description": OFFERS[2]["description"],
        "gold": {"numerique": "oui", "postes": ["administrateur-reseau"]},
        "source": "site",
    }
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "dev.jsonl").write_text(json.dumps(gold) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def log(data: Path) -> Path:
    texts = read_texts(data, [source for source in available(data) if source.name == "offres"])
    mark = text_hash(texts["offres", "lue"].fiche)
    path = data / "labels.tsv"
    append_labels(path, [Label("offres", "lue", "offre", mark, "data-engineer", 1, "1", "x", "2026-01-01")])
    return path


def test_only_what_nobody_read_and_nothing_is_measured_on(data: Path, log: Path) -> None:
    test = Fiche("test", "offre", OFFERS[3]["intitule"], OFFERS[3]["description"])
    found = unread_records(data, TREE, [test], held_out=[f"offres/{CLOSED}"], log=log)
    assert [fiche.id for fiche in found] == ["neuve"]


def test_a_publisher_held_back_teaches_nothing_a_freed_one_does(data: Path, log: Path) -> None:
    found = unread_records(data, TREE, held_out=(), log=log)
    assert [fiche.id for fiche in found] == ["neuve", "test", "reservee"]


def test_without_data_there_are_none(tmp_path: Path) -> None:
    assert unread_records(tmp_path, TREE) == ()

"""A new champion, and the one before, taken in by a running service without a failed request."""

from __future__ import annotations

import shutil
import threading
import weakref
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cartography.errors import GenscanError
from models.bundle import DEFAULT_BUNDLE, read_manifest
from models.classifier import Classifier
from models.search.build import build_index
from serving.api import create_app
from serving.engine import Engine
from serving.model import choose_bundle
from serving.settings import Settings
from serving.succession import EngineSlot, Succession
from tests import tiny
from tests.published import Store, like


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def settings(store: Store, tmp_path: Path) -> Settings:
    return Settings(mlflow_tracking_uri=store.uri, var=tmp_path / "var", threads=1, champion_s=1)


def test_without_a_registry_the_embedded_default_answers(tmp_path: Path) -> None:
    assert choose_bundle(Settings(var=tmp_path)) == DEFAULT_BUNDLE


def test_a_named_bundle_wins_over_the_registry(settings: Settings, store: Store, tiny_bundle_dir: Path) -> None:
    store.publish(tiny_bundle_dir, "champion")
    named = settings.model_copy(update={"bundle": DEFAULT_BUNDLE})
    assert choose_bundle(named) == DEFAULT_BUNDLE


def test_a_registry_without_champion_leaves_the_default(settings: Settings) -> None:
    assert choose_bundle(settings) == DEFAULT_BUNDLE


def test_a_registry_that_is_away_leaves_the_last_champion(
    settings: Settings, store: Store, tiny_bundle_dir: Path
) -> None:
    store.publish(tiny_bundle_dir, "champion")
    chosen = choose_bundle(settings)
    away = settings.model_copy(update={"mlflow_tracking_uri": "http://127.0.0.1:9"})
    assert choose_bundle(away) == chosen
    assert choose_bundle(away.model_copy(update={"var": store.folder / "autre"})) == DEFAULT_BUNDLE


def test_a_new_champion_takes_over_while_requests_run(
    settings: Settings, store: Store, tiny_bundle_dir: Path, tmp_path: Path
) -> None:
    first, other = tiny_bundle_dir, like(tiny_bundle_dir, tmp_path / "autre")
    versions = [read_manifest(bundle).version for bundle in (first, other)]
    number = store.publish(first, "champion")
    slot = EngineSlot()
    slot.engine = Engine.load(settings)
    succession = Succession(slot, settings)
    assert not succession.look()

    seen: list[tuple[int, set[str]]] = []
    over = threading.Event()
    body = {"fiches": [{"id": str(i), "type": "offre", "intitule": "Développeur web"} for i in range(5)]}

    def ask() -> None:
        with TestClient(create_app(slot.get, settings)) as client:
            while not over.is_set():
                answer = client.post("/classify", json=body)
                seen.append((answer.status_code, {r["versions"]["modele"] for r in answer.json()["resultats"]}))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        store.publish(other, "champion")
        assert succession.look()
        # And back, as `genscan rollback` does.
        store.client.set_registered_model_alias("genscan-classifier", "champion", str(number))
        assert succession.look()
        while len(seen) < 3:
            thread.join(0.01)
    finally:
        over.set()
        thread.join()
    assert {status for status, _ in seen} == {200}
    assert all(len(found) == 1 for _, found in seen), "an answer mixes two versions"
    assert slot.get().classifier.versions["modele"] == versions[0]


def test_a_champion_that_cannot_serve_is_refused_once(
    settings: Settings, store: Store, tiny_bundle_dir: Path, tmp_path: Path
) -> None:
    store.publish(tiny_bundle_dir, "champion")
    slot = EngineSlot()
    slot.engine = Engine.load(settings)
    succession = Succession(slot, settings)
    bad = like(tiny_bundle_dir, tmp_path / "autre")
    store.publish(bad, "champion")
    for path in store.folder.glob("artefacts/**/heads.safetensors"):
        path.write_bytes(b"")
    with pytest.raises(GenscanError):
        succession.look()
    assert not succession.look()
    assert slot.get().classifier.versions["modele"] == read_manifest(tiny_bundle_dir).version


def test_a_named_index_of_another_encoder_is_indexed_again_beside_it(
    settings: Settings, store: Store, tiny_classifier: Classifier, tiny_bundle_dir: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    build_index([*tiny.OFFRES, *tiny.FORMATIONS], index, tiny_classifier)
    store.publish(tiny_bundle_dir, "champion")
    other = tmp_path / "autre_encodeur"
    tiny.build_bundle(other, scale=2.0)
    slot, named = EngineSlot(), settings.model_copy(update={"index": index})
    slot.engine = Engine.load(named)
    assert slot.get().searcher.index.manifest.version == _version(index, slot)
    store.publish(other, "champion")
    assert Succession(slot, named).look()
    manifest = slot.get().searcher.index.manifest
    assert manifest.modele == read_manifest(other).version
    assert manifest.count == len(tiny.OFFRES) + len(tiny.FORMATIONS)


def _version(index: Path, slot: EngineSlot) -> str:
    from models.search.index import open_index

    return open_index(index, slot.get().classifier.bundle).manifest.version


def test_records_rewritten_many_times_do_not_fill_the_memory(
    tiny_bundle_dir: Path, tiny_index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.engine.MOST_DEAD", 6)
    index = Path(shutil.copytree(tiny_index_dir, tmp_path / "index"))
    own = Settings(bundle=tiny_bundle_dir, index=index, var=tmp_path, threads=1)
    slot = EngineSlot()
    slot.engine = Engine.load(own)
    succession = Succession(slot, own)
    with TestClient(create_app(slot.get, own)) as client:

        def write(rank: int) -> None:
            record = {"id": "n1", "type": "offre", "intitule": f"Administrateur réseau {rank}"}
            assert client.put("/fiches", json={"fiches": [record]}).status_code == 200

        for rank in range(6):
            write(rank)
            assert not succession.look_at_index()
        write(6)
        assert slot.get().searcher.index.dead == 6
        before = client.post("/search", json={"texte": "réseau", "k": 50}).json()
        old = weakref.ref(slot.get().searcher)
        assert succession.look_at_index()
        assert slot.get().searcher.index.dead == 0
        # Nothing is left of the one before, not even where the garbage collector does not look.
        assert old() is None
        assert client.post("/search", json={"texte": "réseau", "k": 50}).json() == before
        write(7)
        found = client.get("/fiches", params={"id": "n1", "type": "offre"}).json()["fiche"]
        assert found["intitule"] == "Administrateur réseau 7"
        assert not succession.look_at_index()

        def again() -> int:
            for rank in range(8):
                write(rank)
            assert succession.look_at_index()
            return len(list(Path("/proc/self/fd").iterdir()))

        # SQLite keeps the files that it closed for those that it opens next: there are no more of them with time.
        assert len({again() for _ in range(4)}) == 1

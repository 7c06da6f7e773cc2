from __future__ import annotations

from pathlib import Path

import pytest

from models.bundle import read_manifest
from models.registry import KEPT, RegistryUnusable, fetch, remember, remembered, resolve
from tests.published import Store, like


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_nothing_is_published(store: Store) -> None:
    assert resolve(store.uri) is None
    assert not (store.folder / "mlflow.db").exists()


def test_the_champion_is_brought_and_checked(store: Store, tiny_bundle_dir: Path, tmp_path: Path) -> None:
    number = store.publish(tiny_bundle_dir, "champion")
    found = resolve(store.uri)
    assert found is not None
    assert (found.number, found.bundle) == (number, read_manifest(tiny_bundle_dir).version)
    kept = tmp_path / "modeles"
    directory = fetch(store.uri, found, kept)
    assert read_manifest(directory).version == found.bundle
    # A damaged copy is brought again.
    (directory / "calibration.json").write_text("{}", encoding="utf-8")
    assert fetch(store.uri, found, kept) == directory
    assert read_manifest(directory).version == found.bundle
    assert remembered(kept) is None
    remember(kept, found)
    assert remembered(kept) == directory
    (directory / "calibration.json").write_text("{}", encoding="utf-8")
    assert remembered(kept) is None


def test_an_altered_artifact_is_refused(store: Store, tiny_bundle_dir: Path, tmp_path: Path) -> None:
    store.publish(tiny_bundle_dir, "champion")
    (altered,) = store.folder.glob("artefacts/**/calibration.json")
    altered.write_text("{}", encoding="utf-8")
    found = resolve(store.uri)
    assert found is not None
    with pytest.raises(RegistryUnusable) as caught:
        fetch(store.uri, found, tmp_path / "modeles")
    assert caught.value.code == "modele_publie_inutilisable"
    assert list((tmp_path / "modeles").glob("minuscule*")) == []


def test_a_server_that_is_away_is_one_error() -> None:
    with pytest.raises(RegistryUnusable) as caught:
        resolve("http://127.0.0.1:9")
    assert caught.value.code == "registre_injoignable"


def test_a_store_does_not_grow(store: Store, tiny_bundle_dir: Path, tmp_path: Path) -> None:
    kept = tmp_path / "modeles"
    for rank in range(KEPT + 2):
        store.publish(like(tiny_bundle_dir, tmp_path / f"m{rank}", characters=100 + rank), "champion")
        found = resolve(store.uri)
        assert found is not None
        last = fetch(store.uri, found, kept)
    bundles = [path for path in kept.iterdir() if path.is_dir()]
    assert len(bundles) == KEPT
    assert last in bundles

"""The application on the tiny model and index."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.api import create_app
from serving.engine import Engine
from serving.settings import Settings


@pytest.fixture(scope="session")
def settings(tiny_bundle_dir: Path, tiny_index_dir: Path) -> Settings:
    # Small limits, so that tests reach them.
    return Settings(
        bundle=tiny_bundle_dir, index=tiny_index_dir, threads=1, max_fiches=300, max_body_bytes=200_000, max_k=50
    )


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Engine:
    return Engine.load(settings)


@pytest.fixture(scope="session")
def client(engine: Engine, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(lambda: engine, settings)) as client:
        yield client


@pytest.fixture
def writable(settings: Settings, tiny_index_dir: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Give the application on an index of its own, which a test may change."""
    own = settings.model_copy(update={"index": Path(shutil.copytree(tiny_index_dir, tmp_path / "index"))})
    engine = Engine.load(own)
    with TestClient(create_app(lambda: engine, own)) as client:
        yield client

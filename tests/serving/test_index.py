"""The sample index: built once, whoever comes first; rebuilt when what it is made from changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cartography.errors import GenscanError
from models.classifier import Classifier
from models.search.generations import current
from models.search.index import open_index
from serving import index as sample
from serving.engine import Engine
from serving.index import ensure_sample_index
from serving.settings import Settings

LINE = '{{"id": "{0}", "type": "offre", "intitule": "Développeur web {0}"}}\n'


@pytest.fixture
def settings(tiny_bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    source = tmp_path / "exemple.jsonl"
    source.write_text("".join(LINE.format(i) for i in range(50)), encoding="utf-8")
    monkeypatch.setattr(sample, "SAMPLE_FILES", (source,))
    return Settings(bundle=tiny_bundle_dir, var=tmp_path / "var", threads=1)


def test_it_is_built_once(settings: Settings, tiny_classifier: Classifier) -> None:
    directory = ensure_sample_index(settings, tiny_classifier)
    first = current(directory)
    assert open_index(directory, tiny_classifier.bundle).manifest.count == 50
    assert ensure_sample_index(settings, tiny_classifier) == directory
    assert current(directory) == first


def test_a_new_catalogue_or_a_damaged_index_is_rebuilt(settings: Settings, tiny_classifier: Classifier) -> None:
    directory = ensure_sample_index(settings, tiny_classifier)
    sample.SAMPLE_FILES[0].write_text(LINE.format("seule"), encoding="utf-8")
    ensure_sample_index(settings, tiny_classifier)
    assert open_index(directory, tiny_classifier.bundle).manifest.count == 1
    folder = current(directory)
    assert folder is not None
    (folder / "vectors.faiss").write_bytes(b"")
    ensure_sample_index(settings, tiny_classifier)
    assert open_index(directory, tiny_classifier.bundle).manifest.count == 1


def test_those_that_start_together_build_one(settings: Settings) -> None:
    # The lock belongs to the open file: threads contend for it as processes do.
    with ThreadPoolExecutor(4) as pool:
        directories = set(pool.map(ensure_sample_index, [settings] * 4))
    assert len(list((directories.pop() / "generations").iterdir())) == 1


def test_a_var_that_cannot_be_written_names_its_variable(settings: Settings, tiny_classifier: Classifier) -> None:
    settings.var.write_text("un fichier", encoding="utf-8")
    with pytest.raises(GenscanError, match="GENSCAN_VAR"):
        ensure_sample_index(settings, tiny_classifier)


def test_the_engine_takes_it_when_no_index_is_set(settings: Settings) -> None:
    engine = Engine.load(settings)
    assert engine.searcher.index.manifest.count == 50

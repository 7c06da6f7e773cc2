"""Passages: where the telling sentences of a record stand, and which of them is nearest in meaning to a query."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.fiche import Fiche
from models.classifier import Classifier
from models.reading import Reader, sentences
from models.search.catalogue import Catalogue
from models.search.generations import current
from models.search.highlights import nearest_passage
from models.search.index import FILES
from models.search.live import compact, delete, upsert
from models.search.passages import KEPT, LOOKED_AT, Passages, in_bytes, passages_of, places_of

TEXT = "Une équipe soudée. Supervision des réseaux. Du pain frais. Une équipe soudée. Le web et les données."
RECORD = Fiche("p1", "formation", "Titre", TEXT)
SHORT = Fiche("p2", "formation", "Titre sans texte")


@given(st.text(max_size=400))
def test_places_are_those_of_sentences_and_never_twice_the_same(text: str) -> None:
    places = places_of(text, Reader({"réseaux": 2.0}, 100))
    told = [text[start:end] for start, end in places.tolist()]
    assert set(told) <= set(sentences(text))
    assert len(set(told)) == len(told) <= KEPT
    assert bool(told) == bool(sentences(text))


def test_bytes_keep_the_order_of_cosines(tiny_classifier: Classifier) -> None:
    encoder = tiny_classifier.bundle.encoder
    vectors = encoder.encode(["web", "réseau", "données", "pain"])
    stored = in_bytes(vectors).astype(np.float32)
    units = stored / np.linalg.norm(stored, axis=1, keepdims=True)
    assert np.abs(units @ vectors.T - vectors @ vectors.T).max() < 0.02


def test_the_nearest_passage_is_shown(tiny_classifier: Classifier) -> None:
    passages = passages_of([TEXT, "", TEXT * 60], tiny_classifier.bundle)
    assert passages[1] is None
    first, long = passages[0], passages[2]
    assert first is not None
    assert long is not None
    assert int(long.places.max()) <= LOOKED_AT
    again = Passages.of_bytes(*first.as_bytes())
    assert np.array_equal(again.places, first.places)
    assert np.array_equal(again.vectors, first.vectors)
    for start, end in first.places.tolist():
        vector = tiny_classifier.bundle.encoder.encode([TEXT[start:end]])[0]
        assert nearest_passage(TEXT, again, vector).texte == TEXT[start:end]
    assert nearest_passage(TEXT, None, vector).texte == TEXT


@pytest.fixture
def directory(tiny_index_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_index_dir, tmp_path / "index"))


def kept(directory: Path) -> dict[str, Passages]:
    """Return id → passages of what an index holds now."""
    catalogue = Catalogue((current(directory) or directory) / FILES.catalogue)
    rows = {row: fiche_id for fiche_id in ("f1", "p1", "p2") for row in catalogue.rows_of(fiche_id)}
    return {rows[row]: found for row, found in catalogue.passages(list(rows)).items()}


def test_passages_follow_their_record(directory: Path, tiny_classifier: Classifier) -> None:
    assert set(kept(directory)) == {"f1"}
    upsert(directory, [RECORD, SHORT], tiny_classifier)
    assert set(kept(directory)) == {"f1", "p1"}
    stored = kept(directory)["p1"].vectors
    compact(directory, tiny_classifier)
    assert np.array_equal(kept(directory)["p1"].vectors, stored)
    upsert(directory, [Fiche("f1", "formation", "Boulanger")], tiny_classifier)
    delete(directory, [("formation", "p1")], tiny_classifier)
    assert kept(directory) == {}


def test_nothing_of_a_removed_record_stays(directory: Path, tiny_classifier: Classifier) -> None:
    path = (current(directory) or directory) / FILES.catalogue

    def count() -> int:
        with sqlite3.connect(path) as db:
            return int(db.execute("SELECT COUNT(*) FROM passages").fetchone()[0])

    before = count()
    upsert(directory, [RECORD], tiny_classifier)
    assert count() == before + 1
    delete(directory, [("formation", "p1")], tiny_classifier)
    assert count() == before

"""Bridges: from an offer to courses and back, varied, with reasons that are true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.fiche import Fiche
from models.classifier import Classifier
from models.search.bridges import Bridge, Bridges, shared_words, varied
from models.search.build import build_index
from models.search.filters import Filters
from models.search.index import open_index
from models.search.live import delete, upsert
from models.search.searcher import Searcher, UnknownFiche

COURSES = Filters(type="formation")
TEXT = "Concevoir des sites, les mettre en ligne, les maintenir, avec une équipe de six personnes à Lyon."
CATALOGUE = (
    Fiche("o1", "offre", "Développeur web", "Des sites.", rome=("M1855",), extras={"lieu": "Lyon"}),
    Fiche("f1", "formation", "Développeur web", "Des pages.", rome=("M1855",), extras={"lieu": "Lyon"}),
    Fiche("f2", "formation", "Administrateur réseau", "Des réseaux."),
    Fiche("f3", "formation", "Data engineer", TEXT, extras={"organisme": "Alpha", "code_postal": "69003"}),
    Fiche("f3bis", "formation", "Data engineer", TEXT, extras={"organisme": "Alpha", "code_postal": "69003"}),
    Fiche("f4", "formation", "CAP Cuisinier", "Des plats."),
)


@pytest.fixture(scope="module")
def bridges(tmp_path_factory: pytest.TempPathFactory, tiny_classifier: Classifier) -> Bridges:
    directory: Path = tmp_path_factory.mktemp("ponts") / "index"
    build_index(CATALOGUE, directory, tiny_classifier)
    return Bridges(Searcher(open_index(directory, tiny_classifier.bundle), tiny_classifier), tiny_classifier)


def ids(found: list[Bridge]) -> list[str]:
    return [bridge.hit.entry.fiche["id"] for bridge in found]


def test_courses_for_an_offer_with_reasons(bridges: Bridges) -> None:
    row = bridges._searcher.row_of("o1", "offre")
    found = bridges.of_row(row, k=3, filters=COURSES)
    assert ids(found)[0] == "f1"
    assert {"type": "poste", "texte": "Développeur web"} in found[0].raisons
    assert {"type": "rome", "texte": "M1855"} in found[0].raisons
    assert {"type": "lieu", "texte": "Lyon"} in found[0].raisons
    assert not any(reason["type"] in ("rome", "lieu") for reason in found[1].raisons)


def test_a_record_is_not_near_itself_nor_its_duplicates(bridges: Bridges) -> None:
    row = bridges._searcher.row_of("f3", "formation")
    assert not {"f3", "f3bis"} & set(ids(bridges.of_row(row, k=9)))
    assert "f3bis" not in ids(bridges.of_row(bridges._searcher.row_of("f1", "formation"), k=9))


def test_a_record_that_another_process_just_stored_or_removed(tmp_path: Path, tiny_classifier: Classifier) -> None:
    build_index(CATALOGUE, tmp_path, tiny_classifier)
    bridges = Bridges(Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier), tiny_classifier)
    upsert(tmp_path, [Fiche("n1", "offre", "Développeur web")], tiny_classifier)
    row = bridges._searcher.row_of("n1", "offre")
    assert ids(bridges.of_row(row, k=2, filters=COURSES))[0] == "f1"
    delete(tmp_path, [("offre", "n1")], tiny_classifier)
    with pytest.raises(UnknownFiche):
        bridges.of_row(row)


def test_a_record_from_elsewhere_and_one_that_is_stored(bridges: Bridges) -> None:
    stored = CATALOGUE[1]
    assert "f1" not in ids(bridges.of_fiche(stored, k=9))
    elsewhere = Fiche("autre", "formation", stored.intitule, stored.description)
    assert ids(bridges.of_fiche(elsewhere, k=1, filters=COURSES)) == ["f1"]


@given(st.integers(0, 12), st.integers(0, 15), st.integers(0, 3))
def test_variety_chooses_each_once_the_best_first(count: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.random(count).astype(np.float32)
    vectors = random.normal(size=(count, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    picked = varied(scores, vectors, k).tolist()
    assert len(picked) == len(set(picked)) == min(k, count)
    assert not picked or picked[0] == int(scores.argmax())
    assert varied(scores, vectors, k, variety=0).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()


def test_shared_words_are_the_telling_ones() -> None:
    salience = {"python": 2.0, "spark": 3.0, "équipe": 0.1}
    one, other = {"intitule": "Python Spark équipe"}, {"intitule": "Une équipe", "description": "Spark, Python"}
    assert shared_words(one, other, salience) == ["spark", "python"]

"""Remembered answers: the same bytes, a bound, its own for each model."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from cartography.fiche import Fiche
from cartography.loading import load_version
from models.classifier import Classifier
from serving.engine import Engine
from serving.ingest.answering import Answering
from serving.ingest.cache import AnswerCache, Told, key_of
from serving.ingest.options import Options
from serving.settings import Settings
from tests import tiny
from tests.conftest import classifier_of


def counted() -> tuple[float, float]:
    """Return hits and misses so far."""
    hits, misses = (REGISTRY.get_sample_value(f"genscan_cache_{name}_total") for name in ("hits", "misses"))
    return hits or 0.0, misses or 0.0


titles = st.sampled_from([p.libelle for p in load_version().postes[:4]] + ["Boulanger", "Développeur (H/F)", "x"])
fiches = st.builds(
    Fiche,
    id=st.text(min_size=1, max_size=3),
    type=st.sampled_from(["offre", "formation"]),
    intitule=titles,
    description=st.sampled_from(["", "Python et SQL.", "Pain et croissants. " * 30]),
    rome=st.lists(st.sampled_from(["M1855", "M1805", "D1102", "Z9999"]), max_size=2, unique=True).map(tuple),
    appellation=st.sampled_from([None, "38972", "Data analyst", "11573"]),
    rncp=st.sampled_from([None, "RNCP37873", "RNCP1"]),
    formacode=st.sampled_from([(), ("31006",), ("31054", "31006")]),
    langue=st.sampled_from([None, "fr"]),
    extras=st.sampled_from([{}, {"lieu": "Lyon"}]),
)
options = st.builds(
    Options,
    top_k=st.integers(1, 3),
    preuves=st.booleans(),
    cartographie=st.sampled_from([None, "2022", "toutes"]),
)


@pytest.fixture(scope="module")
def remembering(tiny_classifier: Classifier) -> Answering:
    # Small, so that answers leave it too.
    return Answering.of(tiny_classifier, 50)


@given(records=st.lists(fiches, max_size=6), asked=options)
def test_answers_are_the_same_with_and_without_it(
    tiny_classifier: Classifier, remembering: Answering, records: list[Fiche], asked: Options
) -> None:
    expected = [Answering.of(tiny_classifier, 0).answer([record], asked)[0] for record in records]
    assert remembering.answer(records, asked) == expected
    assert remembering.answer(records, asked) == expected
    assert len(remembering.cache) <= 50


def test_words_are_remembered_too(remembering: Answering, tiny_classifier: Classifier) -> None:
    records = [Fiche("1", "offre", "Data scientist"), Fiche("2", "offre", "Data scientist", "Du Python.")]
    asked = Options(mots=True)
    expected = Answering.of(tiny_classifier, 0).answer(records, asked)
    assert b'"mot"' in expected[0]
    assert remembering.answer(records, asked) == remembering.answer(records, asked) == expected
    assert remembering.answer(records, Options()) != expected


def test_what_is_read_twice_is_made_once(tiny_classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    answering = Answering.of(tiny_classifier, 10)
    before = counted()
    answering.answer([Fiche("1", "offre", "Boulanger"), Fiche("2", "offre", "Boulanger")], Options())
    assert counted() == (before[0], before[1] + 2)
    with monkeypatch.context() as patched:
        patched.setattr(tiny_classifier.bundle.encoder, "read", None)
        (line,) = answering.answer([Fiche("3", "offre", "Boulanger", extras={"lieu": "Lyon"})], Options())
    assert line.startswith(b'{"id":"3",')
    assert counted() == (before[0] + 1, before[1] + 2)
    # The same text of another type, whose codes mean something else, is another answer.
    answering.answer([Fiche("4", "formation", "Boulanger")], Options())
    assert counted() == (before[0] + 1, before[1] + 3)


def test_the_one_asked_for_longest_ago_leaves_first() -> None:
    cache = AnswerCache(2)
    keys = [key_of(rank) for rank in range(3)]
    told = [Told(str(rank).encode(), "poste", "data") for rank in range(3)]
    cache.keep({keys[0]: told[0], keys[1]: told[1]})
    assert cache.find(keys[:1]) == {keys[0]: told[0]}
    cache.keep({keys[2]: told[2]})
    assert cache.find(keys) == {keys[0]: told[0], keys[2]: told[2]}
    assert len(cache) == 2


def test_none_is_kept_where_it_is_off() -> None:
    cache = AnswerCache(0)
    cache.keep({b"k": Told(b"", "poste", "")})
    assert len(cache) == 0
    assert cache.find([b"k"]) == {}


def test_threads_share_it() -> None:
    cache = AnswerCache(100)

    def work(start: int) -> None:
        for rank in range(start, start + 2000):
            key = key_of(rank % 300)
            cache.keep({key: Told(key, "poste", "")})
            assert all(told.tail == found for found, told in cache.find([key, key_of(rank % 7)]).items())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(cache) == 100


def test_a_new_model_starts_with_none(tiny_bundle_dir: Path, tmp_path: Path, settings: Settings) -> None:
    tiny.build_bundle(tmp_path / "autre", scale=2.0)
    asked = [Fiche("1", "offre", "Data scientist")]
    first, other = (Answering.of(classifier_of(bundle), 10) for bundle in (tiny_bundle_dir, tmp_path / "autre"))
    assert first.answer(asked, Options()) != other.answer(asked, Options())
    engine = Engine.load(settings)
    assert len(engine.answering.cache) == 0
    engine.answering.answer(asked, Options())
    assert len(Engine.load(settings).answering.cache) == 0

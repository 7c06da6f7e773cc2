"""A catalogue that lives: what is stored or removed is seen at once; killed anywhere, the last whole state is there."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cartography.fiche import Fiche
from models.classifier import Classifier
from models.errors import IndexUnusable
from models.search import live
from models.search.filters import Filters
from models.search.generations import current
from models.search.index import FILES, open_index
from models.search.live import Change, IndexBusy, compact, delete, upsert
from models.search.searcher import Query, Searcher
from tests import tiny


@pytest.fixture
def directory(tiny_index_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_index_dir, tmp_path / "index"))


def searcher_of(directory: Path, classifier: Classifier) -> Searcher:
    return Searcher(open_index(directory, classifier.bundle), classifier)


def ids(searcher: Searcher, texte: str = "") -> set[tuple[str, str]]:
    return {(h.entry.fiche["type"], h.entry.fiche["id"]) for h in searcher.search(Query(texte, k=100)).hits}


NEW = Fiche("n1", "formation", "Administrateur réseau sécurité", "Supervision des réseaux.")


def test_what_is_stored_is_found_by_the_next_query(directory: Path, tiny_classifier: Classifier) -> None:
    searcher = searcher_of(directory, tiny_classifier)
    before = ids(searcher)
    assert upsert(directory, [NEW], tiny_classifier) == Change(new=1)
    assert ids(searcher) == before | {("formation", "n1")}
    first = searcher.search(Query(NEW.intitule, k=1)).hits[0]
    assert first.entry.fiche["id"] == "n1"
    assert first.entry.reponse == tiny_classifier.classify([NEW])[0].as_json()
    assert searcher.index.count == len(before) + 1
    assert ids(searcher_of(directory, tiny_classifier)) == ids(searcher)


def test_a_later_version_takes_the_place_of_a_record(directory: Path, tiny_classifier: Classifier) -> None:
    searcher = searcher_of(directory, tiny_classifier)
    count = searcher.index.count
    version = searcher.index.state
    later = Fiche("f1", "formation", "Boulanger", "Du pain.")
    assert upsert(directory, [later, later], tiny_classifier) == Change(replaced=1)
    assert searcher.search(Query("Boulanger", k=1)).hits[0].entry.fiche["id"] == "f1"
    assert searcher.index.count == count
    assert searcher.index.state != version
    assert "Développeur web et mobile" not in {h.entry.fiche["intitule"] for h in searcher.search(Query(k=99)).hits}


def test_what_is_removed_is_found_no_more(directory: Path, tiny_classifier: Classifier) -> None:
    searcher = searcher_of(directory, tiny_classifier)
    before = ids(searcher)
    keys = [("offre", "o1"), ("offre", "absente")]
    assert delete(directory, keys, tiny_classifier) == Change(removed=1)
    assert ids(searcher) == before - {("offre", "o1")}
    assert ("offre", "o1") not in ids(searcher, "Développeur web")
    assert ("formation", "o1") in ids(searcher)


def test_compaction_keeps_what_is_there_and_nothing_else(directory: Path, tiny_classifier: Classifier) -> None:
    upsert(directory, [NEW, Fiche("n2", "offre", "Data engineer", "Spark.")], tiny_classifier)
    delete(directory, [("formation", "f2"), ("offre", "n2")], tiny_classifier)
    old = searcher_of(directory, tiny_classifier)
    expected, nearest = ids(old), [h.entry.fiche["id"] for h in old.search(Query("réseau", k=3)).hits]
    assert compact(directory, tiny_classifier) == len(expected)
    new = searcher_of(directory, tiny_classifier)
    assert ids(new) == ids(old) == expected
    assert [h.entry.fiche["id"] for h in new.search(Query("réseau", k=3)).hits] == nearest
    assert new.index.vectors.stored == len(expected)
    # Rows go on where they were: a new record never takes the place of one that is gone.
    upsert(directory, [Fiche("n3", "offre", "Data scientist")], tiny_classifier)
    assert ids(new) == expected | {("offre", "n3")}


def _killed_in_the_middle(directory: Path, bundle: Path) -> None:
    from models.search import live as module
    from tests.conftest import classifier_of

    def die(*_: object, **__: object) -> None:
        os._exit(9)

    module._tell = die  # records and vectors are written, nothing is committed
    upsert(directory, [NEW], classifier_of(bundle))


def test_killed_in_the_middle_of_a_change_it_reopens_as_it_was(
    directory: Path, tiny_bundle_dir: Path, tiny_classifier: Classifier
) -> None:
    before = ids(searcher_of(directory, tiny_classifier))
    process = multiprocessing.get_context("spawn").Process(
        target=_killed_in_the_middle, args=(directory, tiny_bundle_dir)
    )
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert ids(searcher_of(directory, tiny_classifier)) == before
    assert upsert(directory, [NEW], tiny_classifier) == Change(new=1)
    assert ids(searcher_of(directory, tiny_classifier)) == before | {("formation", "n1")}


def test_a_failure_undoes_the_whole_batch(
    directory: Path, tiny_classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = searcher_of(directory, tiny_classifier)
    before = ids(searcher)

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(live, "_tell", full)
    with pytest.raises(OSError, match="full"):
        upsert(directory, [NEW], tiny_classifier)
    assert ids(searcher) == before


def test_writers_wait_for_one_another_and_say_so_when_it_lasts(
    directory: Path, tiny_classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WAIT_S", 0.1)
    with live._alone(directory), pytest.raises(IndexBusy, match="écriture"):
        upsert(directory, [NEW], tiny_classifier)
    assert upsert(directory, [NEW], tiny_classifier).new == 1


def test_readers_and_a_writer_side_by_side(directory: Path, tiny_classifier: Classifier) -> None:
    searcher = searcher_of(directory, tiny_classifier)
    base, seen, stop = len(ids(searcher)), list[int](), threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append(len(ids(searcher)))
            page = searcher.search(Query("data engineer", filters=Filters(type="offre"), facettes=("famille",)))
            assert {hit.entry.fiche["type"] for hit in page.hits} == {"offre"}

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for rank in range(10):
            title = f"Data engineer {rank} {'abcdefghij'[rank] * 9}"
            upsert(directory, [Fiche(f"n{rank}", "offre", title)], tiny_classifier)
        stop.set()
        for reader in readers:
            reader.result()
    assert len(ids(searcher)) == base + 10
    assert set(seen) <= set(range(base, base + 11))


def test_another_encoder_may_not_write(directory: Path, tmp_path: Path, tiny_classifier: Classifier) -> None:
    tiny.build_bundle(tmp_path / "autre", scale=2.0)
    from tests.conftest import classifier_of

    with pytest.raises(IndexUnusable) as caught:
        upsert(directory, [NEW], classifier_of(tmp_path / "autre"))
    assert caught.value.code == "index_autre_encodeur"


def test_an_index_that_nobody_may_write_beside_can_be_read(directory: Path, tiny_classifier: Classifier) -> None:
    folder = current(directory)
    assert folder is not None
    expected = ids(searcher_of(directory, tiny_classifier))
    for name in ("-wal", "-shm"):
        (folder / f"{FILES.catalogue}{name}").unlink(missing_ok=True)
    folder.chmod(0o555)
    try:
        assert ids(searcher_of(directory, tiny_classifier)) == expected
    finally:
        folder.chmod(0o755)

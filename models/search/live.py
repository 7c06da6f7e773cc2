"""A catalogue that lives: records are stored and removed by id, visible at once; generations are swapped whole."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cartography.errors import GenscanError
from cartography.fiche import Fiche, fiche_from_mapping
from cartography.files import write_atomic
from models.answer import Answer
from models.classifier import Classifier
from models.encoder import Vectors
from models.search.build import VectorFile
from models.search.generations import new_generation
from models.search.index import FILES, check_index, disk, manifest_of, open_index
from models.search.passages import Passages, passages_of
from models.search.schema import create, open_to_write, seal
from models.search.writer import CatalogueWriter, Tally

WAIT_S = 10.0
"""Seconds that a writer waits for another one."""
_LOCK = ".ecriture"
_PAUSE_S = 0.05


class IndexBusy(GenscanError):
    """Another process has been writing to the index for too long."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did: records new, replaced, removed."""

    new: int = 0
    replaced: int = 0
    removed: int = 0


def upsert(directory: Path, fiches: Sequence[Fiche], classifier: Classifier) -> Change:
    """Store records, in place of those of the same type and id; all of them or, at a failure, none.

    On return they are on disk, and every open index finds them from its next query on.

    Args:
        directory: of an index made with this classifier's encoder.
        fiches: records; of several with one type and id the last stays.
        classifier: encodes and classifies them.

    Raises:
        IndexUnusable: there is no index, or it was made with another encoder or cartographie.
        IndexBusy: another process has been writing for `WAIT_S` seconds.
        OSError: the disk refuses.
    """
    latest = list({(fiche.type, fiche.id): fiche for fiche in fiches}.values())
    encoded = classifier.encode(latest, whole=True)
    answers = classifier.classify(latest, encoded=encoded)
    passages = passages_of([fiche.description for fiche in latest], classifier.bundle)
    with _writing(directory, classifier) as db:
        return _store(db, latest, answers, encoded.embedding, passages)


def _store(
    db: sqlite3.Connection,
    fiches: Sequence[Fiche],
    answers: Sequence[Answer],
    vectors: Vectors,
    passages: Sequence[Passages | None],
) -> Change:
    writer = CatalogueWriter(db)
    stored = writer.add(fiches, answers, passages)
    halves = vectors.astype(np.float16)
    db.executemany(
        "INSERT INTO vecteurs VALUES (?, ?)",
        [(row, half.tobytes()) for row, half in zip(stored.rows, halves, strict=True)],
    )
    writer.count(Tally(fiches))
    _tell(db, gone=stored.replaced, came=stored.rows)
    return Change(new=len(stored.rows) - len(stored.replaced), replaced=len(stored.replaced))


def delete(directory: Path, keys: Iterable[tuple[str, str]], classifier: Classifier) -> Change:
    """Remove records by (type, id); unknown ones are nothing to do. See `upsert` for errors."""
    with _writing(directory, classifier) as db:
        gone = CatalogueWriter(db).remove(keys)
        _tell(db, gone=gone)
        return Change(removed=len(gone))


def _tell(db: sqlite3.Connection, *, gone: Iterable[int] = (), came: Iterable[int] = ()) -> None:
    changes = [*((row, 0) for row in gone), *((row, 1) for row in came)]
    db.executemany("INSERT INTO journal (row, present) VALUES (?, ?)", changes)


def compact(directory: Path, classifier: Classifier, *, progress: Callable[[int], Any] | None = None) -> int:
    """Write a new generation with what the index holds now: recent vectors join the file, what is dead is left out.

    Readers go on with the generation that they have open until they open the new one, which holds the same records.

    Returns:
        How many records it holds.
    """
    with _alone(directory):
        index = open_index(directory, classifier.bundle)
        with new_generation(directory) as folder, disk(), closing(create(folder / FILES.catalogue)) as db:
            vectors = VectorFile(folder, index.vectors.dimension)
            types: Counter[str] = Counter()
            with closing(open_to_write(index.folder / FILES.catalogue)) as old:
                for part in _copy(old, db):
                    rows = np.array([row for row, _, _ in part], dtype=np.int64)
                    vectors.add(rows.tolist(), index.vectors.at(index.columns.positions(rows)))
                    types.update(kind for _, kind, _ in part)
                    if progress:
                        progress(len(part))
            vectors.close()
            seal(db)
            manifest = manifest_of(folder, classifier, types)
            write_atomic(folder / FILES.manifest, (manifest.model_dump_json(indent=1) + "\n").encode())
    return types.total()


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, page: int = 1_000) -> Iterator[list[tuple[int, str, str]]]:
    """Copy the living records with their rows; yield (row, type, fiche) by pages."""
    writer, last, tally = CatalogueWriter(new), 0, Tally()
    query = (
        "SELECT row, type, id, groupe, criteres, fiche, reponse, simhash, debut, longueur, organisme, lieu"
        " FROM fiches WHERE row > ? ORDER BY row LIMIT ?"
    )
    while records := old.execute(query, (last, page)).fetchall():
        first, last = last, int(records[-1][0])
        new.execute("BEGIN")
        new.executemany("INSERT INTO fiches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", records)
        between = (first, last)
        for table, marks in (("blocs", "?, ?"), ("passages", "?, ?, ?")):
            rows = old.execute(f"SELECT * FROM {table} WHERE row > ? AND row <= ?", between).fetchall()  # noqa: S608
            new.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        for record in records:
            fiche = fiche_from_mapping(json.loads(record[5]))
            answer = json.loads(record[6])
            labels = [node["libelle"] for level in ("metier", "poste") if (node := answer[level])]
            writer.add_words(int(record[0]), fiche, labels)
            tally.add(fiche)
        new.execute("COMMIT")
        yield [(int(record[0]), record[1], record[5]) for record in records]
    new.execute("BEGIN")
    writer.count(tally)
    # Rows are never used again, not even those of the latest records if they are gone.
    new.execute("DELETE FROM sqlite_sequence")
    new.executemany(
        "INSERT INTO sqlite_sequence VALUES (?, ?)", old.execute("SELECT * FROM sqlite_sequence").fetchall()
    )
    new.execute("DELETE FROM sqlite_sequence WHERE name = 'journal'")
    new.execute("COMMIT")


@contextmanager
def _writing(directory: Path, classifier: Classifier) -> Iterator[sqlite3.Connection]:
    """Give a transaction on the current generation, committed at the end, undone on an error."""
    with _alone(directory), disk():
        folder, _ = check_index(directory, classifier.bundle)
        with closing(open_to_write(folder / FILES.catalogue)) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keep other writers out: one at a time writes to an index."""
    with (directory / _LOCK).open("w") as held:
        until = time.monotonic() + WAIT_S
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    message = f"{directory} : une autre écriture est en cours ; réessayez"
                    raise IndexBusy("index_occupe", message) from None
                time.sleep(_PAUSE_S)
        yield

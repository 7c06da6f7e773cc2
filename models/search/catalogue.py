"""The records behind the vectors, read from any thread while others are stored."""

from __future__ import annotations

import json
import queue
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cartography.fiche import Fiche, fiche_from_mapping
from cartography.text import fold
from models.encoder import Vectors
from models.search.criteria import Criteria
from models.search.passages import Passages
from models.search.schema import open_to_read

CONNECTIONS = 4
"""Queries that read at once; the others wait for one of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored record: the fiche and its answer as JSON objects of the contract."""

    row: int
    fiche: dict[str, Any]
    reponse: dict[str, Any]


class Facts(NamedTuple):
    """What is known of a row in memory: its group of duplicates and its criteria."""

    row: int
    groupe: int
    criteria: Criteria


class Catalogue:
    """Reads a catalogue's file."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises sqlite3.Error when it is no catalogue."""
        # Opened now and kept: later the file could be gone, its index rebuilt twice since.
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        for _ in range(CONNECTIONS):
            self._idle.put(open_to_read(path))
        self._watch = open_to_read(path)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to read with."""
        db = self._idle.get()
        try:
            yield db
        finally:
            self._idle.put(db)

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self.connection() as db:
            return db.execute(query, values).fetchall()

    def __len__(self) -> int:
        return int(self._rows("SELECT COUNT(*) FROM fiches")[0][0])

    def version(self) -> int:
        """Return a number that changes when anybody has written to the file; for one caller at a time."""
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def last_change(self) -> int:
        """Return the rank of the last change."""
        return int(self._rows("SELECT COALESCE(MAX(seq), 0) FROM journal")[0][0])

    def changes(self, after: int) -> list[tuple[int, int, bool]]:
        """Return (rank, row, whether it came or went) of the changes after a rank, in order."""
        query = "SELECT seq, row, present FROM journal WHERE seq > ? ORDER BY seq"
        return [(seq, row, bool(present)) for seq, row, present in self._rows(query, (after,))]

    def facts(self, page: int = 10_000) -> Iterator[Facts]:
        """Yield what memory keeps of every record, in row order, read by pages."""
        query = "SELECT row, groupe, criteres FROM fiches WHERE row > ? ORDER BY row LIMIT ?"
        last = 0
        while found := self._rows(query, (last, page)):
            yield from (Facts(row, groupe, read_criteria(criteres)) for row, groupe, criteres in found)
            last = int(found[-1][0])

    def facts_of(self, rows: Sequence[int]) -> list[Facts]:
        """Return what memory keeps of those of the rows that are there, in row order."""
        found: list[Facts] = []
        for part in _parts(sorted(rows)):
            query = f"SELECT row, groupe, criteres FROM fiches WHERE row IN ({_marks(part)}) ORDER BY row"  # noqa: S608
            found += [Facts(row, groupe, read_criteria(criteres)) for row, groupe, criteres in self._rows(query, part)]
        return found

    def vectors(self, rows: Sequence[int]) -> dict[int, Vectors]:
        """Return row → vector, float32 (dimension,), of those rows that came after the vectors' file and are there."""
        found: dict[int, Vectors] = {}
        for part in _parts(rows):
            query = f"SELECT row, vecteur FROM vecteurs WHERE row IN ({_marks(part)})"  # noqa: S608  only marks
            for row, stored in self._rows(query, part):
                found[row] = np.frombuffer(stored, dtype=np.float16).astype(np.float32)
        return found

    def passages(self, rows: Sequence[int]) -> dict[int, Passages]:
        """Return row → passages, of those rows that are there and have any."""
        query = f"SELECT row, places, vecteurs FROM passages WHERE row IN ({_marks(rows)})"  # noqa: S608  only marks
        return {row: Passages.of_bytes(places, vectors) for row, places, vectors in self._rows(query, rows)}

    def recent_rows(self) -> list[int]:
        """Return the rows that came after the vectors' file and are still there."""
        query = "SELECT v.row FROM vecteurs v JOIN fiches f ON f.row = v.row ORDER BY v.row"
        return [row for (row,) in self._rows(query)]

    def entries(self, rows: Sequence[int]) -> list[Entry]:
        """Return stored records in the order of `rows`; rows that do not exist are left out."""
        query = f"SELECT row, fiche, reponse FROM fiches WHERE row IN ({_marks(rows)})"  # noqa: S608  only marks
        found = {r: Entry(r, json.loads(f), json.loads(a)) for r, f, a in self._rows(query, rows)}
        return [found[row] for row in rows if row in found]

    def group(self, groupe: int) -> list[tuple[str, str]]:
        """Return (type, id) of the records of a group of duplicates, the first stored first."""
        return self._rows("SELECT type, id FROM fiches WHERE groupe = ? ORDER BY row", (groupe,))

    def fiches(self, page: int = 1000) -> Iterator[Fiche]:
        """Yield every record in row order, read by pages."""
        last = 0
        while found := self._rows("SELECT row, fiche FROM fiches WHERE row > ? ORDER BY row LIMIT ?", (last, page)):
            for _, fiche in found:
                yield fiche_from_mapping(json.loads(fiche))
            last = int(found[-1][0])

    def forms(self, least: int, most: int) -> dict[str, int]:
        """Return words → how many records hold them: the most frequent of those that at least so many do."""
        query = "SELECT forme, fiches FROM formes WHERE fiches >= ? ORDER BY fiches DESC LIMIT ?"
        return dict(self._rows(query, (least, most)))

    def titles(self, least: int, most: int) -> dict[str, int]:
        """Return titles → how many records have them: the most frequent of those that at least so many do."""
        query = "SELECT titre, fiches FROM titres WHERE fiches >= ? ORDER BY fiches DESC LIMIT ?"
        return dict(self._rows(query, (least, most)))

    def folded_titles(self, rows: Sequence[int]) -> list[str]:
        """Return the titles of rows, folded, in their order; "" for those that are gone."""
        found: dict[int, str] = {}
        for part in _parts(rows):
            query = f"SELECT row, json_extract(fiche, '$.intitule') FROM fiches WHERE row IN ({_marks(part)})"  # noqa: S608
            found |= {row: fold(title) for row, title in self._rows(query, part)}
        return [found.get(row, "") for row in rows]

    def rows_of(self, fiche_id: str, fiche_type: str | None = None) -> list[int]:
        """Return the rows of an identifier: none, one, or one a type."""
        query = "SELECT row FROM fiches WHERE id = ? AND (? IS NULL OR type = ?) ORDER BY type"
        return [int(r) for (r,) in self._rows(query, (fiche_id, fiche_type, fiche_type))]


def write_criteria(criteria: Criteria) -> str:
    """Return criteria as they are stored.

    >>> read_criteria(write_criteria(Criteria((("CDI",), ()), (35.0, float("nan")))))
    Criteria(values=(('CDI',), ()), numbers=(35.0, nan))
    """
    numbers = [None if number != number else number for number in criteria.numbers]
    return json.dumps([criteria.values, numbers], ensure_ascii=False, separators=(",", ":"))


def read_criteria(text: str) -> Criteria:
    """Return stored criteria."""
    values, numbers = json.loads(text)
    return Criteria(tuple(map(tuple, values)), tuple(float("nan") if number is None else number for number in numbers))


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _parts(rows: Sequence[int], size: int = 500) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]

"""The records behind the vectors: one SQLite file, rows by the FAISS identifier."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cartography.fiche import Fiche, fiche_from_mapping
from models.answer import Answer

_SCHEMA = """
CREATE TABLE fiches (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    numerique INTEGER NOT NULL,
    famille TEXT,
    metier TEXT,
    poste TEXT,
    fiche TEXT NOT NULL,
    reponse TEXT NOT NULL,
    UNIQUE (type, id)
);
"""


class Facets(NamedTuple):
    """What filters look at: one row's type, decision and best guesses (None when out of scope)."""

    row: int
    type: str
    numerique: bool
    famille: str | None
    metier: str | None
    poste: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored record: the fiche and its answer as JSON objects of the contract."""

    row: int
    fiche: dict[str, Any]
    reponse: dict[str, Any]


class CatalogueWriter:
    """Writes a new catalogue file; a record already there (same type and id) is replaced by the later one."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        self._db = sqlite3.connect(path)
        # The file is new and thrown away if anything fails: the journal would protect nothing.
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)

    def add(self, fiches: Sequence[Fiche], answers: Sequence[Answer]) -> tuple[list[int], list[int]]:
        """Store records; return (their rows in order, rows of the older records that they replace)."""
        rows, replaced = [], []
        for fiche, answer in zip(fiches, answers, strict=True):
            found = self._db.execute(
                "DELETE FROM fiches WHERE type = ? AND id = ? RETURNING row", (fiche.type, fiche.id)
            ).fetchone()
            if found:
                replaced.append(int(found[0]))
            cursor = self._db.execute(
                "INSERT INTO fiches (type, id, numerique, famille, metier, poste, fiche, reponse)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    fiche.type,
                    fiche.id,
                    answer.numerique,
                    answer.famille and answer.famille.id,
                    answer.metier and answer.metier.id,
                    answer.poste and answer.poste.id,
                    json.dumps(fiche.as_json(), ensure_ascii=False),
                    json.dumps(answer.as_json(), ensure_ascii=False),
                ),
            )
            rows.append(int(cursor.lastrowid or 0))
        return rows, replaced

    def close(self) -> None:
        """Commit and close."""
        self._db.commit()
        self._db.close()


class Catalogue:
    """Reads a finished catalogue file, from any thread."""

    def __init__(self, path: Path) -> None:
        """Open read-only. Raises sqlite3.DatabaseError when the file is no catalogue."""
        # One connection for every thread: a file opened later could by then be gone, its index rebuilt twice since.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self._rows("SELECT row, fiche FROM fiches LIMIT 1")

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def __len__(self) -> int:
        return int(self._rows("SELECT COUNT(*) FROM fiches")[0][0])

    def facets(self) -> Iterator[Facets]:
        """Yield what filters look at, in row order."""
        query = "SELECT row, type, numerique, famille, metier, poste FROM fiches ORDER BY row"
        for row, kind, numerique, famille, metier, poste in self._rows(query):
            yield Facets(row, kind, bool(numerique), famille, metier, poste)

    def entries(self, rows: Sequence[int]) -> list[Entry]:
        """Return stored records in the order of `rows`; rows that do not exist are left out."""
        marks = ",".join("?" * len(rows))
        query = f"SELECT row, fiche, reponse FROM fiches WHERE row IN ({marks})"  # noqa: S608  only marks
        found = {r: Entry(r, json.loads(f), json.loads(a)) for r, f, a in self._rows(query, rows)}
        return [found[row] for row in rows if row in found]

    def fiches(self, page: int = 1000) -> Iterator[Fiche]:
        """Yield every record in row order, read by pages."""
        last = 0
        while found := self._rows("SELECT row, fiche FROM fiches WHERE row > ? ORDER BY row LIMIT ?", (last, page)):
            for _, fiche in found:
                yield fiche_from_mapping(json.loads(fiche))
            last = int(found[-1][0])

    def rows_of(self, fiche_id: str, fiche_type: str | None = None) -> list[int]:
        """Return the rows of an identifier: none, one, or one a type."""
        query = "SELECT row FROM fiches WHERE id = ? AND (? IS NULL OR type = ?) ORDER BY type"
        return [int(r) for (r,) in self._rows(query, (fiche_id, fiche_type, fiche_type))]

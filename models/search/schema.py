"""The catalogue's file: one SQLite database, whose words, fingerprints and journal follow its records.

A record's row is never used again: a later version of a record, or the record that comes in place of a deleted one,
gets a new row. Rows therefore only ever grow, and what is kept beside the file (vectors, words) needs no deletion: a
row that is no longer in `fiches` is dead wherever it is met.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = """
CREATE TABLE fiches (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    groupe INTEGER NOT NULL,
    criteres TEXT NOT NULL,
    fiche TEXT NOT NULL,
    reponse TEXT NOT NULL,
    simhash INTEGER NOT NULL,
    debut INTEGER NOT NULL,
    longueur INTEGER NOT NULL,
    organisme TEXT NOT NULL,
    lieu TEXT NOT NULL,
    UNIQUE (type, id)
);
CREATE INDEX fiches_groupe ON fiches (groupe);
CREATE TABLE blocs (bloc TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (bloc, row)) WITHOUT ROWID;
CREATE VIRTUAL TABLE mots USING fts5(intitule, autour, description, content='', tokenize='ascii');
CREATE TABLE passages (row INTEGER PRIMARY KEY, places BLOB NOT NULL, vecteurs BLOB NOT NULL);
CREATE TABLE vecteurs (row INTEGER PRIMARY KEY, vecteur BLOB NOT NULL);
CREATE TABLE journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, row INTEGER NOT NULL, present INTEGER NOT NULL);
CREATE TABLE formes (forme TEXT PRIMARY KEY, fiches INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE titres (titre TEXT PRIMARY KEY, fiches INTEGER NOT NULL) WITHOUT ROWID;
"""
"""`mots` holds terms (`models.search.words`) and no text, `passages` what `models.search.passages` says.
`vecteurs` holds the rows that came after the vectors' file.
`journal` tells those who read the file what has changed. `formes` counts the records that hold a word as it is written,
`titres` those that have a title; what is removed is counted until the next compaction."""


def create(path: Path) -> sqlite3.Connection:
    """Create a catalogue's file to fill. It is new and thrown away if anything fails: no journal protects it yet."""
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;" + SCHEMA)
    return db


def seal(db: sqlite3.Connection) -> None:
    """End the filling: from now on the file is written by transactions that readers do not wait for."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open a sealed file for its one writer."""
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=30)
    db.execute("PRAGMA synchronous = FULL")
    return db


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a sealed file for a reader, on any thread.

    Raises:
        sqlite3.Error: it is no catalogue.
    """
    uri = path.resolve().as_uri()
    try:
        return _checked(sqlite3.connect(f"{uri}?mode=ro", uri=True, check_same_thread=False))
    except sqlite3.OperationalError:
        # Where nothing may be written beside the file, not even the readers' own marks: nobody changes it either.
        return _checked(sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, check_same_thread=False))


def _checked(db: sqlite3.Connection) -> sqlite3.Connection:
    try:
        db.execute("SELECT row, fiche FROM fiches LIMIT 1").fetchall()
        db.execute("PRAGMA cache_size = -16384")
    except sqlite3.Error:
        db.close()
        raise
    return db

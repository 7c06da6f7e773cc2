"""Stores records in a catalogue's file: the fiche, its answer, its words, its duplicates."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cartography.fiche import Fiche
from cartography.nomenclature import Nomenclature, load_nomenclature
from cartography.places import Places, load_places
from cartography.text import strip_gender
from models.answer import Answer
from models.classifier import MAX_CHARS
from models.search.catalogue import write_criteria
from models.search.criteria import criteria_of
from models.search.duplicates import Fingerprint, fingerprint, same
from models.search.passages import Passages
from models.search.words import spelled, terms

MOST_COMPARED = 64
"""Records that share a block with a new one, and are compared with it: the latest."""


class Stored(NamedTuple):
    """Rows of records just stored, in order, and rows of the older versions that they replace."""

    rows: list[int]
    replaced: list[int]


class CatalogueWriter:
    """Writes records; a record already there (same type and id) is replaced by the later one."""

    def __init__(self, db: sqlite3.Connection, places: Places | None = None) -> None:
        """Take a connection to write with (`models.search.schema`)."""
        self._db = db
        self._places = places or load_places()
        self._nomenclature: Nomenclature = load_nomenclature()

    def add(self, fiches: Sequence[Fiche], answers: Sequence[Answer], passages: Sequence[Passages | None]) -> Stored:
        """Store records with their answers and their passages, None for a record without any."""
        rows, replaced = [], []
        for fiche, answer, telling in zip(fiches, answers, passages, strict=True):
            replaced += self.remove([(fiche.type, fiche.id)])
            row = self._insert(fiche, answer)
            if telling is not None:
                self._db.execute("INSERT INTO passages VALUES (?, ?, ?)", (row, *telling.as_bytes()))
            rows.append(row)
        return Stored(rows, replaced)

    def remove(self, keys: Iterable[tuple[str, str]]) -> list[int]:
        """Remove records by (type, id); return the rows of those that were there."""
        gone: list[int] = []
        for key in keys:
            for (row,) in self._db.execute(
                "DELETE FROM fiches WHERE type = ? AND id = ? RETURNING row", key
            ).fetchall():
                gone.append(int(row))
        for table in ("vecteurs", "passages"):
            self._db.executemany(f"DELETE FROM {table} WHERE row = ?", [(row,) for row in gone])  # noqa: S608
        return gone

    def _insert(self, fiche: Fiche, answer: Answer) -> int:
        mark = fingerprint(fiche)
        cursor = self._db.execute(
            "INSERT INTO fiches (type, id, groupe, criteres, fiche, reponse, simhash, debut, longueur, organisme, lieu)"
            " VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                fiche.type,
                fiche.id,
                write_criteria(criteria_of(fiche, answer, self._places)),
                json.dumps(fiche.as_json(), ensure_ascii=False),
                json.dumps(answer.as_json(), ensure_ascii=False),
                mark.simhash,
                mark.head,
                mark.length,
                mark.organisation,
                mark.place,
            ),
        )
        row = int(cursor.lastrowid or 0)
        self._db.execute("UPDATE fiches SET groupe = ? WHERE row = ?", (self._group(mark, row), row))
        self._db.executemany("INSERT OR IGNORE INTO blocs VALUES (?, ?)", [(bloc, row) for bloc in mark.blocks])
        self.add_words(row, fiche, [node.libelle for node in (answer.metier, answer.poste) if node is not None])
        return row

    def _group(self, mine: Fingerprint, row: int) -> int:
        """Return the group of the first stored record that this one is a duplicate of; its own row where none is."""
        marks = ",".join("?" * len(mine.blocks))
        query = (
            "SELECT DISTINCT f.row, f.groupe, f.simhash, f.debut, f.longueur, f.organisme, f.lieu FROM blocs b"  # noqa: S608
            f" JOIN fiches f ON f.row = b.row WHERE b.bloc IN ({marks}) AND b.row <> ? ORDER BY f.row DESC LIMIT ?"
        )
        groups = [
            int(groupe)
            for _, groupe, simhash, head, length, organisation, place in self._db.execute(
                query, (*mine.blocks, row, MOST_COMPARED)
            )
            if same(mine, Fingerprint(mine.blocks, simhash, length, organisation, place, head))
        ]
        return min(groups, default=row)

    def add_words(self, row: int, fiche: Fiche, labels: Iterable[str]) -> None:
        """Store the terms that a record is found by: its own, those of its codes and of the nodes it is filed under."""
        around = [
            *self._nomenclature.said(fiche),
            *labels,
            *(str(fiche.extras.get(name) or "") for name in ("organisme", "entreprise")),
            fiche.rncp or "",
        ]
        texts = (fiche.intitule, " ".join(around), fiche.description[:MAX_CHARS])
        self._db.execute(
            "INSERT INTO mots (rowid, intitule, autour, description) VALUES (?, ?, ?, ?)",
            (row, *(" ".join(terms(text)) for text in texts)),
        )

    def count(self, tally: Tally) -> None:
        """Add words and titles to those counted."""
        for table, column, counts in (("formes", "forme", tally.forms), ("titres", "titre", tally.titles)):
            self._db.executemany(
                f"INSERT INTO {table} VALUES (?, ?)"  # noqa: S608  names of this line
                f" ON CONFLICT ({column}) DO UPDATE SET fiches = fiches + excluded.fiches",
                counts.items(),
            )


class Tally:
    """How many records hold each word, and have each title.

    >>> tally = Tally()
    >>> tally.add(Fiche("1", "offre", "Développeur web (H/F)", "Le web, 35 h"))
    >>> sorted(tally.forms), list(tally.titles)
    (['developpeur', 'web'], ['Développeur web'])
    """

    def __init__(self, fiches: Iterable[Fiche] = ()) -> None:
        self.forms: Counter[str] = Counter()
        self.titles: Counter[str] = Counter()
        for fiche in fiches:
            self.add(fiche)

    def add(self, fiche: Fiche) -> None:
        """Count a record."""
        words = set(spelled(f"{fiche.intitule} {fiche.description[:MAX_CHARS]}"))
        self.forms.update(word for word in words if 3 <= len(word) <= 30 and word.isalpha())
        self.titles[strip_gender(fiche.intitule)[:200]] += 1

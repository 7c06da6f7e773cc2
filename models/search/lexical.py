"""The words' side of search: SQLite FTS5, ranked by BM25 (Robertson & Zaragoza 2009)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

from models.search.catalogue import Catalogue

WEIGHTS = (6.0, 0.5, 1.0)
"""Of a term in the title, in the labels around it, in the description; measured by `genscan search-eval`."""
BUDGET = 5_000
"""Records that a query may have ranked, all its terms together: some 2 ms. The commonest terms are left out past it;
the vectors know them well."""


class Lexicon:
    """Finds records by their terms."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Read the terms of an open catalogue."""
        self._catalogue = catalogue
        self._frequencies: dict[str, int] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Count terms anew: records came or went."""
        with self._lock:
            self._frequencies.clear()

    def search(self, terms: Sequence[str], most: int) -> list[tuple[int, float]]:
        """Return (row, BM25) of the records that hold any of the terms, the best first.

        Args:
            terms: of `models.search.words.terms`.
            most: how many at most.
        """
        wanted = list(dict.fromkeys(terms))
        if not wanted:
            return []
        with self._catalogue.connection() as db:
            told = [f'"{term}"' for term in self._affordable(db, wanted)]
            if not told:
                return []
            query = (
                "SELECT rowid, rank FROM mots WHERE mots MATCH ?"  # noqa: S608  numbers of this module
                f" AND rank MATCH 'bm25({', '.join(map(str, WEIGHTS))})' ORDER BY rank LIMIT ?"
            )
            return [(row, -rank) for row, rank in db.execute(query, (" OR ".join(told), most))]

    def _affordable(self, db: sqlite3.Connection, terms: Sequence[str]) -> list[str]:
        """Return the terms that some record holds, the rarest first, as far as the budget goes."""
        counted = sorted((count, term) for term in terms if (count := self._frequency(db, term)))
        kept, spent = [], 0
        for count, term in counted:
            spent += count
            if spent > BUDGET:
                break
            kept.append(term)
        return kept

    def _frequency(self, db: sqlite3.Connection, term: str) -> int:
        with self._lock:
            known = self._frequencies.get(term)
        if known is None:
            db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.frequences USING fts5vocab(main, mots, 'row')")
            found = db.execute("SELECT doc FROM temp.frequences WHERE term = ?", (term,)).fetchone()
            known = int(found[0]) if found else 0
            with self._lock:
                self._frequencies[term] = known
        return known

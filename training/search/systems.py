"""What search is held against: each finds the ten best courses for a query with one means alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from cartography.fiche import Fiche
from cartography.text import fold
from models.classifier import text_of
from models.encoder import Vectors
from models.search.searcher import Query, Searcher
from training.search.metrics import DEPTH

System = Callable[[Sequence[str]], list[list[str]]]
"""Queries → for each, identifiers, the best first, at most `DEPTH`."""

Encode = Callable[[Sequence[str]], Vectors]

K1, B = 1.2, 0.75
"""Of BM25, as usual."""


def hybrid(searcher: Searcher) -> System:
    """Return the search that is served."""

    def answer(queries: Sequence[str]) -> list[list[str]]:
        pages = (searcher.search(Query(text, k=DEPTH, extraits=False)) for text in queries)
        return [[hit.entry.fiche["id"] for hit in page.hits] for page in pages]

    return answer


def stemmed(searcher: Searcher) -> System:
    """Return the words' side of the search that is served: FTS5 on stemmed terms, titles weighing more."""
    from models.search.lexical import Lexicon
    from models.search.words import terms

    lexicon, catalogue = Lexicon(searcher.index.catalogue), searcher.index.catalogue

    def answer(queries: Sequence[str]) -> list[list[str]]:
        rows = [[row for row, _ in lexicon.search(terms(text), DEPTH)] for text in queries]
        return [[entry.fiche["id"] for entry in catalogue.entries(found)] for found in rows]

    return answer


def meaning(searcher: Searcher, encode: Encode) -> System:
    """Return the vectors' side of the search that is served."""
    index = searcher.index

    def answer(queries: Sequence[str]) -> list[list[str]]:
        found = [index.vectors.search(vector, DEPTH)[1] for vector in encode(queries)]
        return [
            [entry.fiche["id"] for entry in index.catalogue.entries(index.columns.rows(positions).tolist())]
            for positions in found
        ]

    return answer


def fts5(fiches: Sequence[Fiche]) -> System:
    """Return SQLite's full-text search as it comes: words without accents, any of which will do, BM25."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE mots USING fts5(intitule, description, tokenize='unicode61 remove_diacritics 2')")
    db.executemany(
        "INSERT INTO mots (rowid, intitule, description) VALUES (?, ?, ?)",
        [(rank, fiche.intitule, fiche.description) for rank, fiche in enumerate(fiches, 1)],
    )

    def answer(queries: Sequence[str]) -> list[list[str]]:
        found = []
        for text in queries:
            words = fold(text).replace("+", " ").replace("#", " ").split()
            asked = (" OR ".join(f'"{word}"' for word in words), DEPTH)
            rows = db.execute("SELECT rowid FROM mots WHERE mots MATCH ? ORDER BY rank LIMIT ?", asked) if words else ()
            found.append([fiches[rank - 1].id for (rank,) in rows])
        return found

    return answer


def bm25(fiches: Sequence[Fiche]) -> System:
    """Return BM25 (Robertson & Zaragoza 2009) on folded words of title and description together."""
    counter = CountVectorizer(preprocessor=fold, tokenizer=str.split, token_pattern=None)
    counts = sparse.csr_matrix(counter.fit_transform([text_of(fiche) for fiche in fiches]), dtype=np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    holding = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(1 + (len(fiches) - holding + 0.5) / (holding + 0.5))
    longer = K1 * (1 - B + B * lengths / lengths.mean())
    weights = counts.copy()
    rows = np.repeat(np.arange(len(fiches)), np.diff(counts.indptr))
    weights.data = rarity[counts.indices] * counts.data * (K1 + 1) / (counts.data + longer[rows])

    def answer(queries: Sequence[str]) -> list[list[str]]:
        return _best(fiches, (counter.transform(queries) > 0).astype(np.float64) @ weights.T)

    return answer


def letters(fiches: Sequence[Fiche]) -> System:
    """Return TF-IDF on three to five letters."""
    features = TfidfVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    known = features.fit_transform([text_of(fiche) for fiche in fiches])
    return lambda queries: _best(fiches, features.transform(queries) @ known.T)


def dense(fiches: Sequence[Fiche], encode: Encode) -> System:
    """Return the cosines of another encoder, on title and description."""
    known = encode([text_of(fiche) for fiche in fiches])
    return lambda queries: _best(fiches, sparse.csr_matrix(encode(queries) @ known.T))


def _best(fiches: Sequence[Fiche], scores: sparse.spmatrix) -> list[list[str]]:
    """Return, for each row, the identifiers of its best columns; those of score 0 are no result."""
    found = []
    for row in sparse.csr_matrix(scores):
        values = row.toarray().ravel()
        order = np.argsort(-values, kind="stable")[:DEPTH]
        found.append([fiches[rank].id for rank in order if values[rank] > 0])
    return found

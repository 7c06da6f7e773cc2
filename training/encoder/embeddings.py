"""Vectors of many texts, kept on disk by text hash: an interrupted or repeated run starts where it stopped."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from models.encoder import Encoder, Vectors
from models.layout import entry_of

CHUNK = 2048


def cache_path(directory: Path, graph: Path, max_tokens: int) -> Path:
    """Return the cache of one encoder: another graph or another truncation has another file."""
    return directory / f"embeddings-{entry_of(graph).sha256[:12]}-{max_tokens}.sqlite"


def embed(
    encoder: Encoder, texts: Sequence[str], cache: Path, *, progress: Callable[[int], Any] | None = None
) -> Vectors:
    """Return one unit vector a text, in order: float32 (len(texts), dimension).

    Args:
        encoder: the encoder that the cache belongs to.
        texts: any strings.
        cache: SQLite file; made when absent, added to chunk by chunk.
        progress: called with the number of texts done since its last call.
    """
    cache.parent.mkdir(parents=True, exist_ok=True)
    vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
    keys = [hashlib.sha256(text.encode()).digest() for text in texts]
    with closing(sqlite3.connect(cache)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        missing = []
        for row, key in enumerate(keys):
            found = db.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
            if found:
                vectors[row] = np.frombuffer(found[0], dtype=np.float32)
            else:
                missing.append(row)
        if progress:
            progress(len(texts) - len(missing))
        for rows in _chunks(missing):
            vectors[rows] = encoder.encode([texts[r] for r in rows], progress=progress)
            db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)", [(keys[r], vectors[r].tobytes()) for r in rows]
            )
            db.commit()
    return vectors


def _chunks(rows: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(rows), CHUNK):
        yield list(rows[start : start + CHUNK])

"""The systems that search is held against, made from the same courses."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cartography.fiche import Fiche
from models.classifier import text_of
from models.encoder import Encoder, Vectors
from models.search.searcher import Searcher
from training.encoder.base import load_base
from training.encoder.embeddings import cache_path, embed
from training.encoder.graphs import export
from training.encoder.names import DEFAULT_BASE
from training.measure.opponents import PLAIN_TOKENS
from training.search.systems import System, bm25, dense, fts5, letters, meaning, stemmed


def opponents(searcher: Searcher, courses: Sequence[Fiche], cache: Path, base: str | None = None) -> dict[str, System]:
    """Return name → system: those that anybody would assemble, then each side of the search that is served.

    Args:
        searcher: the search that is served, on the same courses.
        courses: what is searched.
        cache: folder of the plain encoder's vectors, kept from one run to the next.
        base: the plain encoder; the default base when None.
    """
    return {
        "BM25": bm25(courses),
        "FTS5": fts5(courses),
        "MiniLM": dense(courses, _plain(base or DEFAULT_BASE, courses, cache)),
        "TF-IDF lettres": letters(courses),
        "mots seuls": stemmed(searcher),
        "vecteurs seuls": meaning(searcher, searcher.encode),
    }


def _plain(name: str, courses: Sequence[Fiche], cache: Path) -> partial[Vectors]:
    base = load_base(name)
    with tempfile.TemporaryDirectory(prefix="genscan-") as directory:
        texts = [text_of(fiche) for fiche in courses[:64]]
        graphs = export(base, min(PLAIN_TOKENS, base.limit), texts, Path(directory))
        return partial(_encode, graphs.encoder, cache_path(cache, graphs.graph, graphs.encoder.max_tokens))


def _encode(encoder: Encoder, cache: Path, texts: Sequence[str]) -> Vectors:
    return embed(encoder, texts, cache)

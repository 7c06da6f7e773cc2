"""Why a record was found: where its words meet the query's, or else the passage nearest to it in meaning."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from models.encoder import Vectors
from models.reading import sentences, words
from models.search.passages import LOOKED_AT, Passages
from models.search.words import terms

_WORD = re.compile(r"(?:[^\W_]|[+#])+")
MAX_EXTRACT = 280
"""Characters of the description shown with a result."""

Spans = list[tuple[int, int]]
"""(start, end) of matched words, in characters."""


class Extract(NamedTuple):
    """What is shown of a description, and where words match in it."""

    texte: str
    reperes: Spans


class Wanted(dict[str, frozenset[str]]):
    """Word → the terms of a query that it stands for: looked up once, most words of a page being the same.

    >>> Wanted(terms("développeurs web"))["Développeuse"] == frozenset(terms("développeur"))
    True
    """

    def __init__(self, wanted: Collection[str]) -> None:
        """Take a query's terms."""
        super().__init__()
        self._wanted = wanted

    def __missing__(self, word: str) -> frozenset[str]:
        found = self[word] = _terms_of(word).intersection(self._wanted)
        return found


def spans(text: str, wanted: Wanted) -> Spans:
    """Return where the words of a text meet the wanted terms.

    >>> spans("Développeuse web", Wanted(terms("développeurs")))
    [(0, 12)]
    """
    return [word.span() for word in _WORD.finditer(text) if wanted[word[0]]]


@lru_cache(maxsize=50_000)
def _terms_of(word: str) -> frozenset[str]:
    return frozenset(terms(word))


def matching_extract(description: str, wanted: Wanted) -> Extract | None:
    """Return the sentence that holds most of the wanted terms, with those after it that fit; None where none does."""
    found = sentences(description[:LOOKED_AT])
    held = [len(frozenset().union(*map(wanted.__getitem__, words(sentence)))) for sentence in found]
    if not any(held):
        return None
    first = int(np.argmax(held))
    text = found[first]
    for sentence in found[first + 1 :]:
        if len(text) + 1 + len(sentence) > MAX_EXTRACT:
            break
        text = f"{text} {sentence}"
    return Extract(text, spans(text, wanted))


def first_lines(description: str) -> Extract:
    """Return the beginning of a description, cut between words."""
    if len(description) <= MAX_EXTRACT:
        return Extract(description, [])
    return Extract(description[:MAX_EXTRACT].rsplit(" ", 1)[0] + "…", [])


def nearest_passage(description: str, passages: Passages | None, vector: Vectors) -> Extract:
    """Return the passage of a description that is nearest in meaning to a query's vector; its beginning without any."""
    if passages is None:
        return first_lines(description)
    start, end = passages.nearest(vector)
    return first_lines(description[start:end])

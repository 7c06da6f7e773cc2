"""Why a record was found: where its words meet the query's, or else the passage nearest to it in meaning."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from models.encoder import Vectors
from models.reading import sentences, words
from models.search.passages import LOOKED_AT, Passages
from models.search.words import terms

MAX_EXTRACT = 280
"""Characters of the description shown with a result."""

Spans = list[tuple[int, int]]
"""(start, end) of matched words, in characters."""


class Extract(NamedTuple):
    """What is shown of a description, and where words match in it."""

    texte: str
    reperes: Spans


def spans(text: str, wanted: Collection[str]) -> Spans:
    """Return where the words of a text meet the wanted terms.

    >>> spans("Développeuse web", terms("développeurs"))
    [(0, 12)]
    """
    found: Spans = []
    start = 0
    for end in [*(rank for rank, character in enumerate(text) if not _of_word(character)), len(text)]:
        word = text[start:end]
        if word and not _terms_of(word).isdisjoint(wanted):
            found.append((start, end))
        start = end + 1
    return found


def _of_word(character: str) -> bool:
    return character.isalnum() or character in "+#"


@lru_cache(maxsize=50_000)
def _terms_of(word: str) -> frozenset[str]:
    return frozenset(terms(word))


def matching_extract(description: str, wanted: Collection[str]) -> Extract | None:
    """Return the sentence that holds most of the wanted terms, with those after it that fit; None where none does."""
    found = sentences(description[:LOOKED_AT])
    held = [len(frozenset().union(*map(_terms_of, words(sentence))).intersection(wanted)) for sentence in found]
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

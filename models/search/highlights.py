"""Why a record was found: where its words meet the query's, or else the passage nearest to it in meaning."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from models.bundle import Bundle
from models.encoder import Vectors
from models.reading import sentences, words
from models.search.words import terms

MAX_EXTRACT = 280
"""Characters of the description shown with a result."""
_LOOKED_AT = 2_000
"""Characters of the description in which words are looked for."""
_PASSAGES, _ALL_PASSAGES = 3, 6
"""Sentences, of a record and of a page, compared with the query where no word meets it: the most telling ones. Encoding
more would take longer than the search."""

_COMPARED = 16
"""Tokens of a sentence that are compared."""

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
    found = sentences(description[:_LOOKED_AT])
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


def nearest_passages(descriptions: Sequence[str], vector: Vectors, bundle: Bundle) -> list[Extract]:
    """Return, for each description, the passage nearest in meaning to a query's vector.

    Only the sentences that tell most of the work are compared (`Reader.salient`).
    """
    each = min(_PASSAGES, max(1, _ALL_PASSAGES // max(1, len(descriptions))))
    picked = [bundle.reader.salient(text[:_LOOKED_AT], each) or [text[:MAX_EXTRACT]] for text in descriptions]
    if each == 1 or not picked:
        return [first_lines(found[0]) for found in picked]
    every = [sentence for found in picked for sentence in found]
    cosines = bundle.encoder.glance(every, _ALL_PASSAGES, _COMPARED) @ vector
    ends = np.cumsum([0, *map(len, picked)]).tolist()
    best = [found[int(np.argmax(cosines[a:b]))] for found, (a, b) in zip(picked, pairwise(ends), strict=True)]
    return [first_lines(sentence) for sentence in best]

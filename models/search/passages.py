"""The sentences that tell most of a record, with their vectors: read when it is stored, compared when it is found.

A person who searches cannot wait for the encoder to read the passages of a page; three rows of bytes a record spare it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.encoder import Vectors
from models.reading import Reader, sentences

LOOKED_AT = 2_000
"""Characters of a description in which passages, and matching words, are looked for."""
KEPT = 3
"""Passages of a record."""
READ = 100
"""Characters of a passage that its vector is made of: enough to tell it from the two others, and reading more would
double the time that a catalogue takes to be indexed."""

Places = NDArray[np.uint16]
"""(n, 2): start and end of each passage in its description, in characters."""


@dataclass(frozen=True, slots=True)
class Passages:
    """Of one record, the most telling first.

    Attributes:
        places: where they are.
        vectors: int8 (n, dimension), each row as long as bytes allow.
    """

    places: Places
    vectors: NDArray[np.int8]

    @classmethod
    def of_bytes(cls, places: bytes, vectors: bytes) -> Passages:
        """Return what `as_bytes` gave."""
        found: Places = np.frombuffer(places, dtype=np.uint16).reshape(-1, 2)
        return cls(found, np.frombuffer(vectors, dtype=np.int8).reshape(len(found), -1))

    def as_bytes(self) -> tuple[bytes, bytes]:
        """Return places and vectors as they are stored."""
        return self.places.tobytes(), self.vectors.tobytes()

    def nearest(self, vector: Vectors) -> tuple[int, int]:
        """Return the (start, end) of the passage nearest in meaning to a vector, float32 (dimension,).

        >>> passages = Passages(np.array([[0, 9], [10, 19]], np.uint16), np.array([[127, 0], [40, 90]], np.int8))
        >>> passages.nearest(np.array([0.0, 1.0], np.float32))
        (10, 19)
        """
        rows = self.vectors.astype(np.float32)
        start, end = self.places[int(np.argmax(rows @ vector / np.linalg.norm(rows, axis=1)))].tolist()
        return start, end


def passages_of(descriptions: Sequence[str], bundle: Bundle) -> list[Passages | None]:
    """Return the passages of each description, in order; None for those that have no sentence."""
    texts = [text[:LOOKED_AT] for text in descriptions]
    places = [places_of(text, bundle.reader) for text in texts]
    heads = [_head(text[start:end]) for text, found in zip(texts, places, strict=True) for start, end in found.tolist()]
    stored = in_bytes(bundle.encoder.encode(heads))
    ends = np.cumsum([0, *map(len, places)]).tolist()
    return [
        Passages(found, stored[first:last]) if len(found) else None
        for found, first, last in zip(places, ends, ends[1:], strict=False)
    ]


def places_of(text: str, reader: Reader) -> Places:
    """Return where the most telling sentences of a text stand, the most telling first.

    >>> places_of("Une équipe soudée. Du Python.", Reader({"python": 2.0}, 100)).tolist()[0]
    [19, 29]
    """
    found: dict[str, tuple[int, int]] = {}
    last = 0
    for sentence in sentences(text):
        start = text.index(sentence, last)
        last = start + len(sentence)
        found.setdefault(sentence, (start, last))
    picked = [found[sentence] for sentence in reader.salient(text, KEPT)]
    return np.array(list(dict.fromkeys(picked)), dtype=np.uint16).reshape(-1, 2)


def in_bytes(vectors: Vectors) -> NDArray[np.int8]:
    """Return unit vectors as bytes; their length is no longer 1.

    >>> in_bytes(np.array([[0.6, -0.8]], np.float32)).tolist()
    [[95, -127]]
    """
    highest = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-9)
    found: NDArray[np.int8] = np.rint(vectors * (127 / highest)).astype(np.int8)
    return found


def _head(sentence: str) -> str:
    if len(sentence) <= READ:
        return sentence
    return sentence[:READ].rsplit(" ", 1)[0]

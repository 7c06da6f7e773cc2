"""Answers that were made already: catalogues repeat themselves, and what is read of a record decides its answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple


class Told(NamedTuple):
    """An answer without its record's identifier.

    Attributes:
        tail: JSON of the answer from after its `id` on, closing brace included.
        niveau: deepest safe level.
        famille: identifier of the best famille, "" outside the cartographie.
    """

    tail: bytes
    niveau: str
    famille: str


def key_of(*parts: object) -> bytes:
    """Return what identifies an answer: a hash of all that decides it.

    >>> key_of(("Développeur", "web"), ("M1855",)) == key_of(("Développeur", "web"), ("M1805",))
    False
    """
    # repr tells a str from a tuple, quotes what it holds, and writes lone surrogates as escapes.
    return blake2b(repr(parts).encode(), digest_size=16).digest()


class AnswerCache:
    """The answers asked for last, as many as it may hold; any thread may use it."""

    def __init__(self, most: int) -> None:
        """Start empty.

        Args:
            most: answers kept; none when 0.
        """
        self._most = most
        self._told: OrderedDict[bytes, Told] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._told)

    def find(self, keys: Iterable[bytes]) -> dict[bytes, Told]:
        """Return those of the answers that are here; they become the last asked for."""
        if not self._most:
            return {}
        found: dict[bytes, Told] = {}
        with self._lock:
            for key in keys:
                told = self._told.get(key)
                if told is not None:
                    self._told.move_to_end(key)
                    found[key] = told
        return found

    def keep(self, made: Mapping[bytes, Told]) -> None:
        """Take answers in, in the place of those asked for longest ago."""
        if not self._most:
            return
        with self._lock:
            for key, told in made.items():
                self._told[key] = told
                self._told.move_to_end(key)
            while len(self._told) > self._most:
                self._told.popitem(last=False)

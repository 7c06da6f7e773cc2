"""Rows found by the first letters of a word, one typo forgiven."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

_FORGIVEN = 4
"""Letters of a word from which one typo is forgiven."""
_END = "\U0010ffff"


class Starts:
    """Rows by the starts of their words: one sorted list of words, their rows one after the other.

    >>> starts = Starts([("web", 0), ("developpeur", 0), ("webmaster", 1)])
    >>> starts.of("we").tolist(), starts.exactly("web").tolist(), sorted(starts.near("webmsater"))
    ([0, 1], [0], ['webmaster'])
    """

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        by_word: dict[str, list[int]] = {}
        for word, row in pairs:
            by_word.setdefault(word, []).append(row)
        self._words = sorted(by_word)
        self._ends = [0, *accumulate(len(by_word[word]) for word in self._words)]
        self._rows = np.fromiter(chain.from_iterable(by_word[word] for word in self._words), np.int64, self._ends[-1])

    def of(self, start: str) -> NDArray[np.int64]:
        """Return the rows of the words that start so."""
        return self._rows[
            self._ends[bisect_left(self._words, start)] : self._ends[bisect_left(self._words, start + _END)]
        ]

    def exactly(self, word: str) -> NDArray[np.int64]:
        """Return the rows of a word."""
        at = bisect_left(self._words, word)
        if at == len(self._words) or self._words[at] != word:
            return self._rows[:0]
        return self._rows[self._ends[at] : self._ends[at + 1]]

    def near(self, typed: str) -> set[str]:
        """Return the starts of words that are as typed, or else one edit away with the same first letter."""
        if len(self.of(typed)) or len(typed) < _FORGIVEN:
            return {typed}
        low, high = bisect_left(self._words, typed[0]), bisect_left(self._words, typed[0] + _END)
        sizes = range(len(typed) - 1, len(typed) + 2)
        starts = {word[:size] for word in self._words[low:high] for size in sizes if len(word) >= size}
        return {start for start in starts if OSA.distance(typed, start, score_cutoff=1) <= 1}

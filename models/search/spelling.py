"""Words mistyped, brought to the nearest word that the catalogue or the field knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from cartography.loading import load_version
from cartography.sigles import load_sigles
from cartography.text import fold
from cartography.tree import Cartographie
from models.search.words import STOP_WORDS, spelled, stem

SHORTEST = 4
"""Letters of a word under which it is never corrected: a word near a short one is mostly another word."""
_SHORT = 8
_ONE_EDIT, _TWO_EDITS = 1, 2

_WRITTEN = re.compile(r"[^\W\d_]+")
_DOUBLE = re.compile(r"(.)\1+")
_LETTERS = {letter: np.uint32(1 << i) for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}


class Spelling:
    """Corrects words one by one against a vocabulary.

    A word is known when the vocabulary has it, or another of the same term ("alternances" where it has "alternance"):
    the full-text search finds it as it is.
    """

    def __init__(self, vocabulary: Mapping[str, int], known: Iterable[str] | None = None) -> None:
        """Prepare the vocabulary, by length.

        Args:
            vocabulary: word, as `spelled` gives it → how often the catalogue has it.
            known: words always known, as people write them; the field's own (`field_words`) when None.
        """
        self._accented = {fold(word): word for word in (field_words() if known is None else known)}
        counts = dict.fromkeys(self._accented, 1) | dict(vocabulary)
        self._terms = STOP_WORDS.union(stem(part) for word in counts for part in spelled(word))
        self._by_sound: dict[str, str] = {}
        for word in sorted(counts, key=lambda word: (counts[word], word)):
            self._by_sound[sound(word)] = word
        self._by_length: dict[int, _SameLength] = {}
        lengths: dict[int, list[str]] = {}
        for word in sorted(counts):
            lengths.setdefault(len(word), []).append(word)
        for length, words in lengths.items():
            self._by_length[length] = _SameLength(words, [counts[word] for word in words])

    def correct(self, word: str) -> str | None:
        """Return the folded word most likely meant, None when this one is known, too short, or near nothing.

        >>> Spelling({"developpeur": 90, "reseau": 40}, known=[]).correct("Dévelopeur")
        'developpeur'
        >>> Spelling({"reseau": 40}, known=[]).correct("reseaux") is None
        True
        """
        typed = fold(word)
        if len(typed) < SHORTEST or not typed.isalpha() or all(stem(part) in self._terms for part in spelled(typed)):
            return None
        alike = self._by_sound.get(sound(typed))
        if alike is not None:
            return alike
        edits = _ONE_EDIT if len(typed) <= _SHORT else _TWO_EDITS
        near = [
            (distance, known[0] != typed[0], -count, known)
            for length in range(len(typed) - edits, len(typed) + edits + 1)
            if length in self._by_length
            for known, count, distance in self._by_length[length].near(typed, edits)
            # Two edits from a proper word is as often another proper word: nobody mistypes the first letter too.
            if distance < _TWO_EDITS or known[0] == typed[0]
        ]
        return min(near)[-1] if near else None

    def correct_text(self, text: str) -> tuple[str, dict[str, str]]:
        """Return a text with its mistyped words corrected, and what was changed: word as typed → as it is now.

        Words of the field come with their accents, others folded; the rest of the text stays as it is.

        >>> Spelling({"web": 9}, known=["Développeur"]).correct_text("Develloppeur web, C++")
        ('développeur web, C++', {'Develloppeur': 'développeur'})
        """
        changed: dict[str, str] = {}

        def corrected(match: re.Match[str]) -> str:
            typed = match.group()
            found = self.correct(typed)
            if found is None:
                return typed
            changed[typed] = self._accented.get(found, found).lower()
            return changed[typed]

        return _WRITTEN.sub(corrected, text), changed


def sound(word: str) -> str:
    """Return a folded word with what is heard alike written alike: ph and f, y and i, one letter and two.

    >>> sound("graphiste") == sound("grafiste"), sound("develloppeur") == sound("developpeur")
    (True, True)
    """
    return _DOUBLE.sub(r"\1", word.replace("ph", "f").replace("th", "t").replace("rh", "r").replace("y", "i"))


@cache
def field_words() -> tuple[str, ...]:
    """Return the words of the cartographie and of the abbreviations, as written there, English and tools included.

    >>> {"Développeur", "Kubernetes", "analyst", "RSSI"} <= set(field_words())
    True
    """
    texts = [*_texts(load_version())]
    for sigles in load_sigles().values():
        texts += [text for sigle in sigles for text in (sigle.sigle, *sigle.developpements)]
    return tuple(dict.fromkeys(word for text in texts for word in _WRITTEN.findall(text)))


def _texts(cartographie: Cartographie) -> Iterator[str]:
    yield from (famille.libelle for famille in cartographie.familles)
    yield from (metier.libelle for metier in cartographie.metiers)
    for poste in cartographie.postes:
        yield from (*poste.all_titles(), poste.definition, *poste.outils, *poste.competences)


class _SameLength:
    """Words of one length, with the letters of each as bits: a look at them leaves few to be compared."""

    def __init__(self, words: list[str], counts: list[int]) -> None:
        self._words = words
        self._counts = counts
        self._letters = np.array([_letters(word) for word in words], dtype=np.uint32)

    def near(self, typed: str, edits: int) -> Iterator[tuple[str, int, int]]:
        """Yield the words within some edits of a typed one, with their count and their distance."""
        # An edit changes two letters at most: one away, one come.
        differing: NDArray[np.uint8] = np.bitwise_count(self._letters ^ _letters(typed))
        for row in np.flatnonzero(differing <= 2 * edits).tolist():
            distance = OSA.distance(typed, self._words[row], score_cutoff=edits)
            if distance <= edits:
                yield self._words[row], self._counts[row], distance


def _letters(word: str) -> np.uint32:
    bits = 0
    for letter in set(word):
        bits |= int(_LETTERS.get(letter, 0))
    return np.uint32(bits)

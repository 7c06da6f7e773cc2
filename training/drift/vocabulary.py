"""Which words rose and fell, and how far two vocabularies are apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log, sqrt

from training.drift.profile import LEAST, Profile
from training.measure.drift import divergence

SHOWN = 15
SURE = 3.3
"""Standard errors from which a word has moved: one word in a thousand goes so far by chance."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A word that moved.

    Attributes:
        word: lower case.
        old: records of the old batch that use it; None where they are fewer than `LEAST`, and so not told.
        new: of the new batch.
        surprise: log odds ratio over its standard error: how sure the move is.
    """

    word: str
    old: int | None
    new: int | None
    surprise: float


def distance(old: Profile, new: Profile) -> tuple[float, float]:
    """Return how far two vocabularies are apart beyond what chance does, in [0, 1], and how far chance alone puts them.

    The distance is the square root of the Jensen-Shannon divergence, less that of chance. Chance is measured and not
    computed, for words come in phrases that many records share. It goes as the inverse of the sizes: two halves of one
    batch are four times as far apart, by chance, as its share in the distance of two whole batches.
    """
    common = [word for word in {**old.words, **new.words} if old.words[word] + new.words[word] >= LEAST]
    apart = divergence([old.words[word] for word in common], [new.words[word] for word in common])
    noise = sum(_halves(profile, common) for profile in (old, new)) / 4
    return sqrt(max(0.0, apart - noise)), sqrt(noise)


def _halves(profile: Profile, common: list[str]) -> float:
    half = [profile.half[word] for word in common]
    rest = [profile.words[word] - profile.half[word] for word in common]
    # A batch too small to have two halves says nothing of chance: all of its difference may be that.
    return divergence(half, rest) if sum(half) and sum(rest) else 1.0


def shifts(old: Profile, new: Profile) -> tuple[list[Shift], list[Shift]]:
    """Return the words that rose and those that fell, the surest first.

    A word that rose is used by `LEAST` new records at least, one that fell by as many old ones.
    """
    rose = [_shift(word, old, new) for word, count in new.words.items() if count >= LEAST]
    fell = [_shift(word, old, new) for word, count in old.words.items() if count >= LEAST]
    up = sorted((s for s in rose if s.surprise > SURE), key=lambda s: (-s.surprise, s.word))
    down = sorted((s for s in fell if s.surprise < -SURE), key=lambda s: (s.surprise, s.word))
    return up[:SHOWN], down[:SHOWN]


def _shift(word: str, old: Profile, new: Profile) -> Shift:
    a, b = new.words[word] + 0.5, old.words[word] + 0.5
    c, d = new.records - new.words[word] + 0.5, old.records - old.words[word] + 0.5
    surprise = (log(a / c) - log(b / d)) / sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return Shift(word, told(old.words, word), told(new.words, word), surprise)


def told(counts: Counter[str], word: str) -> int | None:
    """Return a count that may be told."""
    return counts[word] if counts[word] >= LEAST else None

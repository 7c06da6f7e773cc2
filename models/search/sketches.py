"""A text in a few numbers: the words it is compared by, its SimHash, and the bands that near-duplicates share.

SimHash is Charikar's (2002, Similarity estimation techniques from rounding algorithms), used on web pages by Manku,
Jain and Sarma (2007, Detecting near-duplicates for web crawling); the bands are of MinHash values (Broder 1997).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cartography.text import clean_text, fold

Hashes = NDArray[np.uint64]

SHINGLE = 3
"""Words of a shingle."""
_MOST = 20_000
"""Characters looked at: more would tell no more, and a text of a million must not cost a second."""
_ENTITY = re.compile(r"&#?\w{1,31};")
# Latin-1 byte → its letter without accent, lower case, a space for what is no letter, no digit, "+" or "#".
_PLAIN = bytes(ord(folded) if len(folded := fold(chr(c))) == 1 else 32 for c in range(256))
_MIX = np.array([0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 0x9E3779B97F4A7C15], dtype=np.uint64)
_SHIFT = np.uint64(31)


def plain_words(text: str) -> list[bytes]:
    """Return the words of a text, without markup, case, accents or punctuation; `+` and `#` stay.

    What `cartography.text.fold` does, ten times faster: there are a million descriptions to fold.

    >>> plain_words("<p>D&eacute;veloppement d’une API\u00a0: C#")
    [b'developpement', b'd', b'une', b'api', b'c#']
    """
    text = text[:_MOST]
    if "<" in text or _ENTITY.search(text):
        text = clean_text(text)
    text = text.replace("œ", "oe").replace("Œ", "oe")
    return unicodedata.normalize("NFKC", text).encode("latin-1", "replace").translate(_PLAIN).split()


def shingles(words: list[bytes]) -> Hashes:
    """Return one hash for each run of `SHINGLE` words of a text; a shorter text is one run.

    crc32 is the same in every process, where `hash` is salted.
    """
    if not words:
        return np.zeros(0, dtype=np.uint64)
    marks = np.fromiter(map(zlib.crc32, words), dtype=np.uint64, count=len(words))
    size = max(1, len(marks) - SHINGLE + 1)
    runs = np.zeros(size, dtype=np.uint64)
    for rank in range(min(SHINGLE, len(marks))):
        runs = runs * _MIX[2] + marks[rank : rank + size]
    return _mixed(runs)


def simhash(runs: Hashes) -> int:
    """Return the 64 bits that most shingles have set, as a signed integer, 0 for no shingle.

    Two texts differ in as many bits as the angle between their shingles is wide.

    >>> one, other = (simhash(shingles(plain_words(f"un texte assez long sur {x} et le reste"))) for x in ("a", "b"))
    >>> distance(one, one), distance(one, other) < 32
    (0, True)
    """
    if not len(runs):
        return 0
    bits = np.unpackbits(runs.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1)
    most = np.packbits(bits.sum(axis=0, dtype=np.uint16) > len(runs) // 2)
    return int.from_bytes(most.tobytes(), "big", signed=True)


def distance(one: int, other: int) -> int:
    """Return the number of bits in which two SimHashes differ.

    >>> distance(-1, 0), distance(5, 4)
    (64, 1)
    """
    return ((one ^ other) & 0xFFFFFFFFFFFFFFFF).bit_count()


def bands(runs: Hashes, count: int, rows: int) -> list[bytes]:
    """Return `count` keys, each of `rows` MinHash values: two texts share one with probability J to the `rows`.

    J is their Jaccard similarity; no key of an empty text.
    """
    if not len(runs):
        return []
    # The shingles are well mixed: to multiply them by an odd number gives each band an order of its own.
    least = (runs[None, :] * _multipliers(count * rows)[:, None]).min(axis=1).reshape(count, rows)
    return [row.astype("<u8").tobytes() for row in least]


@cache
def _multipliers(count: int) -> Hashes:
    return _mixed(np.arange(1, count + 1, dtype=np.uint64)) | np.uint64(1)


def _mixed(values: Hashes) -> Hashes:
    """Return hashes whose every bit depends on every bit (the finalizer of MurmurHash3)."""
    values = (values ^ (values >> _SHIFT)) * _MIX[0]
    values = (values ^ (values >> _SHIFT)) * _MIX[1]
    return values ^ (values >> _SHIFT)

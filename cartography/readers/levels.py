"""Levels of study, brought to the French framework of 2019: 3 (CAP) to 8 (doctorate)."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?:niv(?:eau)?\s*)?([1-8])(?![\w+])")
_ROMAN = re.compile(r"(?:niveau\s+(iv|v|iii|ii|i)\b|(iv|v|iii|ii|i)\s*$)")
_YEARS = re.compile(r"bac\s*\+\s*(\d+)")

# Nomenclature of 1969, still written as Roman numerals in older bases.
_BEFORE_2019 = {"v": 3, "iv": 4, "iii": 5, "ii": 6, "i": 7}
_YEARS_AFTER_BAC = {1: 4, 2: 5, 3: 6, 4: 6, 5: 7, 6: 7, 7: 7}
_TITLES = (
    ("cap ", 3), ("bep", 3), ("bachelor", 6), ("bac", 4), ("bts", 5),
    ("but", 6), ("licence", 6), ("master", 7), ("doctorat", 8),
)  # fmt: skip

# LHÉO `code-niveau-*`: 2 to 8 are the nomenclature of 1969 (VI to I), 11 to 18 that of 2019. 0 and 1 say nothing.
_LHEO = {2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7} | {10 + n: n for n in range(1, 9)}


def level(text: object) -> int | None:
    """Return the level, 1 to 8, that a label states; None if it states none.

    >>> [level(t) for t in ("NIV7", "niveau 6 (bac + 3)", "bac + 5", "CAP ou équivalent", "niveau III", 4)]
    [7, 6, 7, 3, 5, 4]
    >>> level("non inscrit au RNCP") is None
    True
    """
    label = f"{text} "[:100].strip("\"'").casefold().lstrip()
    if match := _YEARS.match(label):
        return _YEARS_AFTER_BAC.get(int(match[1][:3]), 8)
    if match := _NUMBER.match(label):
        return int(match[1])
    if match := _ROMAN.match(label):
        return _BEFORE_2019[match[1] or match[2]]
    return next((number for start, number in _TITLES if label.startswith(start)), None)


def lheo_level(code: str) -> int | None:
    """Return the level of a LHÉO `code-niveau-entree` or `code-niveau-sortie`.

    >>> lheo_level("6"), lheo_level("15"), lheo_level("0")
    (5, 5, None)
    """
    return _LHEO.get(int(code)) if code.isascii() and code.isdecimal() and len(code) < 4 else None

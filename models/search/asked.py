"""What a query asks of a course besides its subject: the level."""

from __future__ import annotations

import re

from cartography.text import fold

_LEVELS = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), levels)
    for pattern, levels in (
        (r"sans (?:le |un |mon )?bac|pas le bac|apres la (?:3e|3eme|troisieme)|niveau (?:college|3e|3eme|cap)", "34"),
        (r"bac ?\+? ?5|(?<!scrum )masters?|masteres?|msc|ecoles? d ingenieurs?|diplome d ingenieur|niveau 7", "7"),
        (r"bac ?\+? ?[34]|licences?|bachelors?|but|niveau 6", "6"),
        (r"bac ?\+? ?2|bts|dut|deust|niveau 5", "5"),
        (r"bacs? pros?|niveau (?:bac|4)|apres la (?:seconde|2nde)", "4"),
        (r"cap|niveau 3", "3"),
        (r"doctorat|these|bac ?\+? ?8", "8"),
        (r"apres le (?:bac|lycee)|post bac", "56"),
    )
)
_BUT = re.compile(r"\bBUT\b|^but\b")
"""The diploma; the word in the middle of a sentence is an aim."""


def asked_levels(text: str) -> frozenset[str]:
    """Return the levels that a query asks for, "1" to "8"; none where it says nothing of them.

    >>> sorted(asked_levels("master cybersécurité en alternance")), sorted(asked_levels("la cyber sans le bac"))
    (['7'], ['3', '4'])
    >>> sorted(asked_levels("bac+2 informatique")), asked_levels("développeur web"), asked_levels("dans le but de")
    (['5'], frozenset(), frozenset())
    >>> asked_levels("scrum master")
    frozenset()
    """
    # fold() would take the plus of "bac+2" for a part of a word.
    folded = fold(text.replace("+", " + ")).replace(" + ", "+")
    if not _BUT.search(text):
        folded = re.sub(r"\bbut\b", " ", folded)
    for pattern, levels in _LEVELS:
        if pattern.search(folded):
            return frozenset(levels)
    return frozenset()

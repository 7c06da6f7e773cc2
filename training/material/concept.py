"""A concept: the names that mean the same thing, and longer texts that say what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cartography.text import genders

_BOTH = re.compile(r"\b(([^\W\d_]{2})[^\W\d_]*(?: [^/]*)?)/(?=\2[^\W\d_]+)", re.IGNORECASE)
_MARKS = (" (H/F)", " H/F", " F/H", " (F/H)", " h/f")


@dataclass(frozen=True, slots=True)
class Concept:
    """Texts that mean, or tell of, one thing.

    Attributes:
        source: what it comes from.
        key: texts of equal key never push each other apart.
        area: concepts of equal area are near neighbours, hence hard negatives of each other.
        names: French names.
        english: English names.
        glosses: longer texts: definitions, skills, passages of a description.
    """

    source: str
    key: str
    area: str
    names: tuple[str, ...]
    english: tuple[str, ...] = ()
    glosses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draw:
    """How a pair is drawn from a concept.

    Attributes:
        gloss: share of pairs whose second text is a gloss, where there is one.
        english: share of pairs whose second text is an English name, where there is one.
    """

    gloss: float
    english: float


def draw_pair(concept: Concept, how: Draw, random: np.random.Generator) -> tuple[str, str]:
    """Return two texts of a concept, the second another one than the first wherever the concept has two."""
    names = concept.names or concept.english
    first = int(random.integers(len(names)))
    anchor = _dressed(names[first], random)
    chance = random.random()
    if concept.glosses and (chance < how.gloss or (len(names) == 1 and not concept.english)):
        return anchor, concept.glosses[int(random.integers(len(concept.glosses)))]
    if concept.english and (chance < how.gloss + how.english or len(names) == 1):
        return anchor, concept.english[int(random.integers(len(concept.english)))]
    second = int(random.integers(len(names) - 1)) if len(names) > 1 else first
    if len(names) > 1 and second >= first:
        second += 1
    return anchor, _dressed(names[second], random)


def _dressed(name: str, random: np.random.Generator) -> str:
    """Return a title as it may be met: both genders, one of them, with or without the mark that says both."""
    forms = genders(name)
    chance = random.random()
    if len(forms) == 2 and chance < 0.5:
        name = forms[int(random.integers(2))]
    elif len(forms) == 1 and chance < 0.1:
        name += _MARKS[int(random.integers(len(_MARKS)))]
    return name


def spaced(name: str) -> str:
    """Write both genders as ROME writes them, so that `genders` can tell them apart.

    >>> spaced("directeur technique/directrice technique"), spaced("commis TCP/IP")
    ('directeur technique / directrice technique', 'commis TCP/IP')
    """
    return _BOTH.sub(r"\1 / ", name)


def passages(text: str, *, characters: int = 240, most: int = 6) -> tuple[str, ...]:
    r"""Return the lines and sentences of a text, joined up to a length, the first ones only.

    >>> passages("Un. Deux.\nTrois", characters=8)
    ('Un Deux', 'Trois')
    """
    found: list[str] = []
    for piece in _sentences(text):
        if found and len(found[-1]) + len(piece) < characters:
            found[-1] = f"{found[-1]} {piece}"
        elif len(found) == most:
            break
        else:
            found.append(piece[:characters])
    return tuple(found)


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for piece in line.replace(". ", ".\n").splitlines():
            stripped = piece.strip(" .-•*·\t")
            if stripped:
                yield stripped

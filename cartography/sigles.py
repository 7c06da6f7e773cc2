"""Abbreviations of the field in France, in words: what RSSI, DWWM or "bts sio" stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from cartography.text import fold

DATA_FILE = Path(__file__).parent / "data" / "sigles.tsv"

Nature = Literal["metier", "discipline", "diplome", "dispositif"]

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 3
"""Words of the longest abbreviations: "BTS SIO SLAM"."""
_ORDINARY = frozenset({"ai", "but", "ciel", "mes", "si", "tic"})
"""Those that, in small letters, are words like any other: they count only in capitals."""


@dataclass(frozen=True, slots=True)
class Sigle:
    """An abbreviation in one of its natures.

    Attributes:
        sigle: as people write it.
        nature: what it names: a métier, a discipline, a diploma, or a scheme or institution.
        developpements: what it stands for, in words; several when it is ambiguous.
    """

    sigle: str
    nature: Nature
    developpements: tuple[str, ...]


@cache
def load_sigles() -> Mapping[str, tuple[Sigle, ...]]:
    """Return the abbreviations of the repository by their folded spelling, every nature of each.

    >>> [(s.nature, s.developpements) for s in load_sigles()["sea"]]
    [('discipline', ('référencement payant', 'publicité sur les moteurs de recherche'))]
    """
    table: dict[str, list[Sigle]] = {}
    for line in DATA_FILE.read_text(encoding="utf-8").splitlines()[1:]:
        sigle, nature, developpements = line.split("\t")
        read = Sigle(sigle, cast(Nature, nature), tuple(developpements.split("|")))
        table.setdefault(fold(sigle), []).append(read)
    return {key: tuple(sigles) for key, sigles in table.items()}


def expansions(text: str) -> list[tuple[str, str]]:
    """Return the abbreviations of a text, as written there, with what each stands for; once per reading.

    Whole words only, whatever their case, and the longest first: "BTS SIO" is not read as "BTS" too.

    >>> expansions("Poste de rssi, ou BTS  SIO")  # doctest: +NORMALIZE_WHITESPACE
    [('rssi', "responsable de la sécurité des systèmes d'information"),
     ('BTS  SIO', 'brevet de technicien supérieur services informatiques aux organisations')]
    >>> expansions("Si le but est clair"), expansions("le BUT")
    ([], [('BUT', 'bachelor universitaire de technologie')])
    """
    sigles = load_sigles()
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    found: dict[tuple[str, str], None] = {}
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            written = text[words[at][0] : words[at + count - 1][1]]
            key = fold(written)
            if key in sigles and _meant(written, key):
                found.update(dict.fromkeys((written, said) for s in sigles[key] for said in s.developpements))
                break
        at += count
    return list(found)


def _meant(written: str, key: str) -> bool:
    return key not in _ORDINARY or written.isupper()

"""What of a title tells two courses or two jobs apart: not the gender, the order of the words or the small ones."""

from __future__ import annotations

import re

from cartography.text import fold, strip_gender

_SILENT = frozenset([
    "de", "du", "des", "la", "le", "les", "et", "en", "au", "aux", "un", "une",
    "pour", "par", "sur", "the", "of", "and", "hf", "fh", "cdi", "formation",
])  # fmt: skip
"""Words that one base writes and another leaves out. No single letter: "option D" is no "option A"."""
_PREPOSITION = re.compile(r"\bà\b|\b[dl]['’]", re.IGNORECASE)
# Bases for executives write the function after the title: "Data engineer F/H - Système, réseaux, données (H/F)".
_FUNCTION = re.compile(
    r"\b[FH]/[FH]\s+-\s+(?:Système, réseaux, données|Informatique (?:de gestion|industrielle)|Conception, recherche"
    r"|Maîtrise d'ouvrage et fonctionnel|Marketing|Commercial|Etudes socio-économiques|Direction informatique"
    r"|Exploitation, maintenance informatique|Projets scientifiques et techniques"
    r"|Test, essai, validation, expertise)\s*(?=\(|$)",
    re.IGNORECASE,
)
# The classes "MP" and "MP*" are two; a star after a word in lower case is a footnote's.
_STARRED = re.compile(r"\b([A-Z]{1,4})\*")
_FEMININE = re.compile(r"(?:(?P<eur>euse)|(?P<teur>tr?ice)|(?P<ier>iere)|(?P<ien>ienne))$")


def title_core(intitule: str, lieu: str = "") -> str:
    """Return the words of a title that tell courses and jobs apart: its words in any order, then its marks in theirs.

    A mark is a number or a letter alone: levels and options are told by them.

    >>> title_core("Développeur / Développeuse d'applis Java (H/F) - Nantes", "nantes")
    'appli developpeur java'
    >>> title_core("Excel : niveau 2"), title_core("Niveau 2 Excel"), title_core("Formation Excel niveau 1")
    ('excel niveau 2', 'excel niveau 2', 'excel niveau 1')
    """
    shown = _FUNCTION.sub(" ", intitule) if " - " in intitule else intitule
    shown = _STARRED.sub(r"\1 etoile", shown) if "*" in shown else shown
    words = fold(_PREPOSITION.sub(" ", strip_gender(shown))).split()
    away = _SILENT | {word for word in lieu.split() if len(word) > 2}
    kept = [word for word in words if word not in away] or words
    marks = [word for word in kept if _is_mark(word)]
    # A word said twice counts twice ("physique-chimie option chimie"), in both genders once.
    plain: list[str] = []
    forms: dict[str, str] = {}
    for word in (word for word in kept if not _is_mark(word)):
        stem = _stem(word)
        if forms.setdefault(stem, word) == word:
            plain.append(stem)
    return " ".join([*sorted(plain), *marks]) or " ".join(intitule.casefold().split())


def _is_mark(word: str) -> bool:
    return len(word) == 1 or any(c.isdigit() for c in word)


def _stem(word: str) -> str:
    """Return a word without the marks of number and gender: "assistantes" is "assistant".

    >>> [_stem(word) for word in ("developpeuses", "administratrice", "ingenieure", "analyste", "reseaux", "bts")]
    ['developpeur', 'administrateur', 'ingenieur', 'analyst', 'reseau', 'bts']
    """
    if len(word) < 5:
        return word
    word = word[:-1] if word[-1] in "sx" else word
    found = _FEMININE.search(word)
    if found and found.lastgroup:
        return word[: found.start()] + found.lastgroup
    return word.rstrip("e")

"""Names of places as people write them, brought to one form: « St Etienne », « PARIS 08 », « Lyon 3e arr. »."""

from __future__ import annotations

import re

from cartography.text import fold

ARRONDISSEMENTS = {"paris": 20, "lyon": 9, "marseille": 16}
"""Cities divided into them → how many."""

_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_IDLE = frozenset(("dept", "departement", "cedex", "commune", "ville"))
_ARTICLES = ("le ", "la ", "les ", "l ")
_CEDEX = re.compile(r"\bcedex(?: \d{1,2}\b)?")
_ARRONDISSEMENT = re.compile(
    r"\b(paris|lyon|marseille) 0?(\d{1,2}) ?(?:er|ere|e|eme|d|nd|nde)?(?: (?:arr|arrdt|arrondissement)s?)?\b(?! ?\d)"
)


def place_key(name: str) -> str:
    """Return the key under which two spellings of a place's name are the same.

    >>> place_key("St-Étienne"), place_key("SAINT ETIENNE CEDEX 2")
    ('saint etienne', 'saint etienne')
    >>> place_key("Paris 13e Arrondissement"), place_key("PARIS 08"), place_key("lyon 3ème"), place_key("Lyon 69")
    ('paris 13', 'paris 8', 'lyon 3', 'lyon 69')
    """
    key = fold(name)
    if "cedex" in key:
        key = _CEDEX.sub(" ", key)
    key = " ".join([_SHORT.get(word, word) for word in key.split() if word not in _IDLE])
    # The pattern is slow, and tens of thousands of names have nothing for it.
    return _ARRONDISSEMENT.sub(_numbered, key) if any(city in key for city in ARRONDISSEMENTS) else key


def _numbered(match: re.Match[str]) -> str:
    """Return the city and its arrondissement, or the text as it is where the city has none of that number."""
    number = int(match[2])
    return f"{match[1]} {number}" if 1 <= number <= ARRONDISSEMENTS[match[1]] else match[0]


def without_article(key: str) -> str:
    """Return the key of a name without its leading article, which lists and forms drop.

    >>> without_article("le havre"), without_article("lens"), without_article("l isle d abeau")
    ('havre', 'lens', 'isle d abeau')
    """
    return key.split(" ", 1)[1] if key.startswith(_ARTICLES) else key

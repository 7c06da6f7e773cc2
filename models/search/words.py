"""Words as the full-text index and queries know them: folded, without gender, stemmed, only letters a-z and digits."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import Stemmer

from cartography.text import fold, strip_gender

_STOP_WORDS = """
a afin ainsi alors au aupres aussi autre autres aux avec avez avoir avons ayant ce ceci cela celle celles celui ces cet
cette ceux chaque chez comme d dans de depuis des dont donc du elle elles en entre et ete etes etre eux f h il ils j
jusqu l la le les leur leurs lors lui m mais meme memes mes moi n ne ni nos notre nous on ont ou par parmi pas pendant
pour qu que quel quelle quelles quels qui quoi s sa sans se sera seront ses soit sommes sont sous sur t tes toi tous
tout toute toutes tres un une vers via vos votre vous y
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Folded. Words that also name something of the field are not there: si, son, ai, c, r, est, plus, it."""

_CACHED = 1 << 15
_LONGEST = 48
"""Characters of a piece of text between spaces that is remembered: longer ones are links and mistakes."""

_SHORT = 3

_ELISION = re.compile(r"(?<![^\W_])(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)['’ʼ´`](?=\w)")
# Names that folding would break, or that people write in several ways, as words of letters alone.
_NAMES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"(?<![^\W_])c\+\+", " cpp "),
        (r"(?<![^\W_])([cf])#", r" \1sharp "),
        (r"(?<!\w)(?:(asp|vb|ado)\W?)?\.net(?!\w)", r" \1 dotnet "),
        (r"(?<![^\W_])([rq])&([dat])(?![^\W_])", r" \1\2 "),
        (r"(?<!\w)e[-‑](?=commerce|learning|marketing|business|sant|r.putation|mail|sport)", " e"),
        (r"(?<!\w)wi[-‑]fi(?!\w)", " wifi "),
    )
)
_SPECIAL = re.compile(r"[+#&]|\.net|\be[-‑]|wi[-‑]fi")
_AROUND = ',;:!?…"«»“”'
_PART = re.compile(r"[a-z0-9]+")
_JOINED = re.compile(
    r"(back|front)(ends?)|(full)(stack)|(low|no)(code)|(big)(data)|(data)(base|center)s?|(dev)(ops)|(sys)(admin)|(ci)(cd)"
    r"|([a-z]{3,}|d3)(js)|(cyber)([a-z]{4,})"
    r"|(web)((?:master|design|market|develop|analy|manag|redact|journal|mobile)[a-z]*)"
)
# Feminine and masculine brought together; -eux with -euse too, whose -euse cannot be told from the agent's.
_ENDINGS = (
    ("trice", "teur"),
    ("drice", "deur"),
    ("euse", "eur"),
    ("eure", "eur"),
    ("eux", "eur"),
    ("ienne", "ien"),
    ("iere", "ier"),
    ("ere", "er"),
    ("er", "er"),
    ("ive", "if"),
    ("ee", "e"),
)
_ANY_ENDING = tuple(ending for ending, _ in _ENDINGS)
_MASCULINE = {word + "x": word for word in ("jeu", "enjeu", "lieu", "milieu", "feu", "voeu", "cheveu", "neveu")} | {
    form: word
    for word, forms in (
        ("chef", "cheffe cheffes"),
        ("hote", "hotesse hotesses"),
        ("matrice", "matrice matrices"),
        ("ingenieux", "ingenieux ingenieuse ingenieuses"),
        ("designer", "designeur designeurs designeuse designeuses"),
        ("manager", "manageur manageurs manageuse manageuses"),
    )
    for form in forms.split()
}
# Words of the field that stemming brings to quite another (data to date, dev to devez, redis to red, BI to biais) stay
# whole, with a mark that no stem has.
_UNSTEMMED = (
    "bi cloudera communication data dev donnee engine excel fabric genai hive java looker meta miner net openai "
    "project redis responsive rest scala server team vue"
)
_KEPT = {form: f"{word}0" for word in _UNSTEMMED.split() for form in (word, f"{word}s")}


def terms(text: str) -> list[str]:
    """Return the terms of a text, in its order: the same for the index and for queries.

    >>> terms("Développeuses d'applications C++ et C#"), terms("développeur·se d’application")
    (['developpeur', 'appliqu', 'cpp', 'csharp'], ['developpeur', 'appliqu'])
    >>> terms("Node.js, nodejs, ASP.NET, CI/CD, 3D")
    ['nod', 'js', 'nod', 'js', 'asp', 'dotnet', 'net0', 'ci', 'cd', '3d']
    """
    found: list[str] = []
    for piece in pieces(text):
        found += _terms(piece) if len(piece) <= _LONGEST else terms_of(piece)
    return found


def spelled(text: str) -> list[str]:
    """Return the words of a text, folded but neither stemmed nor left out: what a vocabulary counts.

    >>> spelled("Développeuses d'applications (H/F), full-stack")
    ['developpeuses', 'applications', 'full', 'stack']
    """
    found: list[str] = []
    for piece in pieces(text):
        found += _words(piece) if len(piece) <= _LONGEST else _words.__wrapped__(piece)
    return found


def neutral(word: str) -> str:
    """Return a folded word in the masculine where it tells its gender by its ending; others as they are.

    >>> [neutral(w) for w in ("developpeuses", "redactrice", "ingenieure", "conseillere", "matrice", "jeux", "web")]
    ['developpeur', 'redacteur', 'ingenieur', 'conseiller', 'matrice', 'jeu', 'web']
    """
    if word in _MASCULINE:
        return _MASCULINE[word]
    if len(word) < 6:
        return word
    singular = word.removesuffix("s")
    if not singular.endswith(_ANY_ENDING):
        return word
    for ending, masculine in _ENDINGS:
        if singular.endswith(ending):
            return singular[: -len(ending)] + masculine
    return word


def stem(word: str) -> str:
    """Return the term of one folded word.

    >>> stem("developpeuse"), stem("reseaux"), stem("technicienne")
    ('developpeur', 'reseau', 'technicien')
    """
    if word in _KEPT:
        return _KEPT[word]
    word = neutral(word)
    # Short ones are abbreviations, whose s is no plural: AWS, JS, BTS.
    return word if len(word) <= _SHORT else str(_stemmer().stemWord(word))


def pieces(text: str) -> list[str]:
    """Return the parts of a text between spaces, lower case: its terms are those of its pieces, one after the other."""
    # Composed first: an accent apart from its letter would not be found by the patterns.
    return unicodedata.normalize("NFC", text).lower().split()


def terms_of(piece: str) -> tuple[str, ...]:
    """Return the terms of one of the `pieces` of a text, none of them remembered."""
    return tuple(stem(word) for word in _words.__wrapped__(piece) if word not in STOP_WORDS)


_terms = lru_cache(maxsize=_CACHED)(terms_of)


@lru_cache(maxsize=_CACHED)
def _words(piece: str) -> tuple[str, ...]:
    """Return the folded words of a piece between two spaces, joined names apart."""
    bare = piece.strip(_AROUND).rstrip(".")
    if bare.isalnum():
        text = bare
    else:
        text = _ELISION.sub(" ", strip_gender(bare))
        if _SPECIAL.search(text):
            for pattern, name in _NAMES:
                text = pattern.sub(name, text)
    words: list[str] = []
    for word in _PART.findall(text if text.isascii() else fold(text)):
        joined = _JOINED.fullmatch(word)
        words += [part for part in joined.groups() if part] if joined else [word]
        if word == "dotnet":
            words.append("net")
    return tuple(words)


@cache
def _stemmer() -> Stemmer.Stemmer:
    # Its own cache would be a second one: the pieces' terms are remembered here.
    return Stemmer.Stemmer("french", 0)

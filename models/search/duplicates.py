"""The same course published in two bases, the same offer posted again: recognised by a fingerprint, never by an id.

A record is compared only with those that share one of its blocks, so that a million cost no more, each, than a
thousand. A block always holds the title's words, and beside them the place, the organisation or some of the text: a
common title alone would put thousands of records together. Titles are thus the same up to what says nothing of the
job, else nothing else is looked at: "Excel niveau 1" and "Excel niveau 2" have all but one word in common.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from cartography.fiche import Fiche
from cartography.text import fold
from models.search.sites import area, compatible_places, place, town
from models.search.sketches import bands, distance, plain_words, shingles, simhash
from models.search.titles import title_core

SHORT = 8
"""Words under which a description proves nothing."""
NEAR, NEARER = 16, 12
"""Bits of two SimHashes that may differ, where both say the place or the organisation, and where they do not.

Between 13 and 16 a base has added or cut the employer's presentation; from 17 on, other jobs are told as often.
"""
RATIO = 0.6
"""Length of the shorter description over the longer one's, under which they do not tell the same."""
HEAD = 40
"""First words that an excerpt has in common with the whole text that another base publishes."""

_HERE, _ANYWHERE = 3, 2
"""Bands of one MinHash value beside the place, of two without it: near texts share one of the first 97 times in 100."""
_LEGAL = frozenset([
    "sarl", "sas", "sasu", "sa", "eurl", "sci", "scop", "scic", "snc", "selarl",
    "gip", "gie", "greta", "groupe", "association", "asso", "ets", "inc", "ltd",
])  # fmt: skip
_SIREN = re.compile(r"\d{9}(?:\d{5})?\Z")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a record is recognised by.

    Attributes:
        blocks: short keys; two records that share none are never compared.
        simhash: 64 bits of the description's shingles, signed as SQLite's integers are.
        length: words of the description.
        organisation: its name, folded and without legal forms, then its SIREN; "" when unknown.
        place: see `models.search.sites.place`; "" when unknown.
        head: hash of the first `HEAD` words of the description, 0 where it has fewer.
    """

    blocks: tuple[str, ...]
    simhash: int
    length: int
    organisation: str
    place: str
    head: int = 0


def fingerprint(fiche: Fiche) -> Fingerprint:
    """Return what a record is recognised by, the same in every process.

    >>> told = "Créer et interroger une base de données relationnelle, puis la sauvegarder chaque nuit."
    >>> one = fingerprint(Fiche("1", "formation", "SQL niveau 1", told, extras={"lieu": "44 - Nantes"}))
    >>> one.length, one.place
    (13, '44///nantes')
    """
    words = plain_words(fiche.description)
    runs = shingles(words)
    head = b" ".join(words[:HEAD]) if len(words) >= HEAD else b""
    where, who = place(fiche.extras), organisation(fiche.extras)
    title = f"{fiche.type}\0{title_core(fiche.intitule, town(where))}"
    here = area(where)
    blocks = [_key(title, "qui", who, here)] if who and here else []
    if len(words) >= SHORT:
        blocks += [_key(title, f"ici{rank}", here, key) for rank, key in enumerate(bands(runs, _HERE, 1))]
        blocks += [_key(title, f"partout{rank}", key) for rank, key in enumerate(bands(runs, _ANYWHERE, 2))]
    if head:
        blocks.append(_key(title, "debut", here, head))
    return Fingerprint(tuple(blocks), simhash(runs), len(words), who, where, _number(head))


def same(a: Fingerprint, b: Fingerprint) -> bool:
    """Tell whether two records are one course or one offer.

    A record that says too little (a short description, no organisation or no place) is like no other, its own copy
    included.

    >>> told = "Créer et interroger une base de données relationnelle, puis la sauvegarder chaque nuit."
    >>> one = fingerprint(Fiche("1", "formation", "SQL niveau 1", told, extras={"lieu": "44 - Nantes"}))
    >>> same(one, fingerprint(Fiche("2", "formation", "SQL, niveau 1", f"<p>{told.upper()}</p>")))
    True
    >>> same(one, fingerprint(Fiche("3", "formation", "SQL niveau 2", told)))
    False
    >>> same(one, fingerprint(Fiche("4", "formation", "SQL niveau 1", told, extras={"lieu": "Rennes"})))
    False
    """
    if set(a.blocks).isdisjoint(b.blocks):
        return False
    if not (compatible_organisations(a.organisation, b.organisation) and compatible_places(a.place, b.place)):
        return False
    if max(a.length, b.length) < SHORT:
        return bool(a.organisation and b.organisation and a.place and b.place)
    if min(a.length, b.length) < SHORT:
        return False
    if min(a.length, b.length) >= RATIO * max(a.length, b.length):
        told = (a.place and b.place) or (a.organisation and b.organisation)
        return distance(a.simhash, b.simhash) <= (NEAR if told else NEARER)
    return bool(a.head and a.head == b.head)


def organisation(extras: Mapping[str, Any]) -> str:
    """Return who gives the course or the job: its name, folded and without legal forms, then its SIREN.

    >>> organisation({"organisme": "GRETA du Val (SARL)", "siret": "123 456 789 00012"}), organisation({})
    ('du val 123456789', '')
    """
    name = fold(str(next((v for k in ("organisme", "entreprise") if (v := extras.get(k))), "")))
    words = name.split()
    kept = [word for word in words if word not in _LEGAL] or words
    number = re.sub(r"\D", "", str(next((v for k in ("siret", "siren") if (v := extras.get(k))), "")))
    return " ".join([*kept, number[:9]] if _SIREN.match(number) else kept)


def compatible_organisations(one: str, other: str) -> bool:
    """Tell whether two organisations may be one: the same SIREN, or a name whose words the other has too.

    >>> compatible_organisations("afpa", "afpa centre de brest"), compatible_organisations("afpa", "cnam")
    (True, False)
    >>> compatible_organisations("", "cnam"), compatible_organisations("x 123456789", "y 123456789")
    (True, True)
    """
    mine, theirs = set(one.split()), set(other.split())
    numbers = [{word for word in words if _SIREN.match(word)} for words in (mine, theirs)]
    if numbers[0] & numbers[1]:
        return True
    mine, theirs = mine - numbers[0], theirs - numbers[1]
    return not mine or not theirs or mine <= theirs or theirs <= mine


def _number(told: bytes) -> int:
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "big", signed=True) if told else 0


def _key(*parts: str | bytes) -> str:
    told = b"\0".join(part.encode("utf-8", "replace") if isinstance(part, str) else part for part in parts)
    return blake2b(told, digest_size=6).hexdigest()

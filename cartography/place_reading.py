"""What a text says of a place: « 49 - Avrillé », « 69003 Lyon », « Saint-Denis (93) », « Lyon, Rhône, France »."""

from __future__ import annotations

import re

from cartography.place import Place
from cartography.place_index import PlaceIndex
from cartography.place_names import place_key

_MOST = 200
_PARTS = re.compile(r"[,;|/\n]")
_CODE = re.compile(r"\b(?:\d{5}|2[ab]\d{3})\b")
_TURNED = re.compile(r"(.+)\(([^()]+)\)\W*\Z", re.DOTALL)
# « Montréal, QC, Canada » is not the Montréal of Aude.
_ABROAD = frozenset(
    (
        "canada", "quebec", "qc", "belgique", "belgium", "suisse", "switzerland", "luxembourg", "espagne", "spain",
        "portugal", "italie", "italy", "allemagne", "germany", "pays bas", "netherlands", "royaume uni", "angleterre",
        "united kingdom", "uk", "irlande", "ireland", "pologne", "poland", "roumanie", "maroc", "morocco", "tunisie",
        "algerie", "senegal", "cote d ivoire", "etats unis", "usa", "united states",
    )
)  # fmt: skip


def read_place(index: PlaceIndex, text: str, near: tuple[str, ...] = ()) -> Place | None:
    """Return the first place that a text names.

    Args:
        index: the places.
        text: what a person or a catalogue wrote.
        near: codes of the départements it should be in, if known.
    """
    if _CODE.search(text[:_MOST].lower()) and (found := _coded(index, place_key(text[:_MOST]))):
        return found  # an address: its commas part no places
    parts = [part for part in _PARTS.split(text[:_MOST]) if part.strip()]
    if any(place_key(part) in _ABROAD for part in parts):
        return None
    for rank, part in enumerate(parts):
        around = near or _areas(index, parts[rank + 1 :])
        if found := _part(index, part, around):
            return found
    return None


def _areas(index: PlaceIndex, parts: list[str]) -> tuple[str, ...]:
    """Return the départements that the parts after a name say: « Lyon, Rhône », « Lyon, Auvergne-Rhône-Alpes »."""
    for part in parts:
        if code := index.departement_code(part):
            return (code,)
        if region := index.region_code(part):
            return tuple(code for code, place in index.departements.items() if place.region == region)
    return ()


def _part(index: PlaceIndex, text: str, near: tuple[str, ...]) -> Place | None:
    key = place_key(text)
    if not key:
        return None
    if found := (index.named_in(key, near) if near else None) or index.named(key):
        return found
    if (turned := _TURNED.match(text)) and (found := _qualified(index, turned[1], turned[2])):
        return found
    return _hinted(index, key) or _longest(index, key.split(), near)


def _qualified(index: PlaceIndex, name: str, said: str) -> Place | None:
    """Read « Saint-Denis (La Réunion) », « Savoie (Haute) »."""
    if code := index.departement_code(said):
        return _within(index, place_key(name), code)
    return index.named(place_key(f"{said} {name}"))


def _coded(index: PlaceIndex, key: str) -> Place | None:
    """Read a postal or INSEE code, alone or in an address; the name beside it chooses among its communes."""
    for match in _CODE.finditer(key):
        code = match[0].upper()
        rest = " ".join(f"{key[: match.start()]} {key[match.end() :]}".split())
        if communes := index.postal.get(code):
            return of_that_name(communes, rest) or communes[0]
        if place := index.communes.get(code):
            return place
        if departement := postal_departement(index, code):
            return _within(index, rest, departement)
    return None


def of_that_name(communes: list[Place], key: str) -> Place | None:
    """Return the commune among a few whose name a key holds."""
    padded = f" {key} "
    return next((place for place in communes if f" {place_key(place.nom)} " in padded), None) if key else None


def postal_departement(index: PlaceIndex, code: str) -> str | None:
    """Return the département that the first digits of a postal or INSEE code say."""
    if code.startswith("20"):
        return "2A" if code[:3] in ("200", "201") else "2B"
    start = code[:3] if code.startswith("97") else code[:2]
    return start if start in index.departements else None


def _hinted(index: PlaceIndex, key: str) -> Place | None:
    """Read a name beside the code of its département: « 49 avrille », « saint denis 93 »; or the code alone."""
    first, *rest = words = key.split()
    if len(first) > 1 and first.upper() in index.departements:
        return _within(index, " ".join(rest), first.upper())
    last = words.pop().upper()
    if len(last) < 2 or last not in index.departements:
        return None
    # A town is better known than a number after it: « Lyon 10 » is no place of Aube.
    return _longest(index, words, (last,)) or _longest(index, words, ()) or index.departements[last]


def _within(index: PlaceIndex, key: str, code: str) -> Place:
    """Return the place of that name in a département, else the commune it starts with, else the département."""
    return _longest(index, key.split(), (code,)) or index.named_in("paris", (code,)) or index.departements[code]


def _longest(index: PlaceIndex, words: list[str], near: tuple[str, ...]) -> Place | None:
    """Return the town that the first words name, the more words the better: « Lyon Part-Dieu »."""
    for count in range(min(len(words), 8), 0, -1):
        key = " ".join(words[:count])
        if near:
            found = index.named_in(key, near)
        else:
            found = index.named(key)
            found = found if found and index.is_town(found) else None
        if found:
            return found
    return None

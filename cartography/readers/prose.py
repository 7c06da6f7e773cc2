"""Several prose fields made one description, none of it said twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from cartography.fiche import Fiche
from cartography.text import clean_text

_KINDS = ("type_diplome", "type_libelle", "libelle_type", "type_certification")
_LONGEST_STAND_IN = 1_000


def join_prose(parts: Iterable[str], title: str = "") -> str:
    r"""Join texts with line ends, leaving out those that another one already contains.

    Catalogues repeat themselves: the objective opens the programme, the title is the expected result. Case and
    spacing do not count.

    Args:
        parts: texts in the order wanted; markup allowed; empty ones and "-" are left out.
        title: the record's title; a part that only says it again is left out.

    >>> join_prose(["Créer un site", "<p>Créer  un site.</p> HTML et CSS", "-", "HTML et CSS"])
    'Créer un site.\nHTML et CSS'
    """
    given = [part for part in parts if part.strip() not in ("", "-") and part.strip() != title.strip()]
    if len(given) < 2:
        return given[0] if given else ""
    title_key = _key(title)
    kept: list[tuple[str, str]] = []
    for part in map(clean_text, given):
        key = _key(part)
        if key in ("", title_key) or any(key in other for other, _ in kept):
            continue
        kept = [(other, text) for other, text in kept if other not in key]
        kept.append((key, part))
    return "\n".join(text for _, text in kept)


def stand_in(kind: str, domains: Sequence[str]) -> str:
    """Return what a course without prose says of itself: the kind of its certificate, then the fields it belongs to.

    Half of the public tables of courses say nothing else, and "informatique, Internet" is worth more than silence.

    >>> stand_in("licence professionnelle", ["arts/web", "informatique/réseaux"]), stand_in("", [])
    ('licence professionnelle ; arts/web|informatique/réseaux', '')
    """
    return " ; ".join(filter(None, (kind.strip(), "|".join(domains))))


def prose_of(fiche: Fiche) -> str:
    """Return the description of a record, "" where it is a stand-in: many records share one, none is known by it.

    >>> course = Fiche("1", "formation", "Anglais", "Habilitation", extras={"type_libelle": "Habilitation"})
    >>> prose_of(course), prose_of(Fiche("1", "formation", "Anglais", "Habilitation"))
    ('', 'Habilitation')
    """
    if not fiche.description or len(fiche.description) > _LONGEST_STAND_IN:
        return fiche.description
    domains = fiche.extras.get("domaines", [])
    listed = domains if isinstance(domains, list) else str(domains).split("|")
    kinds = (str(fiche.extras.get(name, "")) for name in _KINDS)
    said = {clean_text(stand_in(kind, [str(domain).strip() for domain in listed])) for kind in kinds}
    return "" if fiche.description in said else fiche.description


def text_hash(fiche: Fiche) -> str:
    """Return 16 hex digits of a record's text: a label holds only as long as the text that was read stays the same.

    >>> text_hash(Fiche("1", "offre", "Data engineer", "Spark"))
    '0e5eb07542c3e4bc'
    """
    return hashlib.sha256(f"{fiche.intitule}\n{prose_of(fiche)}".encode()).hexdigest()[:16]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def plain(value: object) -> str:
    r"""Return a JSON value as prose: a text, or a list of texts or of [code, label, …] rows, one a line.

    >>> plain([["BC01", "Développer une application"], "Tester"])
    'Développer une application\nTester'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(_item, value)))
    return ""


def _item(value: object) -> str:
    if isinstance(value, list):
        value = value[1] if len(value) > 1 else value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("libelle", "")
    return value if isinstance(value, str) else ""

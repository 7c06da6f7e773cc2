"""Labelled titles from what ships: postes, ROME appellations, tools, courses of the annotation guide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cartography.crosswalk import HORS, Crosswalk
from cartography.text import genders, title_key
from cartography.tree import Cartographie, Poste
from training.corpus.phrases import DIPLOMAS, OFFICE_TOOLS, OTHER_COURSES

Source = Literal["poste", "appellation", "hors", "formation", "outil", "phrase", "fiche"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Spellings of one title: they share their target and stay on one side of the split.

    Attributes:
        texts: the spellings: genders, languages.
        shares: poste id (or `HORS`) → share, summing to 1.
        source: where the title comes from.
        material: whose phrases may describe it: a poste id, or the letter of a ROME domain; empty for none.
    """

    texts: tuple[str, ...]
    shares: Mapping[str, float]
    source: Source
    material: str

    @property
    def hors(self) -> bool:
        """Whether the title lies wholly outside the cartographie."""
        return set(self.shares) == {HORS}


def gather(cartographie: Cartographie, crosswalk: Crosswalk) -> list[Unit]:
    """Return every labelled title.

    A title of the cartographie keeps the postes that the cartographie gives it, whatever ROME says of it.
    """
    postes = list(_of_postes(cartographie))
    known = {title_key(text) for unit in postes for text in unit.texts}
    return [*postes, *_of_rome(crosswalk, known), *_of_courses(), *_of_tools(cartographie.postes)]


def _of_postes(cartographie: Cartographie) -> Iterator[Unit]:
    for poste in cartographie.postes:
        share = {poste.id: 1.0}
        yield Unit((poste.libelle,), share, "poste", poste.id)
        for intitule in poste.intitules:
            texts = tuple(dict.fromkeys((intitule.masculin, intitule.feminin)))
            yield Unit(texts, share, "poste", poste.id)
        for title in poste.titles:
            yield Unit((title,), share, "poste", poste.id)


def _of_rome(crosswalk: Crosswalk, known: set[str]) -> Iterator[Unit]:
    for appellation in crosswalk.rome.appellations.values():
        if appellation.code is None:
            continue
        texts = tuple(text for text in genders(appellation.libelle) if title_key(text) not in known)
        if not texts:
            continue
        shares = crosswalk.of_appellation(appellation.ogr)
        best = max(shares, key=lambda key: (key != HORS, shares[key]))
        if best == HORS:
            yield Unit(texts, shares, "hors", appellation.code[0])
        else:
            yield Unit(texts, shares, "appellation", best)


def _of_courses() -> Iterator[Unit]:
    for title, letter in OTHER_COURSES.items():
        yield Unit((title,), {HORS: 1.0}, "formation", letter)
    for title, postes in DIPLOMAS.items():
        yield Unit((title,), _even(postes), "formation", postes[0])


def _of_tools(postes: Iterable[Poste]) -> Iterator[Unit]:
    users: dict[str, list[str]] = {}
    for poste in postes:
        for outil in poste.outils:
            users.setdefault(outil, []).append(poste.id)
    for outil, ids in users.items():
        if outil not in OFFICE_TOOLS:
            yield Unit((outil,), _even(ids), "outil", "")


def _even(ids: Iterable[str]) -> dict[str, float]:
    """Share equally.

    >>> _even(["a", "b"])
    {'a': 0.5, 'b': 0.5}
    """
    unique = list(dict.fromkeys(ids))
    return {i: 1 / len(unique) for i in unique}

"""Labelled titles that answers cite as evidence."""

from __future__ import annotations

from collections.abc import Iterator

from cartography.crosswalk import HORS, Crosswalk
from cartography.text import genders
from cartography.tree import Cartographie
from models.bundle import References
from models.encoder import Encoder


def build_references(cartographie: Cartographie, crosswalk: Crosswalk, encoder: Encoder) -> References:
    """Return the references, encoded by the graph that will answer.

    They are the postes' titles, the appellations that feed a poste, those that were read and set aside, and one
    appellation of each other ROME code: enough for every trade to have a neighbour, few enough for a small bundle.
    """
    labelled: dict[str, tuple[str, ...]] = {}
    known = {poste.id for poste in cartographie.postes}
    for text, postes in (*_of_postes(cartographie), *_of_rome(crosswalk)):
        if known.issuperset(postes):
            labelled.setdefault(text, postes)
    texts = tuple(labelled)
    return References(texts, tuple(labelled.values()), encoder.encode(texts))


def _of_postes(cartographie: Cartographie) -> Iterator[tuple[str, tuple[str, ...]]]:
    for poste in cartographie.postes:
        for title in (poste.libelle, *(i.masculin for i in poste.intitules), *poste.titles):
            yield title, (poste.id,)


def _of_rome(crosswalk: Crosswalk) -> Iterator[tuple[str, tuple[str, ...]]]:
    seen: set[str] = set()
    for appellation in crosswalk.rome.appellations.values():
        if appellation.code is None:
            continue
        shares = crosswalk.of_appellation(appellation.ogr)
        postes = tuple(sorted((k for k in shares if k != HORS), key=lambda k: -shares[k]))
        if postes or appellation.ogr in crosswalk.by_ogr or appellation.code not in seen:
            seen.add(appellation.code)
            yield genders(appellation.libelle)[0], postes

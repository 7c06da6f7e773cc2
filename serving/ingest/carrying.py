"""An answer told in an older version of the cartographie: its nodes carried over where the published table says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cartography.loading import VERSIONS, load_version
from cartography.tree import Cartographie, Famille
from models.answer import Answer, Niveau, Scored

_Level = Literal["famille", "metier", "poste"]
_DEPTH: Mapping[Niveau, int] = {"aucun": 0, "famille": 1, "metier": 2, "poste": 3}


@dataclass(frozen=True)
class Carrying:
    """How answers go over to one older version, of which only the familles are known.

    Attributes:
        version: the older one.
        places: poste → its famille there, and the highest node on the poste's path all of whose postes go to that
            famille: its probability is (at least) the famille's. A famille that was split in two is told of no
            answer that is not sure of the métier.
    """

    version: str
    places: Mapping[str, tuple[Famille, _Level]]

    @classmethod
    def between(cls, current: Cartographie, older: Cartographie) -> Carrying:
        """Return how answers of a version go over to an older one; a poste that it has no place for is left out."""
        familles = {poste.id: famille for poste in current.postes if (famille := _famille(older, current, poste.id))}
        places: dict[str, tuple[Famille, _Level]] = {}
        for poste, famille in familles.items():
            places[poste] = famille, _level(current, poste, familles)
        return cls(older.version, places)

    def tell(self, answer: Answer) -> dict[str, Any]:
        """Return `{"niveau", "famille", "metier", "poste"}` of an answer in the older version."""
        told: dict[str, Any] = {"niveau": "aucun", "famille": None, "metier": None, "poste": None}
        if answer.poste is None or answer.poste.id not in self.places:
            return told
        famille, level = self.places[answer.poste.id]
        deciding: Scored = getattr(answer, level)
        told["famille"] = Scored(famille.id, famille.libelle, deciding.score).as_json()
        if _DEPTH[answer.niveau] >= _DEPTH[level]:
            told["niveau"] = "famille"
        return told


def carryings(current: Cartographie) -> dict[str, Carrying]:
    """Return version → how answers of this tree go over to it, for each published version that has a table."""
    older = (load_version(version) for version in VERSIONS if version != current.version)
    return {tree.version: Carrying.between(current, tree) for tree in older if tree.correspondances}


def _famille(older: Cartographie, current: Cartographie, poste: str) -> Famille | None:
    try:
        return older.famille_of(current, poste)
    except KeyError:
        return None


def _level(current: Cartographie, poste: str, familles: Mapping[str, Famille]) -> _Level:
    famille, metier, _ = current.path(poste)
    of_famille = {familles.get(p.id) for m in famille.metiers for p in m.postes}
    of_metier = {familles.get(p.id) for p in metier.postes}
    return "famille" if len(of_famille) == 1 else "metier" if len(of_metier) == 1 else "poste"

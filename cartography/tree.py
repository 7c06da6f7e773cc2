"""The GEN tree: Cartographie ▸ Famille ▸ Metier ▸ Poste, immutable, one instance per published version."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Intitule:
    """A usual French job title in both genders (the same twice when epicene)."""

    masculin: str
    feminin: str


@dataclass(frozen=True, slots=True)
class Poste:
    """The finest label.

    Attributes:
        id: identifier of the published cartographie.
        libelle: published label.
        definition: one to three sentences: what one does, on what, what sets it apart.
        intitules: usual French titles, the poste's own first.
        titles: usual English titles.
        outils: typical tools, technologies and standards.
        competences: typical skills.
        metier_id: parent métier.
        famille_id: parent famille.
    """

    id: str
    libelle: str
    definition: str
    intitules: tuple[Intitule, ...]
    titles: tuple[str, ...]
    outils: tuple[str, ...]
    competences: tuple[str, ...]
    metier_id: str
    famille_id: str

    def all_titles(self) -> Iterator[str]:
        """Yield the label, then every usual title, each spelling once."""
        seen: dict[str, None] = {self.libelle: None}
        for intitule in self.intitules:
            seen[intitule.masculin] = None
            seen[intitule.feminin] = None
        seen.update(dict.fromkeys(self.titles))
        yield from seen


@dataclass(frozen=True, slots=True)
class Metier:
    """A métier and its postes, in the published order."""

    id: str
    libelle: str
    famille_id: str
    postes: tuple[Poste, ...]


@dataclass(frozen=True, slots=True)
class Famille:
    """A famille and its métiers, in the published order."""

    id: str
    libelle: str
    metiers: tuple[Metier, ...]


Node = Famille | Metier | Poste


@dataclass(frozen=True)
class Cartographie:
    """One published version of the tree.

    Attributes:
        version: e.g. "2023-01"; part of every answer.
        libelle: what people call this version.
        source: where it was published.
        familles: in the published order. A version may stop at the familles (no métiers known).
        correspondances: for an older version, id of a node of the current version → id of the famille here; the
            nearest ancestor that is named decides. Empty for the current version.
    """

    version: str
    libelle: str
    source: str
    familles: tuple[Famille, ...]
    correspondances: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def metiers(self) -> tuple[Metier, ...]:
        """Every métier in order."""
        return tuple(m for f in self.familles for m in f.metiers)

    @cached_property
    def postes(self) -> tuple[Poste, ...]:
        """Every poste in order; position `i` is class `i` of the classifier."""
        return tuple(p for m in self.metiers for p in m.postes)

    @cached_property
    def _famille_by_id(self) -> dict[str, Famille]:
        return {f.id: f for f in self.familles}

    @cached_property
    def _metier_by_id(self) -> dict[str, Metier]:
        return {m.id: m for m in self.metiers}

    @cached_property
    def _poste_by_id(self) -> dict[str, Poste]:
        return {p.id: p for p in self.postes}

    def famille(self, famille_id: str) -> Famille:
        """Return a famille. Raises KeyError if unknown."""
        return self._famille_by_id[famille_id]

    def metier(self, metier_id: str) -> Metier:
        """Return a métier. Raises KeyError if unknown."""
        return self._metier_by_id[metier_id]

    def poste(self, poste_id: str) -> Poste:
        """Return a poste. Raises KeyError if unknown."""
        return self._poste_by_id[poste_id]

    def find(self, node_id: str) -> tuple[Node, ...]:
        """Return every node with this identifier, deepest first (`developpement` is a famille and a métier)."""
        tables: tuple[Mapping[str, Node], ...] = (self._poste_by_id, self._metier_by_id, self._famille_by_id)
        return tuple(t[node_id] for t in tables if node_id in t)

    def path(self, poste_id: str) -> tuple[Famille, Metier, Poste]:
        """Return (famille, métier, poste) of a poste. Raises KeyError if unknown."""
        poste = self.poste(poste_id)
        return self.famille(poste.famille_id), self.metier(poste.metier_id), poste

    def without(self, postes: Collection[str]) -> Cartographie:
        """Return the tree without some postes, and without the métiers and familles that none is left in.

        Args:
            postes: identifiers; unknown ones are passed over.
        """
        familles = []
        for famille in self.familles:
            metiers = [
                replace(metier, postes=kept)
                for metier in famille.metiers
                if (kept := tuple(poste for poste in metier.postes if poste.id not in postes))
            ]
            if metiers:
                familles.append(replace(famille, metiers=tuple(metiers)))
        return replace(self, familles=tuple(familles))

    def famille_of(self, current: Cartographie, poste_id: str) -> Famille:
        """Return the famille of this (older) version that a poste of the current version belongs to.

        Args:
            current: the version that `poste_id` comes from.
            poste_id: a poste of `current`.

        Raises:
            KeyError: unknown poste.
        """
        famille, metier, poste = current.path(poste_id)
        for key in (f"poste:{poste.id}", f"metier:{metier.id}", f"famille:{famille.id}"):
            if key in self.correspondances:
                return self.famille(self.correspondances[key])
        return self.famille(famille.id)

    def as_json(self) -> dict[str, Any]:
        """Return the tree in the form of its data file, correspondences included when there are any."""
        tree: dict[str, Any] = {
            "version": self.version,
            "libelle": self.libelle,
            "source": self.source,
            "familles": [
                {
                    "id": f.id,
                    "libelle": f.libelle,
                    "metiers": [
                        {"id": m.id, "libelle": m.libelle, "postes": [_poste_json(p) for p in m.postes]}
                        for m in f.metiers
                    ],
                }
                for f in self.familles
            ],
        }
        if self.correspondances:
            tree["correspondances"] = dict(self.correspondances)
        return tree


def _poste_json(poste: Poste) -> dict[str, Any]:
    return {
        "id": poste.id,
        "libelle": poste.libelle,
        "definition": poste.definition,
        "intitules_fr": [{"m": t.masculin, "f": t.feminin} for t in poste.intitules],
        "intitules_en": list(poste.titles),
        "outils": list(poste.outils),
        "competences": list(poste.competences),
    }

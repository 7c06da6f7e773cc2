"""What a result must be."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from cartography.places import distance_km
from models.search.columns import Columns, Mask
from models.search.criteria import CRITERIA, NO, YES, day_number

Wanted = str | tuple[str, ...] | None
"""One value, several of which any will do, or None: all pass."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A radius around a place: degrees and kilometres; `nom` is what people call its centre."""

    latitude: float
    longitude: float
    km: float
    nom: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a result must be; None lets everything pass.

    Attributes:
        type: formation or offre.
        numerique: only records inside (True) or outside (False) the cartographie.
        famille: identifiers of the best guess's famille; likewise metier and poste.
        metier: see famille.
        poste: see famille.
        region: Insee codes; likewise departement.
        departement: see region.
        niveau_sortie: level aimed at, 1 to 8.
        niveau_entree: level required, 1 to 8.
        modalite: présentiel, à distance, mixte.
        certifiante: oui or non.
        certification: RNCP or RS numbers, with their prefix.
        organisme: provider of a course, employer of an offer.
        label: labels.
        contrat: kinds of contract.
        duree: bands of duration.
        duree_min: least number of hours; records of unknown duration do not pass.
        duree_max: greatest number of hours.
        depuis: ISO date; older records, and those without date, do not pass.
        autour: a circle; records without place do not pass.
    """

    type: Wanted = None
    numerique: bool | None = None
    famille: Wanted = None
    metier: Wanted = None
    poste: Wanted = None
    region: Wanted = None
    departement: Wanted = None
    niveau_sortie: Wanted = None
    niveau_entree: Wanted = None
    modalite: Wanted = None
    certifiante: Wanted = None
    certification: Wanted = None
    organisme: Wanted = None
    label: Wanted = None
    contrat: Wanted = None
    duree: Wanted = None
    duree_min: float | None = None
    duree_max: float | None = None
    depuis: str | None = None
    autour: Circle | None = None

    def wanted(self, name: str) -> frozenset[str]:
        """Return the values that pass for a criterion; none when all do.

        >>> sorted(Filters(contrat=("CDI", "CDD")).wanted("contrat")), Filters(numerique=True).wanted("numerique")
        (['CDD', 'CDI'], frozenset({'oui'}))
        """
        value = getattr(self, name)
        if value is None:
            return frozenset()
        if isinstance(value, bool):
            return frozenset([YES if value else NO])
        return frozenset([value] if isinstance(value, str) else value)

    def active(self) -> tuple[str, ...]:
        """Return the criteria of distinct values that are asked for."""
        return tuple(name for name in CRITERIA if getattr(self, name) is not None)

    def without(self, name: str) -> Filters:
        """Return the filters with a criterion let go."""
        return replace(self, **{name: None})

    def as_json(self) -> dict[str, Any]:
        """Return the filters that are set."""
        told: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Circle):
                value = {"lieu": value.nom, "latitude": value.latitude, "longitude": value.longitude, "km": value.km}
            if value is not None:
                told[field.name] = list(value) if isinstance(value, tuple) else value
        return told

    def mask(self, columns: Columns) -> Mask:
        """Return which records pass, dead ones left out, bool (count,): those stored from now on are not in it."""
        mask = columns.alive().copy()
        count = len(mask)
        for name in self.active():
            mask &= columns.column(name).mask(self.wanted(name), count)
        if self.duree_min is not None:
            mask &= columns.numbers("duree_heures")[:count] >= self.duree_min
        if self.duree_max is not None:
            mask &= columns.numbers("duree_heures")[:count] <= self.duree_max
        if self.depuis is not None:
            mask &= columns.numbers("date")[:count] >= day_number(self.depuis)
        if self.autour is not None:
            mask &= distances(columns, self.autour)[:count] <= self.autour.km
        return mask


def distances(columns: Columns, circle: Circle) -> Any:
    """Return kilometres from a circle's centre to each record, NaN where it has no place."""
    longitudes = columns.numbers("longitude")
    latitudes = columns.numbers("latitude")[: len(longitudes)]
    with np.errstate(invalid="ignore"):
        return distance_km(circle.latitude, circle.longitude, latitudes, longitudes)

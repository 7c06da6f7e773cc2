"""One place: a commune, a named place, a département or a région of France."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is, or what a person looks around.

    Attributes:
        nom: its name, as INSEE writes it.
        commune: INSEE code; None for a région, a département, or a named place that is no commune.
        departement: code of its département ("01", "2A", "971"); None for a région.
        region: code of its région, two digits.
        latitude: in decimal degrees; None for a région or a département, which are nowhere in particular.
        longitude: in decimal degrees; None with the latitude.
    """

    nom: str
    commune: str | None = None
    departement: str | None = None
    region: str | None = None
    latitude: float | None = None
    longitude: float | None = None

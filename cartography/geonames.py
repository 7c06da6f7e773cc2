"""The populated places of France that two packaged extracts of GeoNames name (geonames.org, CC BY 4.0)."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cartography.outlines import Outline
from cartography.place_names import place_key

OVERSEAS = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976"}
COUNTRIES = frozenset(("FR", *OVERSEAS))
NEAR_KM = 6.0
"""The outlines are simplified: a place this far outside may still be of the département."""


@dataclass(frozen=True, slots=True)
class Point:
    """A populated place of GeoNames.

    Attributes:
        nom: its name.
        others: keys of its other names.
        departement: the code of the département it lies in.
        latitude: in decimal degrees.
        longitude: in decimal degrees.
        population: inhabitants, 0 where unknown.
    """

    nom: str
    others: tuple[str, ...]
    departement: str
    latitude: float
    longitude: float
    population: int


def department_of(outlines: Mapping[str, Outline], latitude: float, longitude: float) -> str | None:
    """Return the département a point lies in, or the nearest where a simplified outline leaves it out."""
    for code, outline in outlines.items():
        if outline.holds(latitude, longitude):
            return code
    near = [(outline.distance_km(latitude, longitude), code) for code, outline in outlines.items()]
    distance, code = min(near)
    return code if distance <= NEAR_KM else None


def points(cities500: Path, cities1000: Path, outlines: Mapping[str, Outline]) -> list[Point]:
    """Return GeoNames' places of France, the better known of two extracts first."""
    found: list[tuple[str, tuple[str, ...], str, float, float, int]] = []
    for city in json.loads(cities500.read_text(encoding="utf-8")).values():
        if city["countrycode"] in COUNTRIES:
            keys = tuple(key for name in city["alternatenames"] if (key := place_key(name)))
            spot = (float(city["latitude"]), float(city["longitude"]))
            found.append((city["name"], keys, city["countrycode"], *spot, int(city["population"])))
    with cities1000.open(encoding="utf-8", newline="") as stream:
        rows = (row for row in csv.DictReader(stream) if row["cc"] in COUNTRIES)
        found += [(row["name"], (), row["cc"], float(row["lat"]), float(row["lon"]), 0) for row in rows]
    located = ((_department(outlines, *city[2:5]), city) for city in found)
    return [
        Point(name, others, code, lat, lon, people) for code, (name, others, _, lat, lon, people) in located if code
    ]


def _department(outlines: Mapping[str, Outline], country: str, latitude: float, longitude: float) -> str | None:
    return OVERSEAS.get(country) or department_of(outlines, latitude, longitude)

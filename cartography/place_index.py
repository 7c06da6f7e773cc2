"""The places of the tables, by code and by name, and the grid that says which commune a point is near."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from math import cos, floor, hypot, radians

from cartography.distance import KM_PER_DEGREE
from cartography.gazetteer import Row
from cartography.place import Place
from cartography.place_names import place_key, without_article
from cartography.place_suggestions import Suggestions

_TOWN = 20_000
"""Inhabitants from which a commune wins over the département or the région of its name (Vienne, in Isère)."""
_CELL = 5
"""Cells of the grid per degree."""
_NEAREST_KM = 30.0
_SHORT_REGIONS = {"paca": "93", "idf": "11", "aura": "84", "centre": "24"}


class PlaceIndex:
    """Places by INSEE code, postal code, name and coordinates; homonyms in order of inhabitants.

    Attributes:
        communes: INSEE code → commune.
        postal: postal code → its communes, the most populous first.
        departements: code → département.
        regions: code → région.
    """

    def __init__(self, rows: Iterable[Row], departements: Iterable[tuple[str, str, str, str]]) -> None:
        self.communes: dict[str, Place] = {}
        self.departements: dict[str, Place] = {}
        self.regions: dict[str, Place] = {}
        self.postal: defaultdict[str, list[Place]] = defaultdict(list)
        self._names: defaultdict[str, list[Place]] = defaultdict(list)
        self._towns: set[str] = set()
        self._grid: defaultdict[tuple[int, int], list[Place]] = defaultdict(list)
        for code, nom, region, nom_region in departements:
            self.departements[code] = Place(nom, None, code, region)
            self.regions[region] = Place(nom_region, None, None, region)
        ranked = sorted(rows, key=lambda row: (not row.insee, -row.habitants))
        keyed = [(place_key(row.nom), row.habitants if row.insee else 0, self._add(row)) for row in ranked]
        for key, _, place in keyed:
            self._names[key].append(place)
        for key, _, place in keyed:  # after the names that have none
            if (bare := without_article(key)) != key:
                self._names[bare].append(place)
        self._departement_keys = _by_name(self.departements)
        self._region_keys = _by_name(self.regions) | _SHORT_REGIONS
        self._keyed = keyed

    def _add(self, row: Row) -> Place:
        """Index a row by its codes and its cell."""
        departement = self.departements.get(row.departement)
        region = departement.region if departement else None
        place = Place(row.nom, row.insee or None, row.departement, region, row.latitude, row.longitude)
        if row.insee:
            self.communes[row.insee] = place
            self._grid[floor(row.latitude * _CELL), floor(row.longitude * _CELL)].append(place)
            if row.habitants >= _TOWN:
                self._towns.add(row.insee)
        for postal in row.codes_postaux:
            self.postal[postal].append(place)
        return place

    @cached_property
    def suggestions(self) -> Suggestions:
        """What may be suggested; made at the first use, which a classification never comes to."""
        regions, departements = self.regions.values(), self.departements.values()
        return Suggestions(self._keyed, regions, departements, self.postal)

    def departement_code(self, text: str) -> str | None:
        """Return the code of a département given by code or by name."""
        code = re.sub(r"\.0\Z", "", text.strip()).upper()
        code = code.zfill(2) if code.isdecimal() else code
        return code if code in self.departements else self._departement_keys.get(place_key(text))

    def region_code(self, text: str) -> str | None:
        """Return the code of a région given by code or by name."""
        code = text.strip().zfill(2)
        return code if code in self.regions else self._region_keys.get(place_key(text))

    def named(self, key: str) -> Place | None:
        """Return what a name alone means: a town, else the département or région, else the largest homonym."""
        homonyms = self._names.get(key)
        if homonyms and homonyms[0].commune in self._towns:
            return homonyms[0]
        if code := self._departement_keys.get(key):
            return self.departements[code]
        if code := self._region_keys.get(key):
            return self.regions[code]
        return homonyms[0] if homonyms else None

    def named_in(self, key: str, codes: Iterable[str]) -> Place | None:
        """Return the largest place of a name in one of the départements."""
        wanted = set(codes)
        return next((place for place in self._names.get(key, ()) if place.departement in wanted), None)

    def is_town(self, place: Place) -> bool:
        """Tell a commune of 20,000 inhabitants or more."""
        return place.commune in self._towns

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """Return the commune whose centre is nearest to a point, None far from all of them."""
        row, column = floor(latitude * _CELL), floor(longitude * _CELL)
        around = [p for i in (-1, 0, 1) for j in (-1, 0, 1) for p in self._grid.get((row + i, column + j), ())]
        found = min(((_km(place, latitude, longitude), n) for n, place in enumerate(around)), default=None)
        return around[found[1]] if found and found[0] <= _NEAREST_KM else None


def _km(place: Place, latitude: float, longitude: float) -> float:
    """Return the distance to a place at most a few cells away, as on a plane: faster than on the globe."""
    north = (place.latitude or 0.0) - latitude
    east = ((place.longitude or 0.0) - longitude) * cos(radians(latitude))
    return KM_PER_DEGREE * hypot(north, east)


def _by_name(places: dict[str, Place]) -> dict[str, str]:
    """Return name key → code, with and without article."""
    keys = {place_key(place.nom): code for code, place in places.items()}
    return {without_article(key): code for key, code in keys.items()} | keys

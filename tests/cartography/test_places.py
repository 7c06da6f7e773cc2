from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.fiche import Fiche
from cartography.gazetteer import read_communes
from cartography.place import Place
from cartography.places import Places, distance_km, load_places

KNOWN = load_places()


def _offer(**extras: Any) -> Fiche:
    return Fiche("1", "offre", "Développeur", extras=extras)


def _found(text: str) -> Place:
    place = KNOWN.find(text)
    assert place is not None, text
    return place


def _of(**extras: Any) -> Place:
    place = KNOWN.of_fiche(_offer(**extras))
    assert place is not None, extras
    return place


@pytest.mark.parametrize(
    ("text", "commune"),
    [
        ("Lyon", "69123"),
        ("LYON", "69123"),
        ("lyon 3e", "69383"),
        ("Lyon 3ème arrondissement", "69383"),
        ("69003", "69383"),
        ("Paris 75", "75056"),
        ("PARIS 08", "75108"),
        ("paris 1er", "75101"),
        ("Marseille 16e", "13216"),
        ("Lyon 10", "69123"),
        ("St Etienne", "42218"),
        ("Saint-Étienne", "42218"),
        ("saint etienne cedex 2", "42218"),
        ("35238", "35238"),
        ("38000 Grenoble", "38185"),
        ("12 rue de la Paix, 75002 Paris", "75102"),
        ("Havre", "76351"),
        ("la roche-sur-yon", "85191"),
        ("Lyon, Auvergne-Rhône-Alpes, France", "69123"),
        ("Lyon Part-Dieu", "69123"),
        ("Vienne", "38544"),
        ("Saint-Denis (93)", "93066"),
        ("Saint-Denis 93", "93066"),
        ("Saint-Denis, La Réunion", "97411"),
        ("Saint-Denis (Seine-Saint-Denis)", "93066"),
        ("2A004", "2A004"),
        ("Fort-de-France", "97209"),
    ],
)
def test_what_a_person_types_is_a_commune(text: str, commune: str) -> None:
    assert _found(text).commune == commune


@pytest.mark.parametrize(
    ("text", "nom", "departement", "region"),
    [
        ("Rhône", "Rhône", "69", "84"),
        ("rhone", "Rhône", "69", "84"),
        ("69", "Rhône", "69", "84"),
        ("1", "Ain", "01", "84"),
        ("2b", "Haute-Corse", "2B", "94"),
        ("Savoie (Haute)", "Haute-Savoie", "74", "84"),
        ("Vienne (86)", "Vienne", "86", "75"),
        ("Martinique", "Martinique", "972", "02"),
        ("Bretagne", "Bretagne", None, "53"),
        ("ILE-DE-FRANCE", "Île-de-France", None, "11"),
        ("Corse", "Corse", None, "94"),
        ("paca", "Provence-Alpes-Côte d'Azur", None, "93"),
    ],
)
def test_areas_are_found_and_are_nowhere_in_particular(
    text: str, nom: str, departement: str | None, region: str
) -> None:
    assert _found(text) == Place(nom, None, departement, region)


@pytest.mark.parametrize(
    "text", ["", " ", "🙂", "-", "France", "Atlantide", "99999", "Montréal, QC, Canada", "+ FRANCE"]
)
def test_what_is_no_place_of_france_is_not_found(text: str) -> None:
    assert KNOWN.find(text) is None


@pytest.mark.parametrize(
    ("extras", "commune"),
    [
        ({"lieu": "49 - Avrillé"}, "49015"),
        ({"lieu": "75 - Paris 13e Arrondissement"}, "75113"),
        ({"lieu": "07 - ST JULIEN EN ST ALBAN"}, "07255"),
        ({"lieu": "76 - Havre"}, "76351"),
        ({"lieu": "Toulouse"}, "31555"),
        ({"lieu": "Paris, Nantes"}, "75056"),
        ({"commune": "44109"}, "44109"),
        ({"commune": 1053}, "01053"),
        ({"commune": "2a004"}, "2A004"),
        ({"commune": "75056", "code_postal": "75009"}, "75109"),
        ({"commune": "99999", "code_postal": "35000"}, "35238"),
        ({"commune": "Nantes"}, "44109"),
        ({"code_postal": 1000}, "01053"),
        ({"code_postal": "74570", "lieu": "74 - GROISY"}, "74137"),
        ({"code_postal": "31190", "lieu": "31 - 20 minutes au sud de Toulouse"}, "31033"),
        ({"code_postal": "92042", "lieu": "Courbevoie cedex"}, "92026"),
        ({"lieu": "Saint-Denis", "departement": "93"}, "93066"),
        ({"lieu": "13", "commune": "13055"}, "13055"),
        ({"lieu": ["Lyon", "Paris"]}, "69123"),
    ],
)
def test_a_record_says_its_commune(extras: dict[str, Any], commune: str) -> None:
    assert _of(**extras).commune == commune


@pytest.mark.parametrize(
    ("extras", "departement", "region"),
    [
        ({"lieu": "69"}, "69", "84"),
        ({"lieu": "6"}, "06", "93"),
        ({"lieu": "74 - Haute-Savoie"}, "74", "84"),
        ({"lieu": "37 - sur le département 37"}, "37", "24"),
        ({"lieu": "France", "departement": 33}, "33", "75"),
        ({"code_postal": "20999"}, "2B", "94"),
        ({"lieu": "Île-de-France"}, None, "11"),
        ({"region": "Bretagne"}, None, "53"),
        ({"lieu": "Île-de-France", "departement": "Val-de-Marne"}, "94", "11"),
    ],
)
def test_a_record_may_say_an_area_only(extras: dict[str, Any], departement: str | None, region: str) -> None:
    place = _of(**extras)
    assert (place.commune, place.departement, place.region) == (None, departement, region)
    assert place.latitude is None
    assert place.longitude is None


def test_a_records_own_coordinates_win() -> None:
    place = _of(lieu="Lyon", latitude="45,70", longitude=4.9)
    assert (place.commune, place.latitude, place.longitude) == ("69123", 45.7, 4.9)
    alone = _of(latitude=48.1173, longitude=-1.6778)
    assert (alone.commune, alone.region, alone.latitude) == ("35238", "53", 48.1173)
    within = _of(lieu="Bretagne", latitude=48.1173, longitude=-1.6778)
    assert within.departement == "35"
    abroad = _of(latitude=40.7, longitude=-74.0)
    assert (abroad.departement, abroad.latitude) == (None, 40.7)


@pytest.mark.parametrize("bad", [(0, 0), ("x", 4.8), (None, None), (91, 4.8), (float("nan"), 4.8), (True, 1), ([], {})])
def test_coordinates_that_are_none_leave_the_commune_its_own(bad: tuple[object, object]) -> None:
    place = _of(lieu="Lyon", latitude=bad[0], longitude=bad[1])
    assert place == _found("Lyon")


def test_a_record_without_a_place_is_nowhere() -> None:
    assert KNOWN.of_fiche(_offer()) is None
    assert KNOWN.of_fiche(_offer(lieu="Prague")) is None


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(["commune", "code_postal", "lieu", "departement", "region", "latitude", "longitude", "autre"])


@given(st.dictionaries(_NAMES, _JUNK))
def test_no_record_is_too_strange(extras: dict[str, Any]) -> None:
    place = KNOWN.of_fiche(_offer(**extras))
    assert place is None or isinstance(place.nom, str)


@given(st.text(max_size=300), st.integers(-1, 20))
def test_nothing_a_person_types_fails(text: str, k: int) -> None:
    KNOWN.find(text)
    KNOWN.departement_code(text)
    KNOWN.region_code(text)
    assert len(KNOWN.suggest(text, k)) <= max(k, 0)


@given(st.sampled_from([row for row in read_communes() if row.insee]))
def test_a_commune_is_found_by_code_and_by_name(row: Any) -> None:
    departement = KNOWN.departements[row.departement]
    assert _of(commune=row.insee).nom == row.nom
    for text in (
        f"{row.nom} ({row.departement})",
        f"{row.departement} - {row.nom.upper()}",
        f"{row.nom} ({departement})",
    ):
        assert _found(text).departement == row.departement, text


def test_suggestions_come_while_typing() -> None:
    assert [place.nom for place in KNOWN.suggest("toul", 2)] == ["Toulouse", "Toulon"]
    assert KNOWN.suggest("st-e")[0].commune == "42218"
    assert KNOWN.suggest("havre")[0].nom == "Le Havre"
    assert [place.nom for place in KNOWN.suggest("Bretag", 1)] == ["Bretagne"]
    assert [place.nom for place in KNOWN.suggest("martiniq")] == ["Martinique"]
    assert [place.nom for place in KNOWN.suggest("paris", 1)] == ["Paris"]
    assert KNOWN.suggest("69")[0].nom == "Rhône"
    assert KNOWN.suggest("69003")[0].commune == "69383"
    assert KNOWN.suggest("") == []
    assert KNOWN.suggest("zzzz") == []
    places = KNOWN.suggest("l", 50)
    assert len(set(places)) == len(places) == 50


def test_suggesting_and_reading_are_quick() -> None:
    KNOWN.suggest("a")
    fiche = _offer(lieu="49 - Avrillé", code_postal="49240")
    best_suggest = best_read = 1.0
    for _ in range(20):
        start = time.perf_counter()
        KNOWN.suggest("sa")
        best_suggest = min(best_suggest, time.perf_counter() - start)
        start = time.perf_counter()
        KNOWN.of_fiche(fiche)
        best_read = min(best_read, time.perf_counter() - start)
    # Ten times what a quiet machine needs.
    assert best_suggest < 5e-3
    assert best_read < 1e-4


def test_departements_and_regions_are_all_there() -> None:
    assert len(KNOWN.departements) == 101
    assert len(KNOWN.regions) == 18
    assert KNOWN.region_of["2A"] == KNOWN.region_code("corse") == "94"
    assert KNOWN.departement_code("cotes d'armor") == KNOWN.departement_code("22") == "22"
    assert KNOWN.departement_code("Réunion") == KNOWN.departement_code("La Réunion") == "974"
    assert KNOWN.departement_code("99") is None
    assert KNOWN.region_code("Atlantide") is None
    assert isinstance(KNOWN, Places)


def test_the_table_holds_together() -> None:
    rows = list(read_communes())
    codes = [row.insee for row in rows if row.insee]
    assert len(codes) == len(set(codes)) > 34_000
    assert {row.departement for row in rows} == set(KNOWN.departements)
    assert {row.insee[:3] for row in rows if row.nom.startswith("Paris ") and "Arrondissement" in row.nom} == {"751"}
    for row in rows:
        assert -25 < row.latitude < 52, row
        assert -64 < row.longitude < 56, row
        if row.departement < "97":
            assert 41 < row.latitude < 51.2, row
            assert -5.3 < row.longitude < 9.7, row


def test_distances() -> None:
    paris, lyon = _found("Paris"), _found("Lyon")
    assert paris.latitude is not None
    assert paris.longitude is not None
    assert lyon.latitude is not None
    assert lyon.longitude is not None
    assert distance_km(paris.latitude, paris.longitude, lyon.latitude, lyon.longitude) == pytest.approx(392, abs=3)
    assert distance_km(0, 0, 0, 180) == pytest.approx(20_015, abs=1)
    column = distance_km(0, 0, np.array([0.0, np.nan]), np.array([1.0, 1.0]))
    assert column[0] == pytest.approx(111.19, abs=0.01)
    assert np.isnan(column[1])


def test_a_name_that_has_brackets_of_its_own_is_found_with_its_departement() -> None:
    assert _found("Bors (Canton de Tude-et-Lavalette) (Charente)").commune == "16052"

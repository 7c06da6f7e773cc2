import pytest

from cartography.crosswalk import HORS, load_crosswalk
from cartography.loading import load_version
from cartography.rome import Appellation, Rome, load_rome


def test_the_shipped_nomenclature_is_whole() -> None:
    rome = load_rome()
    assert len(rome.codes) == 1584
    assert len(rome.codes_v3) == 531
    assert sum(a.code is not None for a in rome.appellations.values()) == 13120
    assert sum(a.code_v3 is not None for a in rome.appellations.values()) == 10990
    assert all(parent in rome.codes for _, parent in rome.codes.values())


def test_appellations_by_ogr_and_by_either_gender() -> None:
    rome = load_rome()
    expected = rome.appellation("14156")
    assert expected is not None
    assert expected.code == "M1855"
    for text in ("Développeur / Développeuse web", "développeuse WEB", "Développeur web"):
        found = rome.appellation(text)
        assert found is not None, text
        assert found.code == "M1855"
    assert rome.appellation("999999999") is None
    assert rome.appellation("ceci n'existe pas") is None


@pytest.mark.parametrize(
    ("code", "statut"),
    [("M1855", "4.0"), (" m1855 ", "4.0"), ("M9999", "inconnu"), ("23221", "mal_forme"), ("", "mal_forme")],
)
def test_a_code_is_reported_and_never_fatal(code: str, statut: str) -> None:
    assert load_rome().code(code).statut == statut


def test_a_code_that_only_rome_3_has_names_its_successors() -> None:
    rome = Rome(
        version="t",
        codes={"B1000": ("Nouveau", "B1000"), "B2000": ("Autre", "B1000")},
        codes_v3={"A1000": "Ancien"},
        appellations={str(i): Appellation(str(i), f"t{i}", "B1000" if i else "B2000", "A1000") for i in range(3)},
    )
    found = rome.code("A1000")
    assert (found.statut, found.libelle, found.successeurs) == ("3", "Ancien", ("B1000", "B2000"))


def test_transitions_sum_to_one() -> None:
    rome = load_rome()
    for code in rome.codes_v3:
        shares = rome.transition(code)
        assert not shares or sum(shares.values()) == pytest.approx(1)
    assert rome.transition("Z0000") == {}


def test_the_crosswalk_holds_together() -> None:
    crosswalk, tree = load_crosswalk(), load_version()
    known = {p.id for p in tree.postes} | {HORS}
    for ogr, weights in crosswalk.by_ogr.items():
        assert ogr in crosswalk.rome.appellations
        assert set(weights) <= known
        assert sum(weights.values()) == pytest.approx(1)
    for code in crosswalk.rome.codes:
        assert sum(crosswalk.of_code(code).values()) == pytest.approx(1), code


def test_an_appellation_speaks_before_its_code() -> None:
    crosswalk = load_crosswalk()
    assert crosswalk.shares(["M1843"], "Développeur / Développeuse web") == {"developpeur-web": 1.0}
    assert crosswalk.shares(["M1843"], "titre inconnu") == crosswalk.of_code("M1843")
    assert crosswalk.shares(["Z9999"], None) == {}
    assert crosswalk.of_appellation("Boulanger / Boulangère") == {HORS: 1.0}
    mixed = crosswalk.shares(["M1855", "D1102"], None)
    assert sum(mixed.values()) == pytest.approx(1)
    assert mixed[HORS] == pytest.approx(0.5)

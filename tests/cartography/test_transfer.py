import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.crosswalk import HORS, load_crosswalk
from cartography.loading import load_version
from cartography.transfer import UNKNOWN, Count, Niveau, apportion, transfer

CODES = ["M1855", "M1805", "M1843", "G1803", "E1104", "Z9999", "14156", "Développeuse web", "M1707"]
counts = st.lists(
    st.builds(
        Count,
        st.sampled_from(CODES),
        st.integers(0, 500),
        st.tuples(st.sampled_from(["2026-01", "2026-02"]), st.sampled_from(["69", "75"])),
    ),
    max_size=12,
)
shares = st.lists(st.floats(0.01, 1), min_size=1, max_size=6).map(
    lambda xs: {str(i): x / sum(xs) for i, x in enumerate(xs)}
)


@given(st.integers(0, 10_000), shares)
def test_apportioning_keeps_every_unit_and_stays_within_one(units: int, parts: dict[str, float]) -> None:
    whole = apportion(units, parts)
    assert sum(whole.values()) == units
    for key, share in parts.items():
        assert abs(whole[key] - units * share) < 1 + 1e-6


@given(counts, st.sampled_from(["poste", "metier", "famille"]))
def test_no_unit_is_lost_or_doubled_in_any_cell(rows: list[Count], niveau: Niveau) -> None:
    out = transfer(rows, load_crosswalk(), load_version(), niveau)
    for cell in {row.dimensions for row in rows}:
        given_units = sum(row.units for row in rows if row.dimensions == cell)
        assert sum(units for key, units in out.items() if key[1:] == cell) == given_units


@given(counts)
def test_levels_add_up_and_the_order_does_not_matter(rows: list[Count]) -> None:
    tree, crosswalk = load_version(), load_crosswalk()
    postes = transfer(rows, crosswalk, tree, "poste")
    assert postes == transfer(list(reversed(rows)), crosswalk, tree, "poste")
    familles: dict[tuple[str, ...], int] = {}
    for (poste, *cell), units in postes.items():
        node = poste if poste in (HORS, UNKNOWN) else tree.poste(poste).famille_id
        familles[node, *cell] = familles.get((node, *cell), 0) + units
    assert familles == transfer(rows, crosswalk, tree, "famille")


def test_codes_and_appellations_go_where_they_belong() -> None:
    tree, crosswalk = load_version(), load_crosswalk()
    out = transfer([Count("14156", 3), Count("G1803", 5), Count("Z9999", 2)], crosswalk, tree, "poste")
    assert out == {("developpeur-web",): 3, (HORS,): 5, (UNKNOWN,): 2}


def test_a_code_of_rome_3_has_the_extent_of_rome_3() -> None:
    crosswalk = load_crosswalk()
    narrow, broad = crosswalk.of_code("M1805"), crosswalk.of_code("M1805", "3")
    assert len(broad) > len(narrow)
    assert sum(broad.values()) == pytest.approx(1)
    assert crosswalk.of_code("M1855", "3") == crosswalk.of_code("M1855")


def test_every_appellation_carries_a_decision_and_how_it_was_made() -> None:
    crosswalk = load_crosswalk()
    decisions = [crosswalk.decision(ogr) for ogr in crosswalk.rome.appellations]
    assert len(decisions) == 13120
    assert sum(d.how == "lecture" for d in decisions) >= 1600
    assert all(1 <= len(d.shares) <= 3 and sum(d.shares.values()) == pytest.approx(1) for d in decisions)

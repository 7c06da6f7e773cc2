from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.errors import FicheInvalid
from cartography.fiche import fiche_from_mapping

GOOD = {"id": "a1", "type": "offre", "intitule": "Développeur web"}


def test_unknown_fields_stay_with_the_record() -> None:
    fiche = fiche_from_mapping({**GOOD, "salaire": {"min": 30}, "rome": ["m1855", "M1855"], "formacode": 31090})
    assert fiche.extras == {"salaire": {"min": 30}}
    assert fiche.rome == ("M1855",)
    assert fiche.formacode == ("31090",)
    assert fiche_from_mapping(fiche.as_json()) == fiche


@pytest.mark.parametrize(
    ("change", "champ"),
    [
        ({"id": ""}, "id"),
        ({"id": None}, "id"),
        ({"type": "stage"}, "type"),
        ({"intitule": "  "}, "intitule"),
        ({"intitule": "<p></p>"}, "intitule"),
        ({"intitule": "a\ud800"}, "intitule"),
        ({"rome": {"a": 1}}, "rome"),
        ({"description": 3.5j}, "description"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], champ: str) -> None:
    with pytest.raises(FicheInvalid) as caught:
        fiche_from_mapping({**GOOD, **change})
    assert caught.value.champ == champ
    assert champ in caught.value.message


def test_the_error_keeps_the_identifier() -> None:
    with pytest.raises(FicheInvalid) as caught:
        fiche_from_mapping({"id": 12, "type": "offre"})
    assert caught.value.fiche_id == "12"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "type", "intitule", "description", "rome", "rncp", "x"]), json_values))
def test_any_object_is_a_fiche_or_a_typed_error(values: dict[str, Any]) -> None:
    try:
        fiche = fiche_from_mapping(values)
    except FicheInvalid as error:
        named = error.champ
    else:
        named = fiche.id and fiche.intitule
    assert named

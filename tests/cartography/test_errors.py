"""Errors that cross from one process to another say there what they said here."""

from __future__ import annotations

from multiprocessing import get_context

import pytest

from cartography.errors import FicheInvalid, GenscanError


def fail(kind: str) -> None:
    if kind == "fiche":
        raise FicheInvalid("fiche_invalide", "id : champ absent", champ="id", fiche_id="a")
    raise GenscanError("index_absent", "aucun index ici")


@pytest.mark.parametrize(("kind", "expected"), [("fiche", FicheInvalid), ("autre", GenscanError)])
def test_an_error_of_another_process_is_the_same(kind: str, expected: type[GenscanError]) -> None:
    with get_context("spawn").Pool(1) as pool, pytest.raises(expected) as caught:
        pool.apply(fail, (kind,))
    error = caught.value
    assert (type(error), error.code in str(vars(error))) == (expected, True)
    assert str(error) == error.message
    if isinstance(error, FicheInvalid):
        assert (error.champ, error.fiche_id) == ("id", "a")

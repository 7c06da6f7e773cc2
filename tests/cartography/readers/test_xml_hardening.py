"""XML that would harm: entities, bombs, giants, breakage."""

from __future__ import annotations

import tracemalloc

import pytest

from cartography.fiche import Fiche
from cartography.readers import xmlstream
from tests.cartography.readers.support import error, fiche, read_bytes

COURSE = b'<formation numero="1"><intitule-formation>x</intitule-formation></formation>'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        b'<!DOCTYPE lheo [<!ENTITY l0 "ha">' + LAUGHS + b"]>",
        b'<!DOCTYPE lheo [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE lheo [<!ENTITY % x SYSTEM "http://exemple.test/x.dtd"> %x;]>',
        b'<!DOCTYPE lheo [<!NOTATION n SYSTEM "x"><!ENTITY x SYSTEM "y" NDATA n>]>',
    ],
)
def test_entities_are_refused(doctype: bytes) -> None:
    [record] = read_bytes(doctype + b"<lheo>" + COURSE + b"</lheo>", "lheo")
    assert (error(record).code, error(record).position) == ("xml_interdit", 1)


def test_a_doctype_without_entities_is_harmless() -> None:
    for doctype in (b'<!DOCTYPE lheo SYSTEM "lheo.dtd">', b"<!DOCTYPE lheo [<!ELEMENT lheo ANY>]>"):
        assert [fiche(r).id for r in read_bytes(doctype + b"<lheo>" + COURSE + b"</lheo>", "lheo")] == ["1"]


@pytest.mark.parametrize("tail", [b"<formation>", b"</oops>", b"\xff", b"&inconnue;", b"<a <b>", b""])
def test_what_came_before_the_breakage_is_read(tail: bytes) -> None:
    *good, last = read_bytes(b"<lheo>" + COURSE * 3 + tail, "lheo")
    assert [fiche(r).id for r in good] == ["1", "1", "1"]
    assert (error(last).code, error(last).position) == ("xml_invalide", 4)


@pytest.mark.parametrize("encoding", ["big5", "inconnu"])
def test_unknown_encodings(encoding: str) -> None:
    [record] = read_bytes(f'<?xml version="1.0" encoding="{encoding}"?><lheo/>'.encode(), "lheo")
    assert error(record).code == "xml_invalide"


def test_a_text_of_fifty_megabytes_costs_its_record_only() -> None:
    large = b"<formation><objectif-formation>" + b"mot " * 12_500_000 + b"</objectif-formation></formation>"
    data = b"<lheo>" + COURSE + large + COURSE + b"</lheo>"
    tracemalloc.start()
    first, second, third = read_bytes(data, "lheo")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (fiche(first).id, fiche(third).id) == ("1", "1")
    assert (error(second).code, error(second).champ, error(second).position) == (
        "fiche_trop_grande",
        "objectif-formation",
        2,
    )
    assert peak < len(data) + 40e6  # BytesIO's own copy, and one record's share


def test_a_description_too_long_is_an_error_of_its_record() -> None:
    large = COURSE.replace(
        b"</formation>", b"<contenu-formation>" + b"m" * 1_000_001 + b"</contenu-formation></formation>"
    )
    first, second = read_bytes(b"<lheo>" + large + COURSE + b"</lheo>", "lheo")
    assert (error(first).code, error(first).champ, error(first).id) == ("fiche_invalide", "description", "1")
    assert isinstance(second, Fiche)


def test_elements_without_number_cost_their_record_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmlstream, "MAX_RECORD", 10_000)
    many = b"<formation>" + b"<a/>" * 1000 + b"<b><formation/></b></formation>"
    first, second = read_bytes(b"<lheo>" + many + COURSE + b"</lheo>", "lheo")
    assert error(first).code == "fiche_trop_grande"
    assert isinstance(second, Fiche)


def test_nesting_and_tags_have_a_greatest_size() -> None:
    deep = b"<lheo>" + COURSE + b"<a>" * 100_000
    assert [getattr(r, "code", "ok") for r in read_bytes(deep, "lheo")] == ["ok", "xml_interdit"]
    tag = b"<lheo>" + COURSE + b"<a x='" + b"y" * 5_000_000 + b"'/></lheo>"
    assert [getattr(r, "code", "ok") for r in read_bytes(tag, "lheo")] == ["ok", "xml_interdit"]

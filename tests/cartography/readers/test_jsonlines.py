"""JSON Lines: one answer a line, in order, whatever the bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartography.errors import RecordError
from cartography.fiche import Fiche
from cartography.readers import jsonlines
from tests.cartography.readers.support import error, fiche, read_bytes

GOOD = b'{"id": "a", "type": "offre", "intitule": "Dev"}'


def test_keys_of_the_contract() -> None:
    line = {
        "id": 7, "type": "formation", "intitule": "Dev <b>web</b>", "description": "HTML", "rome": ["m1805"],
        "appellation": "38444", "rncp": "RNCP1", "formacode": "31088", "langue": "fr", "autre": {"x": [1]},
    }  # fmt: skip
    [record] = read_bytes(json.dumps(line).encode(), "jsonl")
    assert fiche(record) == Fiche(
        "7", "formation", "Dev web", "HTML", ("M1805",), "38444", "RNCP1", ("31088",), "fr", {"autre": {"x": [1]}}
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "json_invalide"),
        (b"[1]", "objet_attendu"),
        (b"null", "objet_attendu"),
        (b'{"id": "a", "intitule": "\xff"}', "utf8_invalide"),
        (b'{"id": "a", "type": "offre", "intitule": "x", "n": NaN}', "nombre_invalide"),
        (b'{"id": "a", "type": "offre", "intitule": "x", "n": [-Infinity]}', "nombre_invalide"),
        (b'{"id": "a", "type": "offre", "intitule": "x", "n": 1e999}', "nombre_invalide"),
        (b'{"id": ' + b"9" * 5000 + b"}", "nombre_invalide"),
        (b'{"id": "a", "type": "offre", "intitule": "x", "l": ["\\ud800"]}', "unicode_invalide"),
        (b'{"id": "a", "type": "offre", "intitule": "x", "\\udfff": 1}', "unicode_invalide"),
        (b'{"x": ' + b"[" * 100 + b"]" * 100 + b"}", "json_trop_profond"),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json_trop_profond"),
        (b'{"type": "offre", "intitule": "x"}', "fiche_invalide"),
        (b'{"id": "a", "type": "offre"}', "fiche_invalide"),
        (b'{"id": "a", "intitule": "x"}', "type_inconnu"),
    ],
)
def test_a_bad_line_never_harms_its_neighbours(line: bytes, code: str) -> None:
    before, bad, after = read_bytes(b"\n".join([GOOD, b"", line, GOOD]), "jsonl")
    assert fiche(before) == fiche(after)
    assert (error(bad).code, error(bad).position, error(bad).fichier) == (code, 3, "essai.dat")


def test_errors_name_the_field() -> None:
    records = read_bytes(
        b'{"type": "offre", "intitule": "x"}\n{"id": "b", "type": "offre"}\n{"id": "c", "intitule": "x"}', "jsonl"
    )
    assert [(error(r).id, error(r).champ) for r in records] == [(None, "id"), ("b", "intitule"), ("c", "type")]


def test_a_line_too_long_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "MAX_LINE", 1000)
    records = read_bytes(GOOD + b"\n" + b"x" * 200_000 + b"\n" + GOOD + b"\n" + b"y" * 1001, "jsonl")
    assert [getattr(r, "code", "ok") for r in records] == ["ok", "ligne_trop_longue", "ok", "ligne_trop_longue"]


def test_a_line_as_long_as_allowed_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "MAX_LINE", len(GOOD))
    assert [type(r) for r in read_bytes(GOOD + b"\n" + GOOD, "jsonl")] == [Fiche, Fiche]


def test_byte_order_mark_and_carriage_returns() -> None:
    assert [fiche(r).id for r in read_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n" + GOOD + b"\r\n", "jsonl")] == [
        "a",
        "a",
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.just(GOOD), st.sampled_from([b"{}", b"[]", b'{"id": 1}']))))
def test_one_answer_a_line_whatever_the_bytes(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    expected = [n for n, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1) if line.strip()]
    records = read_bytes(data, "jsonl", default_type="offre")
    assert len(records) == len(expected)
    assert all(r.position == n for r, n in zip(records, expected, strict=True) if isinstance(r, RecordError))


NAMES = st.sampled_from(
    ["id", "type", "intitule", "description", "objectif", "text", "rome", "romeCode", "romes", "rncp", "formacode",
     "nsf", "lieuTravail", "entreprise", "origineOffre", "latitude", "codePostal", "duree", "niveau", "numero", "blocs",
     "langue"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | NAMES, inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.dictionaries(NAMES | st.text(max_size=8), JSON), max_size=4))
def test_any_object_gives_a_record_or_an_error_in_order(objects: list[dict[str, object]]) -> None:
    for index, item in enumerate(objects):
        item["marque"] = index
    data = "\n".join(map(json.dumps, objects)).encode()
    records = read_bytes(data, "jsonl")
    assert len(records) == len(objects)
    for index, record in enumerate(records):
        place = record.extras["marque"] if isinstance(record, Fiche) else (record.position or 0) - 1
        assert place == index
        json.dumps(record.as_json(), ensure_ascii=False, allow_nan=False).encode()

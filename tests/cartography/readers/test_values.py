"""Coercions that several formats share, and texts made to be slow."""

from __future__ import annotations

import json
import time

import pytest

from cartography.readers.levels import level, lheo_level
from cartography.readers.values import coordinate, hours, iso_date, place_code, register_number
from tests.cartography.readers.support import fiche, read_bytes


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("CAP ou équivalent + 1 an", 3), ("bac ou équivalent", 4), ("bac + 1", 4), ("Bac+2", 5), ("bac + 9 et plus", 8),
        ("bachelor", 6), ("Niveau 6", 6), ('"niveau 7 (bac + 5)"', 7), ("niveau IV", 4), ("III", 5), (5, 5),
        ("3E", None), ("1re", None), ("seconde", None), ("V.A.E.", None), ("", None), ("35", None), (None, None),
    ],
)  # fmt: skip
def test_level(label: object, expected: int | None) -> None:
    assert level(label) == expected


def test_lheo_level() -> None:
    assert [lheo_level(code) for code in ("0", "1", "4", "8", "11", "18", "19", "", "-", "²", "1" * 5000)] == [
        None, None, 3, 7, 1, 8, None, None, None, None, None,
    ]  # fmt: skip


def test_numbers() -> None:
    assert [register_number(v) for v in (True, None, "0", "-1", "RNCP0042", "38550.0", 38550.0, "rs:12", "x" * 99)] == [
        None, None, None, None, "RNCP42", "RNCP38550", "RNCP38550", "RS12", None,
    ]  # fmt: skip
    assert [coordinate(v, 90) for v in ("91", "nan", True, 10**400, "-4,5", [1])] == [
        None,
        None,
        None,
        None,
        -4.5,
        None,
    ]
    assert [hours(v) for v in (0, -1, "1,5 Heure(s)", "30H", "2 jours", "1 an", None)] == [
        None, None, 1.5, 30.0, None, None, None,
    ]  # fmt: skip
    assert [place_code(v) for v in (75009.0, "1000", " 2A004", None, True)] == ["75009", "01000", "2A004", None, True]
    assert [iso_date(v) for v in ("2026-02-30", "20260228", "2026-02-28T10:00:00Z", "", "demain")] == [
        None, "2026-02-28", "2026-02-28", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("piece", ["<!--", "\u3000", "<a", "<br ", "&", "\n", "\x1c", "<!-- <b>", "(", " "])
def test_no_text_costs_its_length_squared(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    names = ("description", "objectif", "rncp", "duree", "niveau", "latitude", "codePostal", "type", "nsf")
    line = json.dumps(
        {"id": "1", "intitule": "x"} | {name: text + name for name in names[:2]} | dict.fromkeys(names[2:], text),
        ensure_ascii=False,
    )
    start = time.perf_counter()
    [record] = read_bytes(line.encode(), "jsonl", "offre")
    assert time.perf_counter() - start < 10
    assert fiche(record).id == "1"

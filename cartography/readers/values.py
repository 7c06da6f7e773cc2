"""Small coercions that several formats share: empty values, codes, numbers, dates."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_REGISTER = re.compile(r"(?:(RNCP|RS)\s*[-:°]?\s*)?0*(\d{1,7})(?:\.0)?\Z", re.IGNORECASE)
_HOURS = re.compile(r"\s*(\d{1,5}(?:[.,]\d{1,2})?)\s*h(?:eures?)?(?:\(s\))?\b|\s*(\d{1,5}) heure\(s\)", re.IGNORECASE)
_EMPTY = ("", "-")


def is_filled(value: object) -> bool:
    """Tell whether a source says something: `None`, "", "-", [] and {} say nothing, 0 and False do."""
    if isinstance(value, str):
        return value.strip() not in _EMPTY
    return value is not None and value != [] and value != {}


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that say something."""
    return {name: value for name, value in values.items() if is_filled(value)}


def register_number(value: object, prefix: str = "RNCP") -> str | None:
    """Return the number of the répertoire national (RNCP) or spécifique (RS) with its prefix.

    Args:
        value: number with or without prefix.
        prefix: the register meant when the value does not say.

    >>> register_number("38550"), register_number(403), register_number("rs 6232")
    ('RNCP38550', 'RNCP403', 'RS6232')
    >>> register_number("non inscrit") is None
    True
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    match = _REGISTER.match(str(value).strip()[:30])
    if match is None or int(match[2]) == 0:
        return None
    return f"{(match[1] or prefix).upper()}{int(match[2])}"


def codes(value: object) -> object:
    """Return a list of codes from the shapes sources give: one, several, [code, label] pairs, {code, libelle}.

    Anything else is returned as it is, for the schema to refuse by name.

    >>> codes([["M1801", "Administration"], {"code": "M1810"}, "M1805"])
    ['M1801', 'M1810', 'M1805']
    """
    if isinstance(value, (list, tuple)):
        return [part for part in map(_code_of, value) if is_filled(part)]
    if isinstance(value, dict) and "code" in value:
        return [value["code"]]
    return value


def _code_of(value: object) -> object:
    if isinstance(value, (list, tuple)) and value:
        return value[0]
    if isinstance(value, dict) and "code" in value:
        return value["code"]
    return value


def coordinate(value: object, limit: float) -> float | None:
    """Return a latitude (`limit` 90) or longitude (`limit` 180) in decimal degrees; None if it is none.

    >>> coordinate("48,85", 90), coordinate("Paris", 90)
    (48.85, None)
    """
    number = decimal(value)
    return number if number is not None and abs(number) <= limit else None


def decimal(value: object) -> float | None:
    """Return a finite number written with a point or a comma; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def place_code(value: object) -> object:
    """Return a postal or INSEE code as five characters where a spreadsheet made a number of it.

    >>> place_code("75009.0"), place_code(1000), place_code("2A004")
    ('75009', '01000', '2A004')
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    text = str(value).strip().removesuffix(".0")
    return text.zfill(5) if text.isdecimal() and len(text) == 4 else text


def hours(value: object) -> float | None:
    """Return a duration in hours if the source states it in hours.

    >>> hours("14 heures (2 jours)."), hours("7h environ"), hours("8 Heure(s)"), hours(35), hours("2 jours")
    (14.0, 7.0, 8.0, 35.0, None)
    """
    if isinstance(value, str):
        match = _HOURS.match(value[:100])
        value = (match[1] or match[2]) if match else value
    number = decimal(value)
    return number if number is not None and number > 0 else None


def iso_date(text: str) -> str | None:
    """Return YYYY-MM-DD from the `YYYYMMDD` of LHÉO or the `DD/MM/YYYY` of the RNCP; None if it is no date.

    >>> iso_date("20150901"), iso_date("25/01/2026"), iso_date("99999999")
    ('2015-09-01', '2026-01-25', None)
    """
    text = text.strip()
    day = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", text)
    compact = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?", text)
    if day:
        parts = (day[3], day[2], day[1])
    elif compact:
        parts = (compact[1], compact[2], compact[3])
    else:
        return None
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        return None

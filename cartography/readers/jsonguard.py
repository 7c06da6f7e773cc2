"""JSON values that would harm what comes after: endless nesting, numbers that JSON cannot say, broken Unicode."""

from __future__ import annotations

import math

MAX_DEPTH = 64
"""Deepest nesting kept; a record of the public formats needs four."""


def json_fault(value: object) -> tuple[str, str] | None:
    """Return (code, French message) of the first fault in a decoded JSON value, None if it is sound.

    Iterative, so that no nesting exhausts the stack.

    >>> json_fault({"a": [1, "é"]}) is None
    True
    >>> json_fault({"a": float("inf")})[0]
    'nombre_invalide'
    """
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif fault := _scalar_fault(item):
                return fault
        if not below:
            return None
        level = below
    return "json_trop_profond", f"objet imbriqué sur plus de {MAX_DEPTH} niveaux"


def _scalar_fault(value: object) -> tuple[str, str] | None:
    if isinstance(value, str):
        # A lone surrogate is no character: it cannot be written back as UTF-8.
        try:
            value.encode()
        except UnicodeEncodeError:
            return "unicode_invalide", "caractère de substitution isolé (texte Unicode invalide)"
    elif isinstance(value, float) and not math.isfinite(value):
        return "nombre_invalide", "NaN et Infinity ne sont pas du JSON"
    return None

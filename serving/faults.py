"""What pydantic refused, said in French: the words of the border, beside those of the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from cartography.fiche import explain

MAX_CHAMP = 200
"""A field's name comes from the caller: no more than this of it is sent back."""

_PLACES = frozenset({"body", "query", "path"})
"""FastAPI starts a fault's path with where it was found; callers only know their fields."""

_OBJECT = "un objet JSON est attendu"
_INTEGER = "un entier est attendu"
_BOOLEAN = "true ou false est attendu"
_MESSAGES = {
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "dict_type": _OBJECT,
    "extra_forbidden": "champ inconnu",
    "greater_than_equal": "valeur trop petite (au moins {ge})",
    "int_from_float": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": _INTEGER,
    "int_type": _INTEGER,
    "less_than_equal": "valeur trop grande (au plus {le})",
    "model_attributes_type": _OBJECT,
    "model_type": _OBJECT,
    "string_unicode": "texte Unicode invalide",
    "too_short": "liste trop courte (au moins {min_length} élément)",
}


class _OneFault:
    """What `explain` asks of a ValidationError: FastAPI has the faults of one, not the error."""

    def __init__(self, fault: Mapping[str, Any]) -> None:
        self._fault = fault

    def errors(self, *, include_url: bool = False) -> list[Mapping[str, Any]]:
        del include_url
        return [self._fault]


def explain_fault(fault: Mapping[str, Any]) -> tuple[str, str]:
    """Return (field path, French message) of one fault, as pydantic and FastAPI report it.

    >>> explain_fault({"type": "less_than_equal", "loc": ("body", "k"), "msg": "…", "ctx": {"le": 100}})
    ('k', 'valeur trop grande (au plus 100)')
    """
    loc = fault["loc"][1:] if fault["loc"] and fault["loc"][0] in _PLACES else fault["loc"]
    champ, message = explain(cast("ValidationError", _OneFault({**fault, "loc": loc})))
    if template := _MESSAGES.get(fault["type"]):
        message = template.format(**fault.get("ctx", {}))
    return champ[:MAX_CHAMP], message

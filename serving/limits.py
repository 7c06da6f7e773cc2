"""Limits that an operator can set: checked on each request, and told by the OpenAPI contract."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import BaseModel

from cartography.errors import RecordError
from cartography.readers import Record
from serving.errors import ApiError
from serving.settings import Settings


class _Limit(NamedTuple):
    schema: str
    champ: str
    keyword: str
    setting: str
    message: str


_TOO_MANY = "liste trop longue (au plus {limit} éléments)"
_TOO_GREAT = "valeur trop grande (au plus {limit})"
_TOO_LONG = "texte trop long (au plus {limit} caractères)"
_LIMITS = (
    _Limit("ClassifyOptions", "top_k", "maximum", "max_top_k", _TOO_GREAT),
    _Limit("ClassifyRequest", "fiches", "maxItems", "max_fiches", _TOO_MANY),
    _Limit("ClassifyRequest", "top_k", "maximum", "max_top_k", _TOO_GREAT),
    _Limit("SearchRequest", "k", "maximum", "max_k", _TOO_GREAT),
    _Limit("SearchRequest", "texte", "maxLength", "max_query_chars", _TOO_LONG),
    _Limit("UpsertRequest", "fiches", "maxItems", "max_fiches", _TOO_MANY),
    _Limit("DeleteRequest", "fiches", "maxItems", "max_fiches", _TOO_MANY),
    _Limit("SimilarRequest", "k", "maximum", "max_k", _TOO_GREAT),
    _Limit("SimilarRequest", "texte", "maxLength", "max_query_chars", _TOO_LONG),
)


def check_limits(body: BaseModel, settings: Settings) -> None:
    """Refuse a request that goes past a limit.

    Raises:
        ApiError: 422, names the field.
    """
    for limit in _LIMITS:
        value = getattr(body, limit.champ) if limit.schema == type(body).__name__ else None
        if value is None:
            continue
        most: int = getattr(settings, limit.setting)
        if (value if isinstance(value, int) else len(value)) > most:
            message = f"{limit.champ} : {limit.message.format(limit=most)}"
            raise ApiError(422, "requete_invalide", message, champ=limit.champ)


def bounded(record: Record, most: int) -> Record:
    """Return a record, or what is wrong with one whose description is longer than so many characters.

    >>> from cartography.fiche import Fiche
    >>> bounded(Fiche("a", "offre", "Titre", "x" * 11), 10).message
    'description : texte trop long (au plus 10 caractères)'
    """
    if isinstance(record, RecordError) or len(record.description) <= most:
        return record
    message = f"description : {_TOO_LONG.format(limit=most)}"
    return RecordError("fiche_invalide", message, record.id, "description")


def check_explained(count: int, settings: Settings) -> None:
    """Refuse to explain more records than one request may ask for.

    Raises:
        ApiError: 422, names the field.
    """
    if count > settings.max_explained:
        message = f"mots : au plus {settings.max_explained} fiches à la fois avec les mots qui ont pesé"
        raise ApiError(422, "requete_invalide", message, champ="mots")


def tell_limits(openapi: dict[str, Any], settings: Settings) -> None:
    """Write the limits into an OpenAPI document."""
    for limit in _LIMITS:
        schema = openapi["components"]["schemas"].get(limit.schema)
        if schema is None:
            # Parameters of an address, which `serving.ingest.contract` tells.
            continue
        field = schema["properties"][limit.champ]
        # An optional field is a choice between its type and null: the limit goes with the type.
        target = next((s for s in field.get("anyOf", ()) if s.get("type") != "null"), field)
        target[limit.keyword] = getattr(settings, limit.setting)

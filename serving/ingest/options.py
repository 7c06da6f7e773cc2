"""What answers are asked to say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from serving.errors import ApiError
from serving.faults import explain_fault
from serving.limits import check_limits
from serving.schemas import ClassifyOptions
from serving.settings import Settings

ALL = "toutes"
"""The service's version of the cartographie, and beside it every other that answers can be told in."""


@dataclass(frozen=True, slots=True)
class Options:
    """What answers say.

    Attributes:
        top_k: candidate postes.
        preuves: whether to look for evidence.
        mots: whether to add the words that weighed most to it.
        cartographie: version whose nodes are told: another than the service's, `ALL`, or None for the service's own.
    """

    top_k: int = 5
    preuves: bool = True
    mots: bool = False
    cartographie: str | None = None


def asked_in(query: QueryParams) -> ClassifyOptions:
    """Return the options of an address.

    Raises:
        ApiError: 422, names the parameter.
    """
    try:
        return ClassifyOptions.model_validate_strings(dict(query))
    except ValidationError as error:
        champ, message = explain_fault(error.errors(include_url=False)[0])
        raise ApiError(422, "requete_invalide", f"{champ} : {message}", champ=champ) from error


def checked(asked: ClassifyOptions, settings: Settings, others: Collection[str]) -> Options:
    """Return the options that a request asks for.

    Args:
        asked: the request.
        settings: limits, and the service's version of the cartographie.
        others: versions that answers can be told in besides.

    Raises:
        ApiError: 422, names the field.
    """
    check_limits(asked, settings)
    if asked.mots and not asked.preuves:
        raise ApiError(422, "requete_invalide", "mots : les mots sont des preuves, que preuves refuse", champ="mots")
    version = None if asked.cartographie == settings.cartographie else asked.cartographie
    if version is not None and version != ALL and version not in others:
        known = ", ".join((settings.cartographie, *others, ALL))
        message = f"cartographie : version inconnue ; connues : {known}"
        raise ApiError(422, "cartographie_inconnue", message, champ="cartographie")
    return Options(asked.top_k, asked.preuves, asked.mots, version)

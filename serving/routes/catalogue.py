"""GET and PUT /fiches, POST /fiches/delete: the catalogue lives; what is written is found by the next search."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from cartography.errors import reason
from cartography.fiche import Fiche, FicheType
from models.search.live import Change
from serving.body import JsonRoute
from serving.engine import Engine
from serving.errors import ApiError, json_response, responses
from serving.limits import bounded, check_limits
from serving.routes.context import Given
from serving.search_schemas import ChangeResponse, DeleteRequest, FicheResponse, UpsertRequest
from serving.settings import PREFIX, Settings

router = APIRouter(route_class=JsonRoute, tags=["catalogue"])


@router.put(
    "/fiches",
    response_model=ChangeResponse,
    responses=responses(401, 413, 415, 422),
    summary="Range des fiches dans l'index",
)
async def upsert(request: Request, body: UpsertRequest, context: Given) -> Response:
    """Classe et range des fiches, à la place de celles de mêmes type et identifiant ; une mauvaise n'empêche rien."""
    check_writer(request, context.settings)
    check_limits(body, context.settings)
    engine = context.engine

    def answer() -> Response:
        records = [bounded(engine.record_of(value), context.settings.max_text_chars) for value in body.fiches]
        errors = [record.as_json() for record in records if not isinstance(record, Fiche)]
        change = _written(lambda: engine.upsert([record for record in records if isinstance(record, Fiche)]))
        return _told(engine, errors, nouvelles=change.new, remplacees=change.replaced)

    return await context.run(context.batches, answer)


@router.get(
    "/fiches",
    response_model=FicheResponse,
    responses=responses(404, 422),
    summary="Une fiche de l'index, avec sa réponse",
)
async def read(
    context: Given,
    id: Annotated[str, Query(min_length=1, max_length=512, description="Identifiant de la fiche.")],  # noqa: A002
    type: Annotated[FicheType | None, Query(description="Son type, si l'identifiant existe deux fois.")] = None,  # noqa: A002
) -> Response:
    """Rend une fiche, la réponse rangée avec elle et ses autres parutions."""
    engine = context.engine

    def answer() -> Response:
        found = engine.searcher.hit(id, type).as_json()
        return json_response({"fiche": found, "versions": engine.search_versions()})

    return await context.run(context.queries, answer)


@router.post(
    "/fiches/delete",
    response_model=ChangeResponse,
    responses=responses(401, 413, 415, 422),
    summary="Retire des fiches de l'index",
)
async def delete(request: Request, body: DeleteRequest, context: Given) -> Response:
    """Retire des fiches ; celles que l'index n'a pas ne comptent pas."""
    check_writer(request, context.settings)
    check_limits(body, context.settings)
    engine = context.engine

    def answer() -> Response:
        change = _written(lambda: engine.delete([(key.type, key.id) for key in body.fiches]))
        return _told(engine, [], retirees=change.removed)

    return await context.run(context.batches, answer)


def _written(write: Callable[[], Change]) -> Change:
    """Write; what the disk refuses is told as it is, and nothing was stored."""
    try:
        return write()
    except OSError as error:
        message = f"l'index ne peut pas être écrit ({reason(error)}) ; rien n'a été rangé"
        raise ApiError(503, "index_non_inscriptible", message, headers={"Retry-After": "60"}) from error


def _told(engine: Engine, errors: list[dict[str, Any]], **counts: int) -> Response:
    # What other processes see from their next query on, this one tells the version of.
    engine.searcher.index.refresh()
    told = {"nouvelles": 0, "remplacees": 0, "retirees": 0} | counts
    return json_response({**told, "erreurs": errors, "versions": engine.search_versions()})


def check_writer(request: Request, settings: Settings) -> None:
    """Refuse to write for whoever may not: those without a key, or, where none is set, other machines.

    Raises:
        ApiError: 401.
    """
    keys = [key.strip() for key in settings.api_keys.get_secret_value().split(",") if key.strip()]
    if not keys and _is_loopback(settings.host) and _came_from_here(request):
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    told = given.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
    if not any(hmac.compare_digest(told.encode(), key.encode()) for key in keys):
        message = (
            "clé absente ou inconnue : donnez-la par l'en-tête Authorization: Bearer"
            if keys
            else f"l'écriture est fermée : {PREFIX}API_KEYS n'est pas réglé"
        )
        raise ApiError(401, "cle_refusee", message, headers={"WWW-Authenticate": "Bearer"})


def _came_from_here(request: Request) -> bool:
    """Tell whether a connection reached this machine by its own address: a server may listen wider than it was told."""
    host = (request.scope.get("server") or ("", None))[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # A socket that is no network's, or none at all.
        return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

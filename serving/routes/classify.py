"""POST /classify: fiches → their place in the cartographie."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response

from serving.body import JSON, JsonRoute, check_plain, check_utf8, media_type, read_bytes
from serving.errors import ApiError, responses
from serving.ingest.accept import prefers
from serving.ingest.lheo import XML_TYPES, records_of
from serving.ingest.ndjson import NDJSON, NDJSON_TYPES, Bounds, Exchange, joined
from serving.ingest.options import asked_in, checked
from serving.limits import check_explained
from serving.routes.context import Context, Given
from serving.schemas import ClassifyRequest, ClassifyResponse
from serving.stop import Stop


class _ClassifyRoute(JsonRoute):
    """A route that also takes what FastAPI has no model of: a stream of lines, a LHÉO document."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of JSON bodies, with those of the other types before it."""
        of_json = super().get_route_handler()

        async def handle(request: Request) -> Response:
            kind = media_type(request)
            if kind == JSON:
                return await of_json(request)
            context: Context = request.app.state.context
            if kind in NDJSON_TYPES:
                return _classify_lines(request, context)
            if kind in XML_TYPES:
                return await _classify_document(request, context)
            known = f"{JSON}, {NDJSON} ou {XML_TYPES[0]}"
            raise ApiError(415, "type_refuse", f"le corps doit être annoncé par Content-Type: {known}")

        return handle


router = APIRouter(route_class=_ClassifyRoute, tags=["classement"])


@router.post(
    "/classify",
    response_model=ClassifyResponse,
    responses=responses(413, 415, 422),
    summary="Classe des fiches dans la cartographie",
)
async def classify(body: ClassifyRequest, context: Given) -> Response:
    """Rend une réponse par fiche, dans l'ordre. Une fiche invalide reçoit sa propre erreur, les autres leur réponse.

    Un corps NDJSON (une fiche par ligne) est répondu ligne à ligne pendant qu'il arrive, quelle que soit sa taille ; un
    corps XML est du LHÉO, répondu en JSON, ou en NDJSON si l'en-tête Accept le demande ; leurs
    options sont dans l'adresse.
    """
    engine = context.engine
    options = checked(body, context.settings, engine.answering.others)
    if body.mots:
        check_explained(len(body.fiches), context.settings)

    stop = Stop()

    def answer() -> Response:
        return _listed(engine.answering.answer([engine.record_of(value) for value in body.fiches], options, stop))

    return await context.run(context.batches, answer, stop)


def _classify_lines(request: Request, context: Context) -> Response:
    check_utf8(request)
    check_plain(request)
    settings, answering = context.settings, context.engine.answering
    options = checked(asked_in(request.query_params), settings, answering.others)
    bounds = Bounds(
        line=settings.max_line_bytes,
        lines=settings.max_explained if options.mots else settings.max_stream_fiches,
        champ="mots" if options.mots else None,
        idle_s=settings.timeout_s,
        folder=settings.var,
    )
    return Exchange(lambda records: answering.answer(records, options), bounds, context.batches)


async def _classify_document(request: Request, context: Context) -> Response:
    check_plain(request)
    settings, answering = context.settings, context.engine.answering
    options = checked(asked_in(request.query_params), settings, answering.others)
    body = await read_bytes(request, settings.max_body_bytes, settings.timeout_s)
    stop = Stop()
    in_lines = prefers(request.headers.get("accept", ""), NDJSON_TYPES, JSON)

    def answer() -> Response:
        records = records_of(body, settings.max_fiches)
        if options.mots:
            check_explained(len(records), settings)
        answers = answering.answer(records, options, stop)
        return Response(joined(answers), media_type=NDJSON) if in_lines else _listed(answers)

    return await context.run(context.batches, answer, stop)


def _listed(answers: list[bytes]) -> Response:
    return Response(b'{"resultats":[' + b",".join(answers) + b"]}", media_type=JSON)

"""POST /classify: fiches → their place in the cartographie."""

from __future__ import annotations

from fastapi import APIRouter, Response

from serving.body import JsonRoute
from serving.errors import json_response, responses
from serving.limits import check_explained, check_limits
from serving.routes.context import Given, in_thread
from serving.schemas import ClassifyRequest, ClassifyResponse

router = APIRouter(route_class=JsonRoute, tags=["classement"])


@router.post(
    "/classify",
    response_model=ClassifyResponse,
    responses=responses(413, 415, 422),
    summary="Classe des fiches dans la cartographie",
)
async def classify(body: ClassifyRequest, context: Given) -> Response:
    """Rend une réponse par fiche, dans l'ordre. Une fiche invalide reçoit sa propre erreur, les autres leur réponse."""
    check_limits(body, context.settings)
    if body.mots:
        check_explained(len(body.fiches), context.settings)
    engine = context.engine

    def answer() -> Response:
        return json_response({"resultats": engine.classify(list(body.fiches), body.top_k, mots=body.mots)})

    return await in_thread(context.batches, answer)

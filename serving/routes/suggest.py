"""GET /suggest: the beginning of a text → what it may go on as."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from serving.errors import json_response, responses
from serving.routes.context import Given
from serving.search_schemas import SuggestResponse

router = APIRouter(tags=["recherche"])


@router.get(
    "/suggest",
    response_model=SuggestResponse,
    responses=responses(422),
    summary="Complète ce que la personne est en train de taper",
)
async def suggest(
    context: Given,
    q: Annotated[str, Query(max_length=200, description="Le début d'un texte.")],
    k: Annotated[int, Query(ge=1, le=20, description="Nombre de suggestions.")] = 8,
) -> Response:
    """Rend des postes, des appellations et des intitulés fréquents qui continuent ce texte."""
    found = context.engine.suggestions.suggest(q, k)
    return json_response({"suggestions": [{"texte": one.texte, "genre": one.genre, "id": one.id} for one in found]})

"""POST /search and /similar: a text or a record → what is wanted."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from cartography.errors import FicheInvalid, GenscanError, RecordError
from cartography.fiche import Fiche, FicheType, fiche_from_mapping
from models.search import searcher
from models.search.bridges import Bridge
from models.search.filters import Filters
from models.search.searcher import Page
from serving.body import JsonRoute
from serving.engine import Engine
from serving.errors import ApiError, json_response, responses
from serving.facets import told_facets
from serving.filters import FilterInvalid, resolve
from serving.limits import bounded, check_limits
from serving.routes.context import Given
from serving.search_schemas import (
    FiltersSchema,
    SearchRequest,
    SearchResponse,
    SimilarRequest,
    SimilarResponse,
)

router = APIRouter(route_class=JsonRoute, tags=["recherche"])


@router.post(
    "/search",
    response_model=SearchResponse,
    responses=responses(413, 415, 422),
    summary="Cherche par le sens et par les mots",
)
async def search(body: SearchRequest, context: Given) -> Response:
    """Rend une page de fiches, la meilleure d'abord, sous les filtres donnés."""
    check_limits(body, context.settings)
    engine = context.engine
    filters = _filters(body, body.type, engine)
    asked = searcher.Query(body.texte, body.k, body.debut, filters, body.tri, tuple(body.facettes), body.extraits)

    def answer() -> Response:
        try:
            page = engine.searcher.search(asked)
        except GenscanError as error:
            raise ApiError(422, error.code, error.message, champ="tri") from error
        return _page(page, {"k": body.k, "debut": body.debut, "tri": body.tri, **filters.as_json()}, engine)

    return await context.run(context.queries, answer)


def _page(page: Page, asked: dict[str, Any], engine: Engine) -> Response:
    understood: dict[str, Any] = page.compris.as_json() if page.compris else {"texte": ""}
    body: dict[str, Any] = {
        "resultats": [hit.as_json() for hit in page.hits],
        "total": page.total,
        "hors_domaine": page.hors_domaine,
        "facettes": told_facets(page.facettes, engine.cartographie),
        "requete": understood | asked,
        "versions": engine.search_versions(),
    }
    return json_response(body)


@router.post(
    "/similar",
    response_model=SimilarResponse,
    responses=responses(404, 413, 415, 422),
    summary="Cherche les fiches proches d'une fiche ou d'un texte",
)
async def similar(body: SimilarRequest, context: Given) -> Response:
    """Rend des fiches proches et variées : des formations pour une offre, des offres pour une formation."""
    check_limits(body, context.settings)
    engine = context.engine
    filters = _filters(body, body.cible, engine)

    def answer() -> Response:
        bridges, origin = _near(body, filters, engine, context.settings.max_text_chars)
        told = filters.as_json()
        if "type" in told:
            told["cible"] = told.pop("type")
        asked: dict[str, Any] = {**origin, "k": body.k, **told}
        near = [bridge.as_json() for bridge in bridges]
        return json_response({"resultats": near, "requete": asked, "versions": engine.search_versions()})

    return await context.run(context.queries, answer)


def _near(body: SimilarRequest, filters: Filters, engine: Engine, longest: int) -> tuple[list[Bridge], dict[str, Any]]:
    """Return the bridges, and the origin as understood."""
    bridges = engine.bridges
    if body.id is not None:
        row = engine.searcher.row_of(body.id, body.type)
        origin = {"id": body.id} | ({"type": body.type} if body.type else {})
        return bridges.of_row(row, k=body.k, filters=filters), origin
    if body.texte is not None:
        return bridges.of_fiche(Fiche("", "formation", body.texte), k=body.k, filters=filters), {"texte": body.texte}
    fiche = _fiche_of(body.fiche, longest)
    told = {"id": fiche.id, "type": fiche.type, "intitule": fiche.intitule}
    return bridges.of_fiche(fiche, k=body.k, filters=filters), {"fiche": told}


def _fiche_of(value: Any, longest: int) -> Fiche:
    if not isinstance(value, dict):
        raise FicheInvalid("fiche_invalide", "un objet JSON est attendu")
    found = bounded(fiche_from_mapping(value), longest)
    if isinstance(found, RecordError):
        raise FicheInvalid(found.code, found.message, fiche_id=found.id, champ=found.champ)
    return found


def _filters(body: FiltersSchema, kind: FicheType | None, engine: Engine) -> Filters:
    try:
        return resolve(body.model_dump(include=set(FiltersSchema.model_fields)) | {"type": kind}, engine)
    except FilterInvalid as error:
        raise ApiError(422, error.code, error.message, champ=error.champ) from error

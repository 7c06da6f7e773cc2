"""POST /search and /similar: a text or a record → the nearest records of the index."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from cartography.errors import FicheInvalid
from cartography.fiche import Fiche, FicheType, fiche_from_mapping
from cartography.tree import Famille, Metier, Node, Poste
from models.classifier import text_of
from models.search import Filters, Hit
from serving.body import JsonRoute
from serving.engine import Engine
from serving.errors import ApiError, json_response, responses
from serving.limits import check_limits
from serving.routes.context import Given, in_thread
from serving.schemas import SearchRequest, SearchResponse, SimilarRequest

router = APIRouter(route_class=JsonRoute, tags=["recherche"])

_LEVELS: dict[str, tuple[type[Node], str]] = {
    "famille": (Famille, "famille inconnue"),
    "metier": (Metier, "métier inconnu"),
    "poste": (Poste, "poste inconnu"),
}


@router.post(
    "/search",
    response_model=SearchResponse,
    responses=responses(413, 415, 422),
    summary="Cherche par le sens",
)
async def search(body: SearchRequest, context: Given) -> Response:
    """Rend les fiches les plus proches d'un texte, la plus proche d'abord."""
    check_limits(body, context.settings)
    engine = context.engine
    filters = _filters(body, body.type, engine)

    def answer() -> Response:
        hits = engine.searcher.search(body.texte, k=body.k, filters=filters)
        return _response(hits, {"texte": body.texte, "k": body.k, **_told(filters)}, engine)

    return await in_thread(context.queries, answer)


@router.post(
    "/similar",
    response_model=SearchResponse,
    responses=responses(404, 413, 415, 422),
    summary="Cherche les fiches proches d'une fiche ou d'un texte",
)
async def similar(body: SimilarRequest, context: Given) -> Response:
    """Rend les fiches les plus proches : des formations pour une offre, des offres pour une formation."""
    check_limits(body, context.settings)
    engine = context.engine
    filters = _filters(body, body.cible, engine)

    def answer() -> Response:
        hits, origin = _near(body, filters, engine)
        told = _told(filters)
        if "type" in told:
            told["cible"] = told.pop("type")
        return _response(hits, {**origin, "k": body.k, **told}, engine)

    return await in_thread(context.queries, answer)


def _near(body: SimilarRequest, filters: Filters, engine: Engine) -> tuple[list[Hit], dict[str, Any]]:
    """Return the hits, and the origin as understood."""
    searcher = engine.searcher
    if body.id is not None:
        row = searcher.row_of(body.id, body.type)
        origin = {"id": body.id} | ({"type": body.type} if body.type else {})
        return searcher.similar(row, k=body.k, filters=filters), origin
    if body.texte is not None:
        return searcher.search(body.texte, k=body.k, filters=filters), {"texte": body.texte}
    fiche = _fiche_of(body.fiche)
    # One more, since the index may hold this very record.
    hits = searcher.search(text_of(fiche), k=body.k + 1, filters=filters)
    others = [h for h in hits if (h.entry.fiche["type"], h.entry.fiche["id"]) != (fiche.type, fiche.id)]
    return others[: body.k], {"fiche": {"id": fiche.id, "type": fiche.type, "intitule": fiche.intitule}}


def _fiche_of(value: Any) -> Fiche:
    if not isinstance(value, dict):
        raise FicheInvalid("fiche_invalide", "un objet JSON est attendu")
    return fiche_from_mapping(value)


def _filters(body: SearchRequest | SimilarRequest, kind: FicheType | None, engine: Engine) -> Filters:
    ids = {champ: _node_id(champ, getattr(body, champ), engine) for champ in _LEVELS}
    return Filters(type=kind, numerique=body.numerique, **ids)


def _node_id(champ: str, text: str | None, engine: Engine) -> str | None:
    if text is None:
        return None
    level, message = _LEVELS[champ]
    found = engine.node_id(text, level)
    if found is None:
        version = engine.cartographie.version
        raise ApiError(422, "valeur_inconnue", f"{champ} : {message} de la cartographie {version}", champ=champ)
    return found


def _told(filters: Filters) -> dict[str, Any]:
    """Return the filters that are set, labels resolved to identifiers."""
    names = ("type", "famille", "metier", "poste", "numerique")
    return {name: value for name in names if (value := getattr(filters, name)) is not None}


def _response(hits: list[Hit], requete: dict[str, Any], engine: Engine) -> Response:
    body = {"resultats": [h.as_json() for h in hits], "requete": requete, "versions": engine.search_versions()}
    return json_response(body)

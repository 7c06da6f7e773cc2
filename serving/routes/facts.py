"""GET /cartographie and /versions: what the service knows and what it answers with."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from cartography.crosswalk import Crosswalk
from cartography.loading import VERSIONS, CartographieInvalid, load_version
from cartography.lookup import Lookup
from cartography.tree import Cartographie, Famille, Metier, Node
from serving.errors import ApiError, json_response, responses
from serving.routes.context import Given
from serving.schemas import VersionsResponse

router = APIRouter(tags=["références"])


@router.get("/cartographie", responses=responses(422), summary="L'arbre des familles, métiers et postes")
async def cartographie(
    context: Given,
    version: Annotated[str | None, Query(max_length=50, description="Version ; la courante par défaut.")] = None,
    q: Annotated[str | None, Query(max_length=500, description="Texte à y retrouver.")] = None,
) -> Response:
    """Rend l'arbre, avec les codes ROME de chaque poste et la part de leurs appellations qui y mène.

    Avec `q` les nœuds que ce texte désigne (identifiant, libellé ou intitulé usuel).
    """
    tree = _tree(version or context.settings.cartographie)
    if q is None:
        known = context.engine.crosswalk if tree.version == context.settings.cartographie else None
        return json_response({**_with_rome(tree.as_json(), known), "versions": list(VERSIONS)})
    lookup = context.engine.lookup if tree.version == context.settings.cartographie else Lookup.build(tree)
    return json_response({"version": tree.version, "noeuds": [_node(node) for node in lookup.find(q)]})


def _with_rome(tree: dict[str, Any], crosswalk: Crosswalk | None) -> dict[str, Any]:
    """Give each poste the ROME codes whose appellations lead to it, where they are known for this version."""
    if crosswalk is not None:
        postes = (p for famille in tree["familles"] for metier in famille["metiers"] for p in metier["postes"])
        for poste in postes:
            poste["rome"] = [
                {"code": code, "libelle": crosswalk.rome.label(code), "part": share}
                for code, share in crosswalk.by_poste.get(poste["id"], ())
            ]
    return tree


def _tree(version: str) -> Cartographie:
    try:
        return load_version(version)
    except CartographieInvalid as error:
        raise ApiError(422, error.code, error.message, champ="version") from error


def _node(node: Node) -> dict[str, Any]:
    niveau = "famille" if isinstance(node, Famille) else "metier" if isinstance(node, Metier) else "poste"
    return {"niveau": niveau, "id": node.id, "libelle": node.libelle}


@router.get(
    "/versions", response_model=VersionsResponse, responses=responses(), summary="Modèle, référentiels et index"
)
async def versions(context: Given) -> Response:
    """Rend ce qui répond ici : modèle, cartographie, ROME et manifeste de l'index."""
    engine = context.engine
    index = engine.searcher.index
    now = {"version": index.state, "count": index.count, "types": index.types}
    return json_response({**engine.classifier.versions, "index": index.manifest.model_dump() | now})

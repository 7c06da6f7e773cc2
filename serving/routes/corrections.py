"""POST /corrections: what a person says of a record is kept, for the labels of the next model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from cartography.correction_file import CorrectionsFull, append_correction
from cartography.corrections import Correction, CorrectionInvalid, fiche_of, label_of
from cartography.errors import reason
from serving.body import JsonRoute
from serving.correction_schemas import CorrectionRequest, CorrectionResponse
from serving.engine import Engine
from serving.errors import ApiError, json_response, responses
from serving.routes.catalogue import check_writer
from serving.routes.context import Given

router = APIRouter(route_class=JsonRoute, tags=["corrections"])


@router.post(
    "/corrections",
    response_model=CorrectionResponse,
    responses=responses(401, 413, 415, 422),
    summary="Garde la correction d'une réponse",
)
async def correct(request: Request, body: CorrectionRequest, context: Given) -> Response:
    """Garde ce qu'une personne dit d'une fiche ; répondu, c'est sur le disque. Dit deux fois de suite, il l'est une.

    503 `corrections_non_inscriptibles` : le disque refuse ; 503 `corrections_pleines` : le fichier a atteint sa borne,
    jusqu'à ce qu'on le relève. Rien n'a alors été gardé.
    """
    settings, engine = context.settings, context.engine
    check_writer(request, settings)

    def keep() -> Response:
        correction = _correction(body, engine)
        _kept(lambda: append_correction(settings.corrections_file, correction, settings.max_corrections_bytes))
        return json_response({"id": correction.id, "label": correction.label})

    # Beside searches: a person who corrects waits for no batch.
    return await context.run(context.queries, keep)


def _correction(body: CorrectionRequest, engine: Engine) -> Correction:
    known = {poste.id for poste in engine.cartographie.postes}
    try:
        label = label_of(body.numerique, body.postes, known)
    except CorrectionInvalid as error:
        raise ApiError(422, "requete_invalide", error.message, champ=error.champ) from error
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return Correction(fiche_of(body.fiche), label, now, engine.classifier.versions, body.note or "")


def _kept(write: Callable[[], object]) -> None:
    """Write; what the disk refuses is told as it is, and nothing was kept."""
    try:
        write()
    except CorrectionsFull as error:
        message = f"{error.message} ; la correction n'a pas été gardée"
        raise ApiError(503, error.code, message, headers={"Retry-After": "3600"}) from error
    except OSError as error:
        message = (
            f"le fichier des corrections ne peut pas être écrit ({reason(error)}) ; la correction n'a pas été gardée"
        )
        raise ApiError(503, "corrections_non_inscriptibles", message, headers={"Retry-After": "60"}) from error

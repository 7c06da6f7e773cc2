"""One error shape for every status: {"erreur": {"code", "message", "champ"?, "id"?}}."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from cartography.errors import FicheInvalid, GenscanError
from models.search.live import IndexBusy
from models.search.searcher import UnknownFiche
from serving.faults import explain_fault
from serving.schemas import ErreurReponse

_HTTP_ERRORS = {
    404: ("adresse_inconnue", "il n'y a rien à cette adresse"),
    405: ("methode_refusee", "cette adresse n'accepte pas cette méthode"),
}
_DESCRIPTIONS = {
    401: "Clé absente ou inconnue.",
    404: "Identifiant ou adresse inconnus.",
    408: "Le corps n'est pas arrivé à temps.",
    413: "Corps trop gros.",
    415: "Le corps n'est pas annoncé dans un des types acceptés, en UTF-8, ou il est compressé.",
    422: "Requête invalide ; `champ` nomme le champ en cause.",
    429: "Trop de requêtes en cours ; `Retry-After` dit quand réessayer.",
    500: "Erreur interne ; le message porte sa référence dans le journal.",
    503: "Le service démarre, ou l'index est occupé ; `Retry-After` dit quand réessayer.",
    504: "Pas de réponse à temps ; `Retry-After` dit quand réessayer.",
}


class ApiError(GenscanError):
    """A request that cannot be answered.

    Attributes:
        status: HTTP status.
        champ: the field at fault if one is.
        fiche_id: the record's identifier if one is in question.
        headers: what the answer carries besides.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        champ: str | None = None,
        fiche_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.champ = champ
        self.fiche_id = fiche_id
        self.headers = headers


def json_bytes(content: object) -> bytes:
    """Return a value as JSON, on one line.

    Lone surrogates, which a caller can send as escapes and UTF-8 cannot hold, leave as "?".
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")


def json_response(content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON response."""
    return Response(json_bytes(content), status, dict(headers or {}), media_type="application/json")


def error_response(error: ApiError) -> Response:
    """Return the response of an error."""
    erreur = {"code": error.code, "message": error.message}
    if error.champ:
        erreur["champ"] = error.champ
    if error.fiche_id is not None:
        erreur["id"] = error.fiche_id
    return json_response({"erreur": erreur}, status=error.status, headers=error.headers)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of error statuses for the OpenAPI contract."""
    everywhere = {429, 500, 503}
    # Where a body is read it may come too slowly, and what it asks for may take too long.
    whole = {*statuses, *everywhere, *({408, 504} if 413 in statuses else ())}
    return {s: {"model": ErreurReponse, "description": _DESCRIPTIONS[s]} for s in sorted(whole)}


def install(app: FastAPI) -> None:
    """Give an application the one error shape. What is no known error is left to the guard."""
    app.exception_handler(ApiError)(_api_error)
    app.exception_handler(UnknownFiche)(_unknown_fiche)
    app.exception_handler(FicheInvalid)(_fiche_invalid)
    app.exception_handler(IndexBusy)(_index_busy)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)


async def _api_error(_: Request, error: ApiError) -> Response:
    return error_response(error)


async def _unknown_fiche(_: Request, error: UnknownFiche) -> Response:
    return error_response(ApiError(404, error.code, error.message, champ="id"))


async def _fiche_invalid(_: Request, error: FicheInvalid) -> Response:
    champ = f"fiche.{error.champ}" if error.champ else "fiche"
    return error_response(ApiError(422, error.code, error.message, champ=champ, fiche_id=error.fiche_id))


async def _index_busy(_: Request, error: IndexBusy) -> Response:
    return error_response(ApiError(503, error.code, error.message, headers={"Retry-After": "5"}))


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    champ, message = explain_fault(error.errors()[0])
    whole = f"{champ} : {message}" if champ else message
    return error_response(ApiError(422, "requete_invalide", whole, champ=champ))


async def _http(_: Request, error: HTTPException) -> Response:
    code, message = _HTTP_ERRORS.get(error.status_code, ("requete_refusee", "requête refusée"))
    return error_response(ApiError(error.status_code, code, message, headers=error.headers))

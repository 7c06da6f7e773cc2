"""The HTTP border: one FastAPI application, mounted whole in the BentoML service."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware

from serving import errors
from serving.admission import Admission
from serving.engine import Engine
from serving.guard import REQUEST_ID, Guard
from serving.ingest.contract import tell_classify
from serving.limits import tell_limits
from serving.routes import catalogue, classify, corrections, facts, measures, page, search, suggest
from serving.routes.context import Context
from serving.settings import Settings, origins_of

_ROUTERS = (
    classify.router,
    search.router,
    suggest.router,
    catalogue.router,
    corrections.router,
    facts.router,
    measures.router,
)


def create_app(engine_provider: Callable[[], Engine], settings: Settings) -> FastAPI:
    """Return the application.

    Args:
        engine_provider: gives the engine; raises `ApiError` 503 while there is none.
        settings: limits.
    """
    # Interactive documentation would fetch its scripts from elsewhere: only the contract itself is served.
    app = FastAPI(
        title="genscan",
        version=_version(),
        description="Classe formations et offres dans la cartographie GEN, et les retrouve par le sens.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.context = Context.of(engine_provider, settings)
    errors.install(app)
    for router in _ROUTERS:
        app.include_router(router)
    page.install(app)
    paths = {"/", "/openapi.json", *(r.path for router in _ROUTERS for r in router.routes if isinstance(r, APIRoute))}
    admission = Admission.of(settings.max_concurrency, settings.workers, settings.max_body_bytes)
    app.add_middleware(Guard, admission=admission, paths=paths)
    if settings.cors_origins:
        # Outside the guard, so that a page elsewhere can read its refusals too.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins_of(settings.cors_origins),
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", REQUEST_ID],
            expose_headers=["Retry-After", REQUEST_ID],
        )
    _tell_contract(app, settings)
    return app


def _tell_contract(app: FastAPI, settings: Settings) -> None:
    """Make `/openapi.json` tell the limits in force and name the record."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            contract = generate()
            tell_limits(contract, settings)
            _name_record(contract["components"]["schemas"], settings)
            tell_classify(contract["paths"]["/classify"]["post"], settings)
        assert app.openapi_schema is not None  # noqa: S101  generate() keeps its document there
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _name_record(schemas: dict[str, Any], settings: Settings) -> None:
    """Give the record's schema its name: fields that take any JSON value and only document it hold it whole."""
    reference = {"$ref": "#/components/schemas/FicheSchema"}
    fiches = schemas["ClassifyRequest"]["properties"]["fiches"]
    schemas["FicheSchema"], fiches["items"] = fiches["items"], reference
    schemas["FicheSchema"]["properties"]["description"]["anyOf"][0]["maxLength"] = settings.max_text_chars
    schemas["UpsertRequest"]["properties"]["fiches"]["items"] = reference
    schemas["SimilarRequest"]["properties"]["fiche"]["anyOf"][0] = reference
    schemas["CorrectionRequest"]["properties"]["fiche"] = reference


def _version() -> str:
    try:
        return version("genscan")
    except PackageNotFoundError:
        # Inside a bento the rooms are plain folders.
        return "0"

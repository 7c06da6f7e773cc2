"""The HTTP border: one FastAPI application, mounted whole in the BentoML service."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI

from serving import errors
from serving.engine import Engine
from serving.guard import Guard
from serving.ingest.contract import tell_classify
from serving.limits import tell_limits
from serving.routes import catalogue, classify, facts, page, search, suggest
from serving.routes.context import Context
from serving.settings import Settings


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
    for router in (classify.router, search.router, suggest.router, catalogue.router, facts.router):
        app.include_router(router)
    page.install(app)
    app.add_middleware(Guard, max_concurrency=settings.max_concurrency, workers=settings.workers)
    _tell_contract(app, settings)
    return app


def _tell_contract(app: FastAPI, settings: Settings) -> None:
    """Make `/openapi.json` tell the limits in force and name the record."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            contract = generate()
            tell_limits(contract, settings)
            _name_record(contract["components"]["schemas"])
            tell_classify(contract["paths"]["/classify"]["post"], settings)
        assert app.openapi_schema is not None  # noqa: S101  generate() keeps its document there
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _name_record(schemas: dict[str, Any]) -> None:
    """Give the record's schema its name: fields that take any JSON value and only document it hold it whole."""
    reference = {"$ref": "#/components/schemas/FicheSchema"}
    fiches = schemas["ClassifyRequest"]["properties"]["fiches"]
    schemas["FicheSchema"], fiches["items"] = fiches["items"], reference
    schemas["UpsertRequest"]["properties"]["fiches"]["items"] = reference
    schemas["SimilarRequest"]["properties"]["fiche"]["anyOf"][0] = reference


def _version() -> str:
    try:
        return version("genscan")
    except PackageNotFoundError:
        # Inside a bento the rooms are plain folders.
        return "0"

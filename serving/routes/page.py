"""GET / and /page/…: the web page and its files."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE = Path(__file__).parent.parent / "page"

_REVALIDATE = {"Cache-Control": "no-cache"}
"""Browsers keep the files but ask each time: an update shows at once."""


class _PageFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_REVALIDATE)
        return response


async def _index(_: Request) -> Response:
    return FileResponse(PAGE / "index.html", media_type="text/html", headers=_REVALIDATE)


def install(app: FastAPI) -> None:
    """Give an application the page."""
    app.add_route("/", _index, include_in_schema=False)
    app.mount("/page", _PageFiles(directory=PAGE, check_dir=False), name="page")

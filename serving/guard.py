"""Around every request: an identifier, security headers, admission, and nothing of a failure told to the client."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.admission import Admission
from serving.errors import ApiError, error_response
from serving.journal import LOGGER, REQUEST, log_request
from serving.metrics import count_request, measures

HEADERS = {
    # The page and its files come from here and nothing else is ever asked for.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
REQUEST_ID = "X-Request-ID"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Identifiers that a proxy before the service may give."""
RETRY_AFTER_S = 1
OTHER = "autre"
MEASURES = "/metrics"
PAGE_PATH = "/page/"
_METHODS = {name: name for name in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")}


class Guard:
    """ASGI middleware around the application."""

    def __init__(self, app: ASGIApp, *, admission: Admission, paths: Collection[str]) -> None:
        """Wrap an application.

        Args:
            app: what answers.
            admission: who is let in.
            paths: that are known; measures have a name for no other.
        """
        self._app = app
        self._admission = admission
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier, began, status = _identifier(scope), time.perf_counter(), 0
        REQUEST.set(identifier)

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = identifier
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._answer(scope, receive, send_guarded, identifier, lambda: bool(status))
        finally:
            seconds = time.perf_counter() - began
            count_request(self._known(scope["path"]), _METHODS.get(scope["method"], OTHER), status, seconds)
            log_request(scope["method"], scope["path"], status, 1_000 * seconds)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, identifier: str, started: Callable[[], bool]
    ) -> None:
        # Whoever watches sees an overload too.
        ticket = None if scope["path"] == MEASURES else self._admission.enter(scope)
        if ticket is None and scope["path"] != MEASURES:
            await error_response(_too_many())(scope, receive, send)
            return
        measures().running.inc()
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception:
            # A response that has started cannot be mended: closing the connection is all that is left.
            if started():
                raise
            await error_response(_logged(scope, identifier))(scope, receive, send)
        finally:
            measures().running.dec()
            if ticket is not None:
                ticket.leave()

    def _known(self, path: str) -> str:
        if path.startswith(PAGE_PATH):
            return PAGE_PATH
        return path if path in self._paths else OTHER


def _identifier(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex[:16]


def _too_many() -> ApiError:
    message = "trop de requêtes en cours ; réessayez dans un instant"
    return ApiError(429, "trop_de_requetes", message, headers={"Retry-After": str(RETRY_AFTER_S)})


def _logged(scope: Scope, identifier: str) -> ApiError:
    LOGGER.exception("erreur interne %s : %s %s", identifier, scope["method"], scope["path"])
    return ApiError(500, "erreur_interne", f"erreur interne ; référence {identifier} dans le journal")

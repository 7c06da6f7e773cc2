"""Around every request: security headers, admission, and nothing of a failure told to the client."""

from __future__ import annotations

import logging
import math
import uuid

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import ApiError, error_response

LOGGER = logging.getLogger("genscan")

HEADERS = {
    # The page and its files come from here and nothing else is ever asked for.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
RETRY_AFTER_S = 1


class Guard:
    """ASGI middleware around the application."""

    def __init__(self, app: ASGIApp, *, max_concurrency: int, workers: int) -> None:
        """Wrap an application.

        Args:
            app: what answers.
            max_concurrency: requests in flight in all workers together.
            workers: processes that share them.
        """
        self._app = app
        self._most = math.ceil(max_concurrency / workers)
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if self._running >= self._most:
            await error_response(_too_many())(scope, receive, send_guarded)
            return
        self._running += 1
        try:
            await self._app(scope, receive, send_guarded)
        except ClientDisconnect:
            return
        except Exception:
            # A response that has started cannot be mended: closing the connection is all that is left.
            if started:
                raise
            await error_response(_logged(scope))(scope, receive, send_guarded)
        finally:
            self._running -= 1


def _too_many() -> ApiError:
    message = "trop de requêtes en cours ; réessayez dans un instant"
    return ApiError(429, "trop_de_requetes", message, headers={"Retry-After": str(RETRY_AFTER_S)})


def _logged(scope: Scope) -> ApiError:
    reference = uuid.uuid4().hex[:12]
    LOGGER.exception("erreur interne %s : %s %s", reference, scope["method"], scope["path"])
    return ApiError(500, "erreur_interne", f"erreur interne ; référence {reference} dans le journal")

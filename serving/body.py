"""Request bodies: of announced types only, bounded while they arrive, JSON decoded strictly."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any, NoReturn

from anyio import move_on_after
from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.routing import APIRoute

from serving.errors import ApiError

JSON = "application/json"

_LARGE = 256 * 1024
"""From this size on, decoding would hold the event loop for milliseconds."""


class JsonRoute(APIRoute):
    """A route whose body is read by `JsonRequest`; the cap is `app.state.settings.max_body_bytes`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler with the body read before it."""
        handler = super().get_route_handler()

        async def read_then_handle(request: Request) -> Response:
            if request.method == "GET":
                return await handler(request)
            settings = request.app.state.settings
            return await handler(await JsonRequest.read(request, settings.max_body_bytes, settings.timeout_s))

        return read_then_handle


class JsonRequest(Request):
    """A request whose JSON body is already here."""

    content: Any

    @classmethod
    async def read(cls, request: Request, max_bytes: int, timeout_s: float) -> JsonRequest:
        """Read and decode a request's body.

        Raises:
            ApiError: 415 for another type, 413 for too long a body, 408 for too slow a one, 422 for what is no JSON.
        """
        _check_type(request)
        body = await read_bytes(request, max_bytes, timeout_s)
        read = cls(request.scope)
        read.content = await run_sync(decode, body) if len(body) > _LARGE else decode(body)
        return read

    async def body(self) -> bytes:
        """Return something: FastAPI takes an empty body for none, and asks `json` otherwise."""
        return b"null"

    async def json(self) -> Any:
        """Return the decoded body."""
        return self.content


def media_type(request: Request) -> str:
    """Return the announced type of a body, "application/json" for all that are JSON, "text/plain" for none."""
    found = _content_type(request).get_content_type()
    return JSON if found.startswith("application/") and found.endswith("+json") else found


def check_utf8(request: Request) -> None:
    """Refuse a body that is announced in another encoding than UTF-8.

    Raises:
        ApiError: 415.
    """
    if str(_content_type(request).get_param("charset", "utf-8")).lower() not in ("utf-8", "utf8"):
        raise ApiError(415, "type_refuse", f"le corps doit être en UTF-8 (Content-Type: {media_type(request)})")


def check_plain(request: Request) -> None:
    """Refuse a compressed body.

    Raises:
        ApiError: 415.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiError(415, "type_refuse", "le corps ne doit pas être compressé (Content-Encoding)")


def _content_type(request: Request) -> Message:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    return header


def _check_type(request: Request) -> None:
    if media_type(request) != JSON:
        raise ApiError(415, "type_refuse", "le corps doit être annoncé par Content-Type: application/json (UTF-8)")
    check_utf8(request)
    check_plain(request)


async def read_bytes(request: Request, max_bytes: int, timeout_s: float) -> bytes:
    """Return a request's body.

    Args:
        request: whose body it is.
        max_bytes: that it may have.
        timeout_s: seconds in which it must be here.

    Raises:
        ApiError: 413 for too long a body, 408 for too slow a one; neither is read on.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > max_bytes:
        raise _too_big(max_bytes)
    body = bytearray()
    with move_on_after(timeout_s):
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_bytes:
                raise _too_big(max_bytes)
        return bytes(body)
    message = f"corps incomplet après {timeout_s:g} secondes"
    raise ApiError(408, "corps_trop_lent", message, headers={"Connection": "close"})


def _too_big(max_bytes: int) -> ApiError:
    # The rest of the body is not wanted: closing says so to the client that is still sending it.
    return ApiError(413, "corps_trop_gros", f"corps de plus de {max_bytes} octets", headers={"Connection": "close"})


def decode(body: bytes, *, line: bool = False) -> Any:
    """Return the value of a JSON text.

    Args:
        body: the text.
        line: whether it is one line of a body, whose faults are then told by their column alone.

    Raises:
        ApiError: 422 for what RFC 8259 refuses (NaN and infinities included), other encodings than UTF-8, and
            nesting deeper than the interpreter's stack.
    """
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        what = "la ligne" if line else "le corps"
        raise _not_json(f"{what} n'est pas en UTF-8 (octet {error.start})") from error
    except json.JSONDecodeError as error:
        place = "en" if line else f"à la ligne {error.lineno},"
        raise _not_json(f"JSON invalide {place} colonne {error.colno}") from error
    except RecursionError as error:
        raise _not_json("JSON trop profondément imbriqué") from error
    except ValueError as error:
        raise _not_json("nombre hors de portée (NaN, infini ou trop de chiffres)") from error


def _not_json(message: str) -> ApiError:
    return ApiError(422, "json_invalide", message)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value

"""One request, ready to be sent: its bytes are made before the clock starts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from training.load.service import HOST

CLASSIFY, SEARCH, WRITE, WRONG = "classement", "recherche", "écriture", "fautes"
"""Groups of requests that are measured together."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send.

    Attributes:
        group: one of the names above.
        method: of HTTP.
        path: as the contract names it, without parameters.
        data: the whole request.
        items: records that it holds, or 1.
    """

    group: str
    method: str
    path: str
    data: bytes
    items: int = 1

    @property
    def place(self) -> str:
        """Return method and path."""
        return f"{self.method} {self.path}"


def get(group: str, path: str, parameters: Mapping[str, Any] | None = None) -> Request:
    """Return a GET."""
    target = f"{path}?{urlencode(parameters)}" if parameters else path
    return Request(group, "GET", path, f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())


def send(group: str, method: str, path: str, body: bytes, items: int = 1) -> Request:
    """Return a request with a JSON body."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return Request(group, method, path, f"{head}\r\n\r\n".encode() + body, items)


def post(group: str, path: str, value: Any) -> Request:
    """Return a POST of a JSON value."""
    return send(group, "POST", path, dumped(value))


def classify(records: Sequence[bytes]) -> Request:
    """Return a request to classify records that are JSON already."""
    return send(CLASSIFY, "POST", "/classify", b'{"fiches":[' + b",".join(records) + b"]}", len(records))


def upsert(records: Sequence[Mapping[str, Any]]) -> Request:
    """Return a request to store records."""
    return send(WRITE, "PUT", "/fiches", dumped({"fiches": list(records)}), len(records))


def delete(keys: Sequence[tuple[str, str]]) -> Request:
    """Return a request to remove records, by type and identifier."""
    fiches = [{"type": kind, "id": name} for kind, name in keys]
    return send(WRITE, "POST", "/fiches/delete", dumped({"fiches": fiches}), len(keys))


def dumped(value: Any) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

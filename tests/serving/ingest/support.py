"""Requests of each kind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.testclient import TestClient

NDJSON = {"content-type": "application/x-ndjson"}
XML = {"content-type": "application/xml"}
GOOD = {"id": "a", "type": "offre", "intitule": "Data scientist"}


def fiche(rank: int, intitule: str, **more: Any) -> dict[str, Any]:
    return {"id": f"n{rank}", "type": "formation", "intitule": intitule, **more}


def lines_of(values: Iterable[Any]) -> bytes:
    """Return values as NDJSON."""
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def ask_lines(client: TestClient, body: bytes | Iterator[bytes], **options: Any) -> list[bytes]:
    """Return the lines of the answer to an NDJSON body."""
    response = client.post("/classify", content=body, headers=NDJSON, params=options)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.content.endswith(b"\n") or not response.content
    return response.content.splitlines()


def ask(client: TestClient, fiches: list[Any], **options: Any) -> Any:
    """Return the answer to a JSON body."""
    return client.post("/classify", json={"fiches": fiches, **options})

"""What the service says that it may answer (`/openapi.json`), and what an answer does otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from training.load.wire import Answer

LATER = (429, 503)
"""Statuses that say when to come back."""
_FAULTS = 400


@dataclass(frozen=True)
class Contract:
    """The documented statuses.

    Attributes:
        statuses: method and path → those that it may answer with.
    """

    statuses: Mapping[tuple[str, str], frozenset[int]]

    @classmethod
    def of(cls, openapi: Mapping[str, Any]) -> Self:
        """Read an OpenAPI document."""
        return cls(
            {
                (method.upper(), path): frozenset(int(status) for status in told["responses"] if status.isdigit())
                for path, methods in openapi["paths"].items()
                for method, told in methods.items()
            }
        )

    def flaws(self, method: str, path: str, answer: Answer) -> tuple[str, ...]:
        """Return what the contract does not allow of an answer, in French; nothing where all is well.

        >>> contract = Contract({("GET", "/suggest"): frozenset([200, 429])})
        >>> contract.flaws("GET", "/suggest", Answer(200, {}, b"{}"))
        ()
        >>> contract.flaws("GET", "/suggest", Answer(429, {}, b'{"error": "Too many requests"}'))
        ('429 sans Retry-After', "429 sans la forme d'erreur du contrat")
        >>> contract.flaws("GET", "/suggest", Answer(504, {}, b'{"erreur": {"code": "a", "message": "b"}}'))
        ('504 non documenté',)
        """
        found = []
        status = answer.status
        if status not in self.statuses.get((method, path), ()):
            found.append(f"{status} non documenté")
        if status in LATER and not answer.headers.get("retry-after", "").isdecimal():
            found.append(f"{status} sans Retry-After")
        if status >= _FAULTS and not _shaped(answer.body):
            found.append(f"{status} sans la forme d'erreur du contrat")
        return tuple(found)


def _shaped(body: bytes) -> bool:
    """Tell whether an error has the form that the contract gives to all."""
    try:
        told = json.loads(body)["erreur"]
        return isinstance(told["code"], str) and isinstance(told["message"], str)
    except (ValueError, KeyError, TypeError):
        return False

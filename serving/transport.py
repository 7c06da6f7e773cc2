"""One HTTP exchange with the service, tried again while it is busy: the standard library only, for a light client."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from serving.client_errors import ClientError, refusal, unreachable

LONGEST_WAIT_S = 300.0
"""A service that asks for more is waited for no longer before the next try."""


@dataclass(frozen=True)
class Patience:
    """How long a busy service is insisted upon.

    Attributes:
        retries: tries after the first.
        first_s: longest wait before the second try; it doubles with each.
        most_s: longest wait of all, unless the service asks for more.
        sleep: waits; tests do not.
    """

    retries: int = 5
    first_s: float = 0.5
    most_s: float = 30.0
    sleep: Callable[[float], object] = time.sleep

    def wait(self, attempt: int, error: ClientError) -> None:
        """Wait before the next try.

        Args:
            attempt: failures so far, from 0.
            error: the last one.

        Raises:
            ClientError: that error, when waiting would not help or enough was tried.
        """
        if not error.passing or attempt >= self.retries:
            raise error
        backoff: float = min(self.most_s, self.first_s * 2**attempt)
        # Clients that were refused together must not come back together: each draws its own moment.
        drawn = backoff * random.uniform(0.5, 1)  # noqa: S311  no secret
        asked = min(error.retry_after or 0.0, LONGEST_WAIT_S)
        self.sleep(max(drawn, asked + drawn / 4 if asked else 0.0))


@dataclass(frozen=True)
class Transport:
    """Where the service is and how it is spoken to.

    Attributes:
        base_url: http or https address; a path in it is kept before every other.
        api_key: of those who write; None sends none.
        timeout: seconds without a byte after which an exchange is given up.
        patience: see `Patience`.
    """

    base_url: str
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 150.0
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{self.base_url} : une adresse http:// ou https:// est attendue")

    @property
    def secure(self) -> bool:
        """Whether exchanges are encrypted."""
        return urlsplit(self.base_url).scheme == "https"

    def connect(self) -> HTTPConnection:
        """Return a connection, which opens with its first request."""
        parts = urlsplit(self.base_url)
        kind = HTTPSConnection if self.secure else HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=self.timeout)

    def target(self, path: str, query: Mapping[str, object] | None = None) -> str:
        """Return what a request asks for; options that are None are left out."""
        kept = {name: _said(value) for name, value in (query or {}).items() if value is not None}
        return urlsplit(self.base_url).path.rstrip("/") + path + (f"?{urlencode(kept)}" if kept else "")

    def headers(self, content: str | None) -> dict[str, str]:
        """Return what every request carries, and the type of its body."""
        key = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return {"Accept-Encoding": "identity", **({"Content-Type": content} if content else {}), **key}

    def call(
        self, method: str, path: str, body: bytes | None = None, query: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Return the JSON object of an answer, insisting as long as patience lasts.

        Raises:
            ClientError: the service refuses, or does not answer.
        """
        attempt = 0
        while True:
            try:
                return self._once(method, self.target(path, query), body)
            except ClientError as error:
                self.patience.wait(attempt, error)
                attempt += 1

    def _once(self, method: str, target: str, body: bytes | None) -> dict[str, Any]:
        connection = self.connect()
        try:
            # A body that is refused before it is whole breaks the sending: the answer says why.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, target, body, self.headers("application/json" if body is not None else None))
            response = connection.getresponse()
            if response.status != 200:
                raise refusal(response)
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            raise unreachable(error) from error
        finally:
            connection.close()
        return answer


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What a client of the service is refused, as one typed error."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse

from cartography.errors import GenscanError

BUSY = (429, 503)
"""Statuses that say "later": too many requests, or a service that starts or whose index is being written."""
UNREACHABLE = 0


class ClientError(GenscanError):
    """What the service refused, or why nothing came back.

    Attributes:
        status: HTTP status, 0 when there was no whole answer.
        champ: the field at fault if one is.
        id: the record's identifier if one is in question.
        retry_after: seconds that the service asks to wait, where it does.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        champ: str | None = None,
        id: str | None = None,  # noqa: A002
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.champ = champ
        self.id = id
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Whether the same request may well be answered later."""
        return self.status == UNREACHABLE or self.status in BUSY


def unreachable(why: object) -> ClientError:
    """Return the error of an exchange that was cut or never began."""
    return ClientError(UNREACHABLE, "service_injoignable", f"le service ne répond pas ({why})")


def refusal(response: HTTPResponse) -> ClientError:
    """Return the error that an answer tells; what stands before the service may tell it in another form."""
    content = response.read()
    wait = retry_after(response.headers.get("Retry-After"))
    try:
        told = json.loads(content)["erreur"]
        code, message = str(told["code"]), str(told["message"])
    except (ValueError, KeyError, TypeError):
        message = f"réponse {response.status} sans explication lisible"
        return ClientError(response.status, f"http_{response.status}", message, retry_after=wait)
    return ClientError(response.status, code, message, champ=told.get("champ"), id=told.get("id"), retry_after=wait)


def retry_after(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which may hold a date; None where it says nothing.

    >>> retry_after("5"), retry_after("Thu, 01 Jan 1970 00:00:00 GMT"), retry_after("bientôt")
    (5.0, 0.0, None)
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        due = parsedate_to_datetime(header)
    except ValueError:
        return None
    due = due if due.tzinfo else due.replace(tzinfo=UTC)
    return max(0.0, (due - datetime.now(UTC)).total_seconds())

"""The log: one structured line an event, each with its request's identifier, and nobody's address or number in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

LogFormat = Literal["texte", "json"]

REQUEST: ContextVar[str] = ContextVar("request", default="-")
"""Identifier of the request that is being answered."""

LOGGER = logging.getLogger("genscan")
ACCESS = logging.getLogger("genscan.acces")

_MASKS = (
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "<courriel>"),
    # French numbers, and international ones; not the codes, dates and durations of a log, which have other shapes.
    (
        re.compile(r"(?<![\w.])(?:(?:\+|00)\d{2}[ .-]?(?:\(0\)[ .-]?)?\d|0[1-9])(?:[ .-]?\d{2}){4}(?![\w.])"),
        "<téléphone>",
    ),
    (re.compile(r"(?i)\b(bearer|x-api-key:?|authorization:?)\s+(?!bearer\b)\S+"), r"\1 <clé>"),
)


def masked(text: str) -> str:
    """Return a text without e-mail addresses, telephone numbers and keys.

    >>> masked("écrire à a.b@exemple.fr ou au 06 12 34 56 78 ; +33 6.12.34.56.78")
    'écrire à <courriel> ou au <téléphone> ; <téléphone>'
    >>> masked("Authorization: Bearer abc, M1855, 2026-11-22, 35 h, 127.0.0.1")
    'Authorization: Bearer <clé> M1855, 2026-11-22, 35 h, 127.0.0.1'
    """
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return text


class Lines(logging.Formatter):
    """Writes a record as one line: `key=value` pairs after the message, or a JSON object."""

    def __init__(self, how: LogFormat) -> None:
        """Take the format, "texte" or "json"."""
        super().__init__()
        self._how = how

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; line breaks within it are escaped, so that nobody forges another one."""
        facts: dict[str, object] = {
            "horodatage": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "journal": record.name,
            "message": masked(record.getMessage()),
            "requete": REQUEST.get(),
            **getattr(record, "faits", {}),
        }
        facts = {name: masked(value) if isinstance(value, str) else value for name, value in facts.items()}
        if record.exc_info:
            facts["trace"] = masked(self.formatException(record.exc_info))
        if self._how == "json":
            return json.dumps(facts, ensure_ascii=True)
        head = (
            f"{facts.pop('horodatage')} {facts.pop('niveau')} {facts.pop('journal')} {_one_line(facts.pop('message'))}"
        )
        return " ".join([head, *(f"{name}={_one_line(value)}" for name, value in facts.items() if name != "trace")]) + (
            f"\n{facts['trace']}" if "trace" in facts else ""
        )


def _one_line(value: object) -> str:
    text = str(value)
    return text if text.isprintable() else text.encode("unicode_escape").decode()


class Masked(logging.Formatter):
    """Masks what another formatter writes."""

    def __init__(self, inner: logging.Formatter) -> None:
        """Take the formatter that writes."""
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line."""
        return masked(self._inner.format(record))


def install(how: LogFormat) -> None:
    """Send the service's log to the standard error, and mask what the libraries below it write."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(how))
    LOGGER.handlers = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    for name in (None, "bentoml", "uvicorn", "uvicorn.error", "circus"):
        for other in logging.getLogger(name).handlers:
            if not isinstance(other.formatter, Masked):
                other.setFormatter(Masked(other.formatter or logging.Formatter()))


def log_request(method: str, path: str, status: int, milliseconds: float) -> None:
    """Write the line of an answered request: its path, without what was asked after it.

    Args:
        method: of the request.
        path: asked for.
        status: answered; 0 when nobody was there to answer to any more.
        milliseconds: that it took.
    """
    facts = {"methode": method, "chemin": path[:200], "statut": status, "ms": round(milliseconds, 1)}
    ACCESS.info("requête", extra={"faits": facts})

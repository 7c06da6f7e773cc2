"""Which of two types a client would rather have."""

from __future__ import annotations

from collections.abc import Sequence


def prefers(accept: str, wanted: Sequence[str], usual: str) -> bool:
    """Tell whether an Accept header asks for a type by its name, and not more for the usual one.

    Args:
        accept: the header; "*/*" asks for nothing in particular.
        wanted: names of the type.
        usual: what is given otherwise.

    >>> ndjson = ["application/x-ndjson"]
    >>> accepts = ["application/x-ndjson", "*/*", "", "Application/X-NDJSON;q=0"]
    >>> [prefers(accept, ndjson, "application/json") for accept in accepts]
    [True, False, False, False]
    >>> prefers("application/json, application/x-ndjson;q=0.5", ndjson, "application/json")
    False
    """
    asked = dict(map(_ranked, accept.lower().split(",")))
    best = max((asked.get(name, 0.0) for name in wanted), default=0.0)
    return best > 0 and best >= asked.get(usual, 0.0)


def _ranked(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0

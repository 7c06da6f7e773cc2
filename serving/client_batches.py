"""What a client sends and is given back: records as JSON, cut into requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from cartography.fiche import Fiche

Json: TypeAlias = dict[str, Any]
Record: TypeAlias = "Fiche | Mapping[str, Any]"

MOST_BYTES = 8 * 1024 * 1024
"""Of one request's records: half of what the service takes by default."""


def given(**values: Any) -> Json:
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def object_of(fiche: Record) -> Json:
    """Return a record as a JSON object."""
    return dict(fiche) if isinstance(fiche, Mapping) else fiche.as_json()


def dumped(value: object) -> bytes:
    """Return a value as JSON, on one line. Raises ValueError for NaN and infinities, which JSON has not."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def line_of(fiche: Record) -> bytes:
    """Return a record as JSON, on one line."""
    return dumped(object_of(fiche))


def body(records: list[bytes], options: Json) -> bytes:
    """Return a request of records that are JSON already."""
    return b'{"fiches":[' + b",".join(records) + b"]" + (b"," + dumped(options)[1:] if options else b"}")


def batches_of(records: Iterable[bytes], most: int) -> Iterator[list[bytes]]:
    """Yield records by as many as one request may hold.

    >>> list(batches_of([b"1", b"2", b"3"], 2))
    [[b'1', b'2'], [b'3']]
    """
    batch: list[bytes] = []
    size = 0
    for record in records:
        if batch and (len(batch) == most or size + len(record) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record) + 1
    if batch:
        yield batch


def summed(changes: Iterable[Json]) -> Json:
    """Return several changes as one; the versions are those of the last."""
    whole: Json = {"nouvelles": 0, "remplacees": 0, "retirees": 0, "erreurs": [], "versions": None}
    for change in changes:
        for count in ("nouvelles", "remplacees", "retirees"):
            whole[count] += change[count]
        whole["erreurs"] += change["erreurs"]
        whole["versions"] = change["versions"]
    return whole

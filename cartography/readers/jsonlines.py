"""JSON Lines: one record a line, in the contract's keys or in those of real catalogues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from cartography.errors import FicheInvalid, RecordError
from cartography.readers.base import Reader, Record, Source
from cartography.readers.dialect import to_contract
from cartography.readers.jsonguard import json_fault
from cartography.readers.sniffing import head_text, json_lines_start
from cartography.readers.values import is_filled

MAX_LINE = 16 * 1024 * 1024
"""Longest line read, in bytes."""

_SKIP = 65_536


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the records of a JSON Lines file; a line that is no record is an error in its place.

    Args:
        stream: UTF-8 bytes.
        source: the file's name and the type of records that say none.
    """
    for position, line in _lines(stream):
        if line is None:
            message = f"ligne de plus de {MAX_LINE // 2**20} Mio"
            yield source.error("ligne_trop_longue", message, position)
        elif line.strip():
            yield line_record(line, position, source)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield (1-based number, line), None in the place of a line that is too long to be held."""
    position = 0
    while line := stream.readline(MAX_LINE + 1):
        position += 1
        if position == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(_SKIP)) and not rest.endswith(b"\n"):
                pass
            yield position, None
        else:
            yield position, line


def line_record(line: bytes, position: int, source: Source) -> Record:
    """Return the record of one line.

    Args:
        line: UTF-8 bytes.
        position: 1-based line.
        source: the file's name and the type of records that say none.
    """
    value = decode(line, position, source)
    return value if isinstance(value, RecordError) else record_of(value, position, source)


def decode(line: bytes, position: int, source: Source) -> dict[str, Any] | RecordError:
    """Return the JSON object of a line, or the error that says why it is none."""
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return source.error("utf8_invalide", f"octet {error.start + 1} : texte UTF-8 invalide", position)
    except json.JSONDecodeError as error:
        return source.error("json_invalide", f"JSON invalide, caractère {error.pos + 1} ({error.msg})", position)
    except RecursionError:
        return source.error("json_trop_profond", "objet imbriqué sur trop de niveaux", position)
    except ValueError:  # an integer of thousands of digits
        return source.error("nombre_invalide", "nombre trop long", position)
    if not isinstance(value, dict):
        return source.error("objet_attendu", "un objet JSON est attendu", position)
    return value


def record_of(value: dict[str, Any], position: int, source: Source, fallback_id: str | None = None) -> Record:
    """Return the record of a decoded object of any dialect.

    Args:
        value: the object.
        position: 1-based line or rank.
        source: the file.
        fallback_id: identifier of an object that gives none; None makes that an error.
    """
    if fault := json_fault(value):
        fiche_id = value.get("id")
        known = str(fiche_id) if isinstance(fiche_id, (str, int)) and json_fault(fiche_id) is None else None
        return source.error(*fault, position, fiche_id=known)
    try:
        contract = to_contract(value, default_type=source.default_type)
    except FicheInvalid as error:
        return RecordError.from_invalid(error, fichier=source.name, position=position)
    if fallback_id and not is_filled(contract.get("id")):
        contract["id"] = fallback_id
    return source.record(contract, position)


def sniff(head: bytes) -> bool:
    """Tell JSON Lines: a line of the first ones is a whole object, and the file is no array nor envelope."""
    return json_lines_start(head_text(head))


READER = Reader("jsonl", "JSON Lines", sniff, read)

"""JSON documents that hold a list of records: the offers API of France Travail, and `{"fiches": [...]}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from cartography.readers.base import Reader, Record, Source
from cartography.readers.jsonguard import MAX_DEPTH
from cartography.readers.jsonlines import record_of
from cartography.readers.sniffing import ENVELOPES, RECORD_NAMES, head_text, json_envelope

MAX_RECORD = 8_000_000
"""Characters and values that one record may hold; a longer one becomes an error and is not kept."""
MAX_VALUE = 64 * 1024 * 1024
"""Bytes that may pass without a value ending: past it, reading stops."""

_LONG_NUMBER = re.compile(rb"[0-9]{4000}")


class _Refused(Exception):
    """The bytes cannot be read on: (code, French message)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class _Guarded:
    """A stream that stops before a single value could fill the memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._tail = b""
        self.pending = 0
        """Bytes read since a value ended; the consumer resets it."""

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.pending += len(data)
        if self.pending > MAX_VALUE:
            raise _Refused("valeur_trop_grande", f"valeur JSON de plus de {MAX_VALUE // 2**20} Mio")
        # yajl hands out a NULL pointer for integers that Python refuses (over 4,300 digits).
        if _LONG_NUMBER.search(self._tail + data):
            raise _Refused("nombre_invalide", "nombre de plus de 4 000 chiffres")
        self._tail = data[-4000:] if data[-1:].isdigit() else b""
        return data


class _Builder:
    """Builds one record from parse events, within `MAX_RECORD` and `MAX_DEPTH`."""

    def __init__(self) -> None:
        self.fault: tuple[str, str] | None = None
        self._stack: list[Any] = []
        self._names: list[str] = []
        self._root: Any = None
        self._depth = 0
        self._cost = 0

    def feed(self, event: str, value: Any) -> bool:
        """Take one event in; return whether the record is complete."""
        if event in ("start_map", "start_array"):
            self._depth += 1
            if self._depth > MAX_DEPTH and self.fault is None:
                self.fault = "json_trop_profond", f"objet imbriqué sur plus de {MAX_DEPTH} niveaux"
            if self.fault is None:
                self._open({} if event == "start_map" else [])
        elif event in ("end_map", "end_array"):
            self._depth -= 1
            if self.fault is None:
                self._stack.pop()
                self._names.pop()
        elif self.fault is None:
            self._take(event, value)
        return self._depth == 0 and event != "map_key"

    @property
    def value(self) -> Any:
        """The record, complete only once `feed` said so."""
        return self._root

    def _take(self, event: str, value: Any) -> None:
        self._cost += 1 + (len(value) if isinstance(value, str) else 0)
        if self._cost > MAX_RECORD:
            self.fault = "fiche_trop_grande", f"fiche de plus de {MAX_RECORD} caractères"
        elif event == "map_key":
            self._names[-1] = value
        else:
            self._place(float(value) if isinstance(value, Decimal) else value)

    def _open(self, container: Any) -> None:
        self._cost += 1
        self._place(container)
        self._stack.append(container)
        self._names.append("")

    def _place(self, value: Any) -> None:
        if not self._stack:
            self._root = value
        elif isinstance(self._stack[-1], dict):
            self._stack[-1][self._names[-1]] = value
        else:
            self._stack[-1].append(value)


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the records of a JSON array, or of the list that a JSON object holds under a known name.

    A bad element is an error at its rank; JSON that breaks ends the stream with one error, after the records
    that came before it.

    Args:
        stream: UTF-8 bytes.
        source: the file's name and the type of records that say none.
    """
    rank = 0
    try:
        for built in _elements(_Guarded(stream)):
            rank += 1
            if built.fault:
                yield source.error(*built.fault, rank)
            elif isinstance(built.value, dict):
                yield record_of(built.value, rank, source, source.fallback_id(rank))
            else:
                yield source.error("objet_attendu", "un objet JSON est attendu", rank)
    except _Refused as error:
        yield source.error(error.code, error.message, rank + 1)
    except ijson.IncompleteJSONError as error:
        cut = "premature EOF" in str(error)
        code, message = ("json_tronque", "JSON tronqué") if cut else ("json_invalide", "JSON invalide")
        yield source.error(code, f"{message} après {rank} fiche(s)", rank + 1)
    except (ijson.JSONError, ValueError, ArithmeticError):
        yield source.error("json_invalide", f"JSON invalide après {rank} fiche(s)", rank + 1)


def _elements(stream: _Guarded) -> Iterator[_Builder]:
    """Yield the elements of the list of records, and skip all that stands beside it."""
    depth, name, listed, seen, alone = 0, "", False, False, False
    builder: _Builder | None = None
    for event, value in ijson.basic_parse(stream):
        stream.pending = 0
        if listed and (builder or event != "end_array"):
            builder = builder or _Builder()
            if builder.feed(event, value):
                yield builder
                builder = None
            continue
        if event == "map_key" and depth == 1:
            name = value
            alone |= name in RECORD_NAMES
        elif event.startswith("start"):
            depth += 1
            known = depth == 2 and name in ENVELOPES and not alone
            listed = event == "start_array" and (depth == 1 or known)
            seen |= listed
        elif event.startswith("end"):
            listed = False
            depth -= 1
    if not seen:
        wanted = ", ".join(ENVELOPES)
        raise _Refused("json_sans_liste", f"aucune liste de fiches : tableau JSON attendu, ou objet avec {wanted}")


def read_offers(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the offers of a France Travail API answer; whatever says no type is an offer."""
    return read(stream, replace(source, default_type=source.default_type or "offre"))


def sniff(head: bytes) -> bool:
    """Tell a JSON document by its first character."""
    return head_text(head).lstrip()[:1] in ("[", "{")


def sniff_offers(head: bytes) -> bool:
    """Tell the offers API: its envelope, or an array whose first objects have its keys."""
    text = head_text(head).lstrip()
    if text[:1] == "{":
        return json_envelope(text) == "resultats" or '"filtresPossibles"' in text[:200]
    return text[:1] == "[" and any(f'"{name}"' in text for name in ("romeCode", "lieuTravail", "typeContrat"))


FRANCE_TRAVAIL = Reader("france_travail", "API Offres d'emploi de France Travail (JSON)", sniff_offers, read_offers)
JSON = Reader("json", "JSON, liste de fiches", sniff, read)

"""XML files of any size read record by record: hardened, in constant memory, one fault one error.

No entity is ever declared or fetched, so nothing expands; a record, a tag and the nesting have a greatest size.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from cartography.readers.base import Record, Source
from cartography.readers.values import filled, is_filled
from cartography.readers.xmltree import Node

MAX_RECORD = 8_000_000
"""Characters and elements that one record may hold; a longer one becomes an error and is not kept."""
MAX_TAG = 4 * 1024 * 1024
"""Bytes of one tag, comment or processing instruction: past it, reading stops."""
MAX_DEPTH = 200
"""Levels of nesting: past it, reading stops."""

_CHUNK = 65_536
_ELEMENT_COST = 100


class _Refused(Exception):
    """The file is not read on: what it holds is no record's."""


class _Target:
    """Receives parse events and keeps only the records, in `done` with the element where one grew too large."""

    def __init__(self, tags: frozenset[str], skip: frozenset[str]) -> None:
        self.done: deque[tuple[Node, str | None]] = deque()
        self._tags = tags
        self._skip = skip
        self._stack: list[Node] = []
        self._depth = 0
        self._muted_at = 0
        self._cost = 0
        self._overflow: str | None = None

    def start(self, name: str, attrib: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(f"éléments imbriqués sur plus de {MAX_DEPTH} niveaux")
        if self._muted_at:
            return
        tag = name.rpartition("}")[2].lower()
        if not self._stack and tag not in self._tags:
            return
        if self._stack and (tag in self._skip or self._overflow):
            self._muted_at = self._depth
            return
        self._spend(_ELEMENT_COST + sum(map(len, attrib.values())), tag)
        node = Node(tag, attrib)
        if self._stack:
            self._stack[-1].parts.append(node)
        self._stack.append(node)

    def data(self, text: str) -> None:
        if self._stack and not self._muted_at:
            self._spend(len(text), self._stack[-1].tag)
            if not self._overflow:
                self._stack[-1].parts.append(text)

    def end(self, _name: str) -> None:
        if self._muted_at == self._depth:
            self._muted_at = 0
        elif self._stack and not self._muted_at:
            node = self._stack.pop()
            if not self._stack:
                self.done.append((node, self._overflow))
                self._cost = 0
                self._overflow = None
        self._depth -= 1

    def _spend(self, cost: int, tag: str) -> None:
        self._cost += cost
        if self._cost > MAX_RECORD and not self._overflow:
            self._overflow = tag


class _Feeder:
    """Feeds a hardened parser and turns whatever it refuses into (code, French message)."""

    def __init__(self, target: _Target) -> None:
        # A plain DOCTYPE is common and harmless; declarations of entities are what is forbidden.
        self._parser = DefusedXMLParser(target=target, forbid_dtd=False, forbid_entities=True, forbid_external=True)
        self._fed = 0

    def feed(self, chunk: bytes) -> tuple[str, str] | None:
        """Parse one more chunk, b"" at the end of the file; return the fault if there is one."""
        try:
            if not chunk:
                self._parser.close()
                return None
            self._parser.feed(chunk)
        except DefusedXmlException:
            return "xml_interdit", "déclaration d'entité refusée"
        except _Refused as error:
            return "xml_interdit", str(error)
        except ParseError as error:
            line, column = error.position
            return "xml_invalide", f"XML invalide, ligne {line}, colonne {column + 1} ({error.msg})"
        except (LookupError, ValueError) as error:
            return "xml_invalide", f"encodage XML refusé ({error})"
        self._fed += len(chunk)
        # The parser holds a tag back until it is whole.
        if self._fed - self._parser.parser.CurrentByteIndex > MAX_TAG:
            return "xml_interdit", f"balise de plus de {MAX_TAG // 2**20} Mio"
        return None


def read_xml(
    stream: BinaryIO,
    source: Source,
    tags: frozenset[str],
    values_of: Callable[[Node], Mapping[str, Any]],
    skip: frozenset[str] = frozenset(),
) -> Iterator[Record]:
    """Stream the records of an XML file.

    Args:
        stream: the file, in any encoding XML knows.
        source: the file's name.
        tags: local names, in lower case, of the elements that are records.
        values_of: returns a record's fields under the contract's keys; empty ones are left out, and a missing
            `id` becomes the record's rank in the file.
        skip: elements inside a record that are never kept.
    """
    target = _Target(tags, skip)
    feeder = _Feeder(target)
    rank = 0
    while True:
        chunk = stream.read(_CHUNK)
        fault = feeder.feed(chunk)
        while target.done:
            rank += 1
            yield _record(*target.done.popleft(), source, rank, values_of)
        if fault:
            yield source.error(*fault, rank + 1)
        if fault or not chunk:
            return


def _record(
    node: Node, overflow: str | None, source: Source, rank: int, values_of: Callable[[Node], Mapping[str, Any]]
) -> Record:
    if overflow:
        message = f"{overflow} : fiche de plus de {MAX_RECORD} caractères"
        return source.error("fiche_trop_grande", message, rank, champ=overflow)
    values = filled(values_of(node))
    if not is_filled(values.get("id")):
        values["id"] = source.fallback_id(rank)
    return source.record(values, rank)

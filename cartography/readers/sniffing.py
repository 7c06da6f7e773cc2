"""What the first bytes of a file tell: its text, its XML root, its JSON envelope."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator

import ijson

from cartography.readers.jsonguard import MAX_DEPTH

ENVELOPES = ("resultats", "fiches", "offres", "formations", "results", "records", "items", "data")
"""Names under which a JSON object carries a list of records; "resultats" is the offers API's."""

RECORD_NAMES = ("id", "identifiant", "intitule")
"""Names that an envelope does not have: an object that starts with one is itself a record."""

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_FIRST_LINES = 20
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>|\s+)*", re.DOTALL)
_ROOT = re.compile(r"<([\w.-]+:)?([\w.-]+)([^<>]*)")


def utf16_codec(head: bytes) -> str | None:
    """Return the codec that a UTF-16 byte order mark announces."""
    return _UTF16.get(head[:2])


def head_text(head: bytes) -> str:
    """Return the first bytes as text without byte order mark, whether UTF-8, UTF-16 or Windows-1252."""
    codec = utf16_codec(head)
    if codec:
        return head[2:].decode(codec, "replace")
    head = head.removeprefix(codecs.BOM_UTF8)
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The head may end in the middle of a character.
        cut = error.start >= len(head) - 3
        return head.decode("utf-8" if cut else "cp1252", "replace")


def xml_root(text: str) -> tuple[str, str] | None:
    """Return (root element's local name in lower case, everything after it), None if this is not XML.

    >>> xml_root('<?xml version="1.0"?><!-- x --><l:LHEO xmlns:l="u"><offres/>')[0]
    'lheo'
    """
    if not text.lstrip().startswith("<"):
        return None
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    root = _ROOT.match(text, start)
    return (root[2].lower(), text[root.end() :]) if root else None


def json_lines_start(text: str) -> bool:
    r"""Tell whether a text starts as JSON Lines: objects one a line, outside any list.

    >>> json_lines_start('{"id": 1}\n{"id": broken}'), json_lines_start('{"resultats": [{"id": 1}]}')
    (True, False)
    """
    start = text.strip()
    if not start or start[0] in "[<":
        return False
    lines = [line for line in start.split("\n", _FIRST_LINES)[:_FIRST_LINES] if line.strip()]
    if len(lines) > 1 and lines[0].strip() != "{" and all(line.lstrip().startswith("{") for line in lines):
        return True
    if start[0] == "{" and json_envelope(start):
        return False
    # One line that starts an object may be longer than the head.
    return any(map(_is_object, lines)) or (start[0] == "{" and len(lines) == 1)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def json_envelope(text: str) -> str | None:
    """Return the name of the top-level list of records that a JSON object starts, None if none is seen.

    >>> json_envelope('{"filtresPossibles": [1], "resultats": [{"id": "1"')
    'resultats'
    """
    depth, name = 0, ""
    for event, value in _events(text):
        if event == "map_key" and depth == 1:
            name = value
            if name in RECORD_NAMES:
                return None
        elif event == "start_array" and depth == 1 and name in ENVELOPES:
            return name
        if event.startswith("start"):
            depth += 1
        elif event.startswith("end"):
            depth -= 1
        if depth > MAX_DEPTH:
            return None
    return None


def _events(text: str) -> Iterator[tuple[str, str]]:
    # ijson's C parser breaks on integers that Python refuses; no name nor list hides in one.
    safe = re.sub(r"\d{400,}", "0", text)
    try:
        for event, value in ijson.basic_parse(io.BytesIO(safe.encode("utf-8", "replace")), buf_size=4096):
            yield event, value if isinstance(value, str) else ""
    except (ijson.JSONError, ValueError, ArithmeticError):
        return

"""Tables with a header: which delimiter, which columns, and each row as an object."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cartography.errors import RecordError
from cartography.readers.base import Source
from cartography.readers.dialect_names import key
from cartography.readers.rows import Lines, read_rows

Suits = Callable[[frozenset[str]], bool]
"""Tells from folded column names whether a table is a format's."""

_DELIMITERS = (";", ",", "\t", "|")


def header(line: str, suits: Suits) -> tuple[str, list[str]] | None:
    """Find a table's delimiter: the one under which its header names the columns wanted.

    Returns:
        (delimiter, column names as written), None if no delimiter gives such columns.

    >>> header("id;intitulé", lambda names: "intitule" in names)
    (';', ['id', 'intitulé'])
    """
    for delimiter in _DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        if len(cells) > 1 and suits(frozenset(map(key, cells))):
            return delimiter, [cell.strip() for cell in cells]
    return None


def is_table(text: str, suits: Suits) -> bool:
    """Tell whether a text starts with a header that suits."""
    line = next((line for line in text.splitlines() if not _is_preamble(line)), "")
    return "\0" not in line and header(line, suits) is not None


def _is_preamble(line: str) -> bool:
    # Excel writes the delimiter on a line of its own.
    return not line.strip() or line.startswith("sep=")


def read_objects(
    stream: BinaryIO, source: Source, suits: Suits, wanted: str
) -> Iterator[tuple[int, dict[str, str]] | RecordError]:
    """Stream the rows of a table as (line number, column → text); empty cells are left out.

    Args:
        stream: the table, in UTF-8 or Windows-1252.
        source: the file's name.
        suits: tells whether the columns are the format's.
        wanted: the columns expected, for the message when they are not there.
    """
    lines = Lines(stream)
    first = next((line for line in lines if not _is_preamble(line)), "")
    found = header(first.removeprefix("\ufeff"), suits)
    if found is None:
        yield source.error("entete_inconnu", f"en-tête de tableau non reconnu ; colonnes attendues : {wanted}", 1)
        return
    delimiter, names = found
    names = [name or f"colonne_{index}" for index, name in enumerate(names, 1)]
    for row in read_rows(lines, delimiter):
        extra = row.cells[len(names) :]
        if row.fault:
            yield source.error(*row.fault, row.position)
        elif len(row.cells) < len(names) or any(map(str.strip, extra)):
            message = f"{len(row.cells)} colonnes au lieu de {len(names)}"
            yield source.error("ligne_irreguliere", message, row.position)
        else:
            yield row.position, _object(names, row.cells)


def _object(names: list[str], cells: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if cell.strip():
            values.setdefault(name, cell.strip())
    return values

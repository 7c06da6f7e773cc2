"""Rows of a delimited table: encoding, delimiter, quoted line ends, and the damage one bad row may do."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cartography.fiche import MAX_DESCRIPTION

MAX_LINE = 4 * 1024 * 1024
"""Bytes of one physical line."""
MAX_ROW_LINES = 5_000
"""Physical lines of one row: past it, its quote was never closed."""
MAX_ROW = 8_000_000
"""Characters of one row, for the same reason."""
MAX_CELL = MAX_DESCRIPTION + 1_000

_TOO_LONG = "\0\0\n"
_SURROGATE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        position: 1-based number of its first physical line.
        cells: the texts; empty when `fault` is set.
        fault: (code, French message) if it could not be read.
    """

    position: int
    cells: list[str]
    fault: tuple[str, str] | None = None


class Lines:
    """Physical lines, decoded, with those of a broken row given back.

    Attributes:
        row: (1-based number, line) of those taken since the row began.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._again: deque[tuple[int, str]] = deque()
        self._number = 0
        self._encoding = ""
        self.row: list[tuple[int, str]] = []
        self._held = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.row) >= MAX_ROW_LINES or self._held > MAX_ROW:
            raise StopIteration
        number, line = self._again.popleft() if self._again else self._read()
        self.row.append((number, line))
        self._held += len(line)
        return line

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self.row = []
        self._held = 0

    def give_back(self) -> None:
        """Give all the row's lines back, save the first."""
        self._again.extendleft(reversed(self.row[1:]))

    def _read(self) -> tuple[int, str]:
        raw = self._stream.readline(MAX_LINE)
        if not raw:
            raise StopIteration
        self._number += 1
        if len(raw) < MAX_LINE or raw.endswith(b"\n"):
            return self._number, self._decode(raw)
        while len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            raw = self._stream.readline(MAX_LINE)
        return self._number, _TOO_LONG

    def _decode(self, raw: bytes) -> str:
        if raw.isascii():
            return raw.decode("ascii")
        if not self._encoding:
            # The first accent decides for the whole file: no file changes its encoding on the way.
            try:
                raw.decode("utf-8")
                self._encoding = "utf-8"
            except UnicodeDecodeError:
                self._encoding = "cp1252"
        # Surrogates mark the bytes that are no UTF-8, for the row to be refused; cp1252 leaves five bytes out.
        return raw.decode(self._encoding, "surrogateescape" if self._encoding == "utf-8" else "replace")


def read_rows(lines: Lines, delimiter: str) -> Iterator[Row]:
    """Stream the rows that remain, blank ones left out.

    A quote that is never closed costs its own line only: the lines it swallowed are read again as rows.
    """
    # The module's limit is the process's: raised where needed, never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    while True:
        lines.begin_row()
        try:
            cells = next(csv.reader(lines, delimiter=delimiter, strict=True), [])
            fault = _cells_fault(cells)
        except csv.Error as error:
            cells, fault = [], ("csv_invalide", f"ligne de tableau illisible ({error})")
            lines.give_back()
        if not lines.row:
            return
        if fault or any(map(str.strip, cells)):
            yield Row(lines.row[0][0], cells, fault)


def _cells_fault(cells: list[str]) -> tuple[str, str] | None:
    line = "".join(cells)
    if _TOO_LONG.strip() in line:
        return "ligne_trop_longue", f"ligne de plus de {MAX_LINE // 2**20} Mio"
    if "\0" in line:
        return "caractere_nul", "octet nul dans la ligne"
    if _SURROGATE.search(line):
        return "utf8_invalide", "texte UTF-8 invalide"
    return None

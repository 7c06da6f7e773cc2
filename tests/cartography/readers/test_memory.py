"""Constant memory: eight thousand records, generated as they are read, through each family of reader."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from cartography.fiche import Fiche
from cartography.readers import FORMATS, Source

COUNT = 8_000
PEAK = 1_500_000
"""Bytes: buffers and one record. The traced records would be several times that, were they kept."""
PROSE = "Installer, superviser et dépanner. " * 25


class Generated(io.RawIOBase):
    """A stream made of pieces that never exist together."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._ready = piece.encode()
        data, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def wrapped(start: str, end: str, item: Callable[[int], str], between: str = "") -> Iterator[str]:
    yield start
    for index in range(COUNT):
        yield (between if index else "") + item(index)
    yield end


def course(index: int) -> str:
    return (
        f'<formation numero="{index}"><intitule-formation>Cours {index}</intitule-formation>'
        f"<objectif-formation>{PROSE}</objectif-formation></formation>\n"
    )


def item(index: int) -> str:
    return f'{{"id": "{index}", "type": "offre", "intitule": "Dev {index}", "description": "{PROSE}"}}'


SOURCES: dict[str, Callable[[], Iterator[str]]] = {
    "jsonl": lambda: wrapped("", "", lambda i: item(i) + "\n"),
    "json": lambda: wrapped('{"total": 2, "fiches": [', "]}", item, ","),
    "csv": lambda: wrapped("id;titre;type;description\n", "", lambda i: f'{i};Dev;offre;"{PROSE}\nfin"\n'),
    "lheo": lambda: wrapped("<lheo><offres>", "</offres></lheo>", course),
}


@pytest.mark.parametrize("name", SOURCES)
def test_memory_does_not_grow(name: str) -> None:
    def read() -> Iterator[object]:
        return FORMATS[name].read(io.BufferedReader(Generated(SOURCES[name]())), Source("x"))

    next(read())  # caches filled
    # Tracing costs several times the reading: it covers the end of the file only.
    records = read()
    good = sum(isinstance(next(records), Fiche) for _ in range(COUNT - 2_500))
    tracemalloc.start()
    good += sum(isinstance(record, Fiche) for record in records)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert good == COUNT
    assert peak < PEAK

"""Chunks of bytes → lines, in bounded memory → records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from cartography.errors import RecordError
from cartography.readers import Record
from serving.body import decode
from serving.engine import Engine
from serving.errors import ApiError


class Line(NamedTuple):
    """A line that holds something.

    Attributes:
        position: 1-based, empty lines counted.
        content: without its end; None where it was too long to be held.
    """

    position: int
    content: bytes | None


class LineSplitter:
    """Cuts chunks into lines, however they fall."""

    def __init__(self, most: int) -> None:
        """Start at the first line.

        Args:
            most: bytes of the longest line that is kept.
        """
        self._most = most
        self._held = bytearray()
        self._too_long = False
        self._position = 0

    def feed(self, chunk: bytes) -> Iterator[Line]:
        r"""Yield the lines that end in a chunk, empty ones left out.

        >>> splitter = LineSplitter(5)
        >>> [list(splitter.feed(chunk)) for chunk in (b"a\n\r\nb", b"c\nlonger ", b"still\nd")]
        ... # doctest: +NORMALIZE_WHITESPACE
        [[Line(position=1, content=b'a')], [Line(position=3, content=b'bc')], [Line(position=4, content=None)]]
        >>> list(splitter.end())
        [Line(position=5, content=b'd')]
        """
        *whole, rest = chunk.split(b"\n")
        for piece in whole:
            self._add(piece)
            yield from self.end()
        self._add(rest)

    def end(self) -> Iterator[Line]:
        """Yield what is held as a line, unless it is empty."""
        self._position += 1
        content = None if self._too_long else bytes(self._held)
        self._held.clear()
        self._too_long = False
        if content is None or content.strip():
            yield Line(self._position, content)

    def _add(self, piece: bytes) -> None:
        if self._too_long or len(self._held) + len(piece) > self._most:
            self._too_long = True
            self._held.clear()
        else:
            self._held += piece


def record_of(line: Line, most: int) -> Record:
    """Return the record of a line, or what is wrong with it.

    Args:
        line: a line that holds something.
        most: bytes that it may have, for the message.
    """
    if line.content is None:
        return RecordError("ligne_trop_longue", f"ligne de plus de {most} octets", position=line.position)
    try:
        record = Engine.record_of(decode(line.content, line=True))
    except ApiError as error:
        return RecordError(error.code, error.message, position=line.position)
    return replace(record, position=line.position) if isinstance(record, RecordError) else record

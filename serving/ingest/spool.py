"""What waits to be sent: in memory while that is little, in a file where a client sends all before it reads anything.

Most clients do. Were the answers held back until they read, both sides would wait for the other for ever.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import SpooledTemporaryFile

from anyio import Event

IN_MEMORY = 4 * 1024 * 1024
"""Bytes that wait in memory; more go to a file without a name, of which nothing stays behind."""
PIECE = 256 * 1024


class Spool:
    """Bytes put at one end and taken at the other, by two tasks of one event loop."""

    def __init__(self, folder: Path) -> None:
        """Start empty.

        Args:
            folder: where the file is, if there must be one.
        """
        self._folder = folder
        # Closed by `discard`.
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY, dir=str(folder))  # noqa: SIM115
        self._taken = self._end = 0
        self._closed = False
        self._news = Event()

    def put(self, data: bytes) -> None:
        """Add bytes."""
        if self._end + len(data) > IN_MEMORY:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._file.seek(self._end)
        self._file.write(data)
        self._end += len(data)
        self._tell()

    def close(self) -> None:
        """Say that nothing more comes."""
        self._closed = True
        self._tell()

    async def take(self) -> bytes:
        """Return some of the bytes, waiting for them; b"" when none are left and none will come."""
        while self._taken == self._end:
            if self._closed:
                return b""
            await self._news.wait()
        self._file.seek(self._taken)
        data = self._file.read(PIECE)
        self._taken += len(data)
        if self._taken == self._end:
            # The room is used again: a client that reads as it sends never makes it grow.
            self._file.seek(0)
            self._file.truncate()
            self._taken = self._end = 0
        return data

    def discard(self) -> None:
        """Give the memory, and the file, back."""
        self._file.close()

    def _tell(self) -> None:
        self._news.set()
        self._news = Event()

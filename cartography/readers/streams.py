"""Files opened for reading: gzip by its magic bytes, byte order marks taken away, pipes as well as files."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from cartography.errors import GenscanError, reason
from cartography.readers.base import HEAD_BYTES
from cartography.readers.sniffing import head_text, utf16_codec

_GZIP = b"\x1f\x8b"


class FileUnreadable(GenscanError):
    """A path that cannot be opened or read."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__("fichier_illisible", f"{path} : fichier illisible ({reason(error)})")


class _Layer(io.RawIOBase):
    """Bytes made from those of a stream, which is closed with it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> bytes:
        raise NotImplementedError

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Counted(_Layer):
    """A stream that tells how many bytes were just read from it."""

    def __init__(self, stream: BinaryIO, on_bytes: Callable[[int], object]) -> None:
        super().__init__(stream)
        self._on_bytes = on_bytes

    def _take(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._on_bytes(len(data))
        return data


class _Replayed(_Layer):
    """A stream whose first bytes were already taken: they come first again. Works on pipes, which cannot seek."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._head = head

    def _take(self, size: int) -> bytes:
        data = self._head[:size] or self._stream.read(size)
        self._head = self._head[len(data) :]
        return data


class _Gunzipped(_Layer):
    """A gzip stream; damage ends it and is told by `damage`, so that what came before is still read."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._gzip = gzip.GzipFile(fileobj=stream)
        self.damage: str | None = None

    def _take(self, size: int) -> bytes:
        try:
            # read1 hands out what is whole; read would lose it when the next block is damaged.
            return b"" if self.damage else self._gzip.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.damage = str(error)
            return b""


class _Utf8(_Layer):
    """A UTF-16 stream read as UTF-8; broken characters become U+FFFD."""

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        super().__init__(stream)
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._ready = b""

    def _take(self, size: int) -> bytes:
        ended = False
        while not self._ready and not ended:
            raw = self._stream.read(HEAD_BYTES)
            ended = not raw
            self._ready = self._decoder.decode(raw, ended).encode("utf-8", "replace")
        data = self._ready[:size]
        self._ready = self._ready[size:]
        return data


@dataclass(frozen=True, slots=True)
class Opened:
    """A file opened for a reader.

    Attributes:
        head: its first `HEAD_BYTES` bytes.
        stream: all its bytes, decompressed and without byte order mark. UTF-16 is read as UTF-8, save in XML,
            which says its own encoding.
    """

    head: bytes
    stream: BinaryIO
    _gunzipped: _Gunzipped | None = None

    @property
    def damage(self) -> str | None:
        """What ended the reading of a gzip file too early; known once the stream is at its end."""
        return self._gunzipped.damage if self._gunzipped else None


def open_stream(path: Path, on_bytes: Callable[[int], object] | None = None) -> Opened:
    """Open a file, gzip or not.

    Args:
        path: a file or a pipe.
        on_bytes: told how many bytes were just read from the path, compressed ones if it is gzip.

    Raises:
        FileUnreadable: there is no such file, or it may not be read.
    """
    try:
        stream = cast(BinaryIO, path.open("rb"))
        try:
            return _opened(_buffered(_Counted(stream, on_bytes)) if on_bytes else stream)
        except OSError:
            stream.close()
            raise
    except OSError as error:
        raise FileUnreadable(path, error) from error


def _opened(stream: BinaryIO) -> Opened:
    gunzipped = None
    head, stream = _peek(stream)
    if head.startswith(_GZIP):
        gunzipped = _Gunzipped(stream)
        head, stream = _peek(_buffered(gunzipped))
    codec = utf16_codec(head)
    if codec and not head_text(head).lstrip().startswith("<"):
        stream.read(2)
        head, stream = _peek(_buffered(_Utf8(stream, codec)))
    elif head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
        head = head.removeprefix(codecs.BOM_UTF8)
    return Opened(head, stream, gunzipped)


def _buffered(layer: _Layer) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(layer, HEAD_BYTES))


def _peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the first bytes, and a stream that starts with them again."""
    head = b""
    while len(head) < HEAD_BYTES and (more := stream.read(HEAD_BYTES - len(head))):
        head += more
    return head, _buffered(_Replayed(head, stream))

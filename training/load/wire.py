"""HTTP/1.1 over asyncio's streams, as little of it as the service needs.

Who asks shares the machine's cores with who answers: a request costs about a tenth of a millisecond here, ten times
less than with a full client. Connections are kept, and the answer is read while the request is still being sent, as it
must be where a service refuses without reading.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Self

IDLE_S = 2.0
"""Seconds after which a connection that rests is no longer trusted; the service closes those that rest for 5."""
TIMEOUT_S = 180.0
"""Seconds that an answer may take: more than the service gives itself."""
_END = b"\r\n\r\n"


class WireError(Exception):
    """No answer came; the text says why."""


class Answer(NamedTuple):
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Cut(Exception):
    """The connection ended; `silent` tells that nothing had come."""

    def __init__(self, silent: bool) -> None:
        super().__init__()
        self.silent = silent


@dataclass
class Wire:
    """Connections to one service: as many as there are requests at once, kept for the next ones.

    Attributes:
        host: address.
        port: port.
    """

    host: str
    port: int
    _resting: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that rest."""
        for _, _, writer in self._resting:
            writer.close()
        self._resting.clear()

    async def ask(self, request: bytes) -> Answer:
        """Send a whole request and return its answer.

        Raises:
            WireError: nobody listens, the connection was cut, or nothing came in `TIMEOUT_S`.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._asked(request)
        except TimeoutError:
            raise WireError(f"sans réponse en {TIMEOUT_S:.0f} s") from None

    async def _asked(self, request: bytes) -> Answer:
        kept = self._take()
        if kept is not None:
            try:
                return await self._exchange(*kept, request)
            except _Cut as cut:
                # A connection that rested may have been closed while we wrote: that is nobody's failure.
                if not cut.silent:
                    raise WireError("connexion coupée") from None
        try:
            return await self._exchange(*await asyncio.open_connection(self.host, self.port), request)
        except _Cut:
            raise WireError("connexion coupée") from None
        except ConnectionRefusedError:
            raise WireError("connexion refusée") from None
        except OSError as error:
            raise WireError(f"connexion impossible ({error.strerror})") from None

    def _take(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        while self._resting:
            since, reader, writer = self._resting.pop()
            if time.monotonic() - since < IDLE_S and not reader.at_eof():
                return reader, writer
            writer.close()
        return None

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> Answer:
        begun = False
        try:
            # Not drained: an answer may come before the request is sent.
            writer.write(request)
            head = await reader.readuntil(_END)
            begun = True
            answer = await _read(head, reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            writer.close()
            partial = isinstance(error, asyncio.IncompleteReadError) and bool(error.partial)
            raise _Cut(silent=not (begun or partial)) from None
        except BaseException:
            writer.close()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            writer.close()
        else:
            self._resting.append((time.monotonic(), reader, writer))
        return answer


async def _read(head: bytes, reader: asyncio.StreamReader) -> Answer:
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(status.split(" ", 2)[1]), headers, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        whole += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return bytes(whole)

"""A service of a few lines, which answers what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from training.load.service import HOST

Handle = Callable[[bytes, asyncio.StreamWriter], Awaitable[bytes | None]]


@asynccontextmanager
async def answering(handle: Handle) -> AsyncIterator[int]:
    """Listen; give the port. `handle` takes a request's head, and returns an answer or None to hang up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while answer := await handle(await reader.readuntil(b"\r\n\r\n"), writer):
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, HOST, 0)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield port


def told(status: int, body: bytes = b"{}", *headers: str) -> bytes:
    """Return an answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body

from __future__ import annotations

import asyncio

import pytest

from tests.training.load.support import answering, told
from training.load.request import SEARCH, get
from training.load.service import free_port
from training.load.wire import Answer, Wire, WireError

REQUEST = get(SEARCH, "/suggest", {"q": "réseau"}).data


def test_an_answer_is_read_and_its_connection_used_again() -> None:
    connections = set()

    async def handle(head: bytes, writer: asyncio.StreamWriter) -> bytes:
        assert head.startswith(b"GET /suggest?q=r%C3%A9seau HTTP/1.1\r\n")
        connections.add(id(writer))
        return told(429, b"later", "Retry-After: 3")

    async def run() -> list[Answer]:
        async with answering(handle) as port, Wire("127.0.0.1", port) as wire:
            return [await wire.ask(REQUEST), await wire.ask(REQUEST)]

    answers = asyncio.run(run())
    assert [(answer.status, answer.headers["retry-after"], answer.body) for answer in answers] == [
        (429, "3", b"later")
    ] * 2
    assert len(connections) == 1


def test_a_chunked_answer_is_put_together() -> None:
    async def handle(head: bytes, writer: asyncio.StreamWriter) -> bytes:
        return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"

    async def run() -> bytes:
        async with answering(handle) as port, Wire("127.0.0.1", port) as wire:
            await wire.ask(REQUEST)
            return (await wire.ask(REQUEST)).body

    assert asyncio.run(run()) == b"abcde"


def test_an_answer_may_come_before_the_request_is_sent() -> None:
    async def handle(head: bytes, writer: asyncio.StreamWriter) -> bytes:
        return told(413, b"too big", "Connection: close")

    async def run() -> int:
        async with answering(handle) as port, Wire("127.0.0.1", port) as wire:
            body = b"x" * 8_000_000
            return (await wire.ask(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)).status

    assert asyncio.run(run()) == 413


def test_a_connection_that_the_service_closed_at_rest_is_no_failure() -> None:
    answered = 0

    async def handle(head: bytes, writer: asyncio.StreamWriter) -> bytes | None:
        nonlocal answered
        answered += 1
        # The second request of the first connection finds nobody.
        return None if answered == 2 else told(200)

    async def run() -> list[int]:
        async with answering(handle) as port, Wire("127.0.0.1", port) as wire:
            return [(await wire.ask(REQUEST)).status for _ in range(2)]

    assert asyncio.run(run()) == [200, 200]
    assert answered == 3


def test_what_prevents_an_answer_is_named() -> None:
    async def cut(head: bytes, writer: asyncio.StreamWriter) -> bytes | None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
        return None

    async def run(port: int) -> None:
        async with Wire("127.0.0.1", port) as wire:
            await wire.ask(REQUEST)

    async def run_cut() -> None:
        async with answering(cut) as port:
            await run(port)

    with pytest.raises(WireError, match="coupée"):
        asyncio.run(run_cut())
    with pytest.raises(WireError, match="refusée"):
        asyncio.run(run(free_port()))

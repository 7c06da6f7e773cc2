"""A body of one record a line, answered line by line while it still arrives, in bounded memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from anyio import (
    BrokenResourceError,
    CancelScope,
    CapacityLimiter,
    EndOfStream,
    Event,
    Semaphore,
    WouldBlock,
    create_memory_object_stream,
    create_task_group,
    move_on_after,
)
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from cartography.errors import RecordError
from cartography.readers import Record
from serving.batch import BATCH
from serving.errors import json_bytes
from serving.ingest.lines import Line, LineSplitter, record_of
from serving.ingest.spool import Spool

NDJSON = "application/x-ndjson"
NDJSON_TYPES = (NDJSON, "application/ndjson", "application/jsonl")
"""What such a body may be announced as."""

_QUEUED = 16
"""Chunks read ahead of the classifier, of 64 KiB each as the server cuts them."""
_AT_ONCE = 2
"""Batches of one exchange under way: one keeps the encoder busy while the answers of the other are made."""

Answer: TypeAlias = Callable[[Sequence[Record]], list[bytes]]


@dataclass(frozen=True)
class Bounds:
    """What one exchange may take.

    Attributes:
        line: bytes of a line.
        lines: how many, empty ones included.
        champ: the field that asks for so few, for the message; None where the setting does.
        idle_s: seconds without a byte after which the body is given up.
        folder: where answers wait that the client does not read yet.
    """

    line: int
    lines: int
    champ: str | None
    idle_s: float
    folder: Path


def joined(answers: Sequence[bytes]) -> bytes:
    """Return answers as lines."""
    return b"".join(answer + b"\n" for answer in answers)


class Exchange(Response):
    """The answer to a streamed body, made as the body is read."""

    media_type = NDJSON

    def __init__(self, answer: Answer, bounds: Bounds, limiter: CapacityLimiter) -> None:
        """Prepare an exchange.

        Args:
            answer: makes the lines of a batch of records; runs in a thread.
            bounds: what it may take.
            limiter: gives a place to each batch, so that other requests have theirs in between.
        """
        self.status_code = 200
        self.background = None
        self.init_headers()
        self._answer = answer
        self._bounds = bounds
        self._limiter = limiter
        self._given_up = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, answer and send, each at its own pace."""
        # Asked for first: a client that waits to be told to go on would otherwise get the answer's status instead.
        first = await receive()
        if first["type"] == "http.disconnect":
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sink, source = create_memory_object_stream[bytes](_QUEUED)
        spool = Spool(self._bounds.folder)
        try:
            async with create_task_group() as tasks:
                tasks.start_soon(self._read, first, receive, sink, tasks.cancel_scope)
                tasks.start_soon(self._work, source, spool)
                while data := await spool.take():
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                tasks.cancel_scope.cancel()
        finally:
            spool.discard()

    async def _read(
        self, message: Message, receive: Receive, sink: MemoryObjectSendStream[bytes], scope: CancelScope
    ) -> None:
        """Pass the chunks of the body on, as fast as they are taken and as long as they are."""
        with sink, suppress(BrokenResourceError):
            while True:
                if message["type"] == "http.disconnect":
                    scope.cancel()
                    return
                await sink.send(message.get("body", b""))
                if not message.get("more_body", False):
                    return
                with move_on_after(self._bounds.idle_s) as patience:
                    message = await receive()
                if patience.cancelled_caught:
                    self._given_up = True
                    return

    async def _work(self, source: MemoryObjectReceiveStream[bytes], spool: Spool) -> None:
        """Answer the lines in batches: those that are there, so that a slow client has its answers at once."""
        places, before = Semaphore(_AT_ONCE), Event()
        before.set()
        ending = None
        with source:
            async with create_task_group() as tasks:
                async for batch in self._batches(source):
                    kept = [line for line in batch if line.position <= self._bounds.lines]
                    await places.acquire()
                    done = Event()
                    tasks.start_soon(self._batch, kept, spool, before, done, places)
                    before = done
                    if len(kept) < len(batch):
                        ending = self._too_many()
                        break
        if self._given_up:
            ending = self._late()
        if ending:
            spool.put(joined([json_bytes(ending.as_json())]))
        spool.close()

    async def _batch(self, lines: Sequence[Line], spool: Spool, before: Event, done: Event, places: Semaphore) -> None:
        """Answer a batch; its lines leave after those of the one before."""
        answered = await run_sync(partial(self._answered, lines), limiter=self._limiter)
        await before.wait()
        spool.put(answered)
        done.set()
        places.release()

    async def _batches(self, source: MemoryObjectReceiveStream[bytes]) -> AsyncIterator[list[Line]]:
        splitter = LineSplitter(self._bounds.line)
        async for chunk in source:
            lines = list(splitter.feed(chunk))
            while len(lines) < BATCH and (more := _at_hand(source)) is not None:
                lines += splitter.feed(more)
            for start in range(0, len(lines), BATCH):
                yield lines[start : start + BATCH]
        if last := list(splitter.end()):
            yield last

    def _answered(self, lines: Sequence[Line]) -> bytes:
        return joined(self._answer([record_of(line, self._bounds.line) for line in lines]))

    def _too_many(self) -> RecordError:
        most = self._bounds.lines
        message = f"plus de {most} lignes dans une requête ; la suite n'est pas lue"
        return RecordError("trop_de_fiches", message, champ=self._bounds.champ, position=most + 1)

    def _late(self) -> RecordError:
        message = f"rien reçu pendant {self._bounds.idle_s:g} secondes ; la suite n'est pas attendue"
        return RecordError("corps_interrompu", message)


def _at_hand(source: MemoryObjectReceiveStream[bytes]) -> bytes | None:
    try:
        return source.receive_nowait()
    except (WouldBlock, EndOfStream):
        return None

"""Records sent line by line and answered line by line, whatever breaks in between: none is lost, none comes twice."""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Condition, Event, Thread
from typing import Any

from serving.client_errors import ClientError, refusal, unreachable
from serving.transport import Transport

NDJSON = "application/x-ndjson"
ENDINGS = ("trop_de_fiches", "corps_interrompu")
"""Codes of a last line, which answers no record: the service reads no further, the rest goes into another request."""
_AHEAD = 16
"""Lines read before they can be sent."""


@dataclass
class Lines:
    """The lines to be answered, read from their source by a thread of its own: no exchange waits for it to end.

    Attributes:
        source: those not read yet.
        most: lines of one request: what is kept in memory until it is answered.
        waiting: sent and not answered, in order; sent again when the exchange breaks.
        fault: what the source raised.
    """

    source: Iterator[bytes]
    most: int
    waiting: deque[bytes] = field(default_factory=deque)
    fault: BaseException | None = None
    _read: deque[bytes] = field(default_factory=deque)
    _ended: bool = False
    _left: bool = False
    _changed: Condition = field(default_factory=Condition)

    def start(self) -> None:
        """Begin to read; once."""
        # A source that is waited for may never say more: it must not keep the process.
        Thread(target=self._fill, daemon=True).start()

    def leave(self) -> None:
        """Read no further: nobody wants more."""
        with self._changed:
            self._left = True
            self._changed.notify_all()

    def more(self) -> bool:
        """Return whether a line is to be sent, waiting for the source to say so."""
        with self._changed:
            self._changed.wait_for(lambda: self.waiting or self._read or self._ended)
            return bool(self.waiting or self._read)

    def sendable(self, over: Event) -> Iterator[bytes]:
        """Yield the lines of one request, those that wait and then new ones, until its exchange is over."""
        again = list(self.waiting)
        yield from again
        for _ in range(self.most - len(again)):
            with self._changed:
                self._changed.wait_for(lambda: self._read or self._ended or over.is_set())
                if over.is_set() or not self._read:
                    return
                line = self._read.popleft()
                # Before it is sent: a line that breaks on its way is sent again.
                self.waiting.append(line)
                self._changed.notify_all()
            yield line

    def end(self, over: Event) -> None:
        """Wake the sender of an exchange that is over."""
        with self._changed:
            over.set()
            self._changed.notify_all()

    def _fill(self) -> None:
        try:
            for line in self.source:
                with self._changed:
                    self._changed.wait_for(lambda: self._left or len(self._read) < _AHEAD)
                    if self._left:
                        return
                    self._read.append(line)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001  told to whoever reads the answers, in their thread
            # An exit too: what is left unread must not look like an end.
            self.fault = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()


def stream(transport: Transport, target: str, lines: Lines) -> Iterator[dict[str, Any]]:
    """Yield the answer to each line, in order, while the next ones leave.

    Raises:
        ClientError: the service refuses, or does not answer any more.
    """
    lines.start()
    try:
        yield from _insisting(transport, target, lines)
    finally:
        lines.leave()
    if lines.fault is not None:
        raise lines.fault


def _insisting(transport: Transport, target: str, lines: Lines) -> Iterator[dict[str, Any]]:
    done = attempt = 0
    while lines.more():
        before = done
        try:
            for answer in _exchange(transport, target, lines):
                done += 1
                if "erreur" in answer:
                    # The rank in the whole, where the service tells that in one request.
                    answer["erreur"]["position"] = done
                yield answer
            if lines.waiting and done == before:
                raise unreachable("aucune ligne n'est acceptée")
            attempt = 0
        except ClientError as error:
            attempt = attempt if done == before else 0
            transport.patience.wait(attempt, error)
            attempt += 1


def _exchange(transport: Transport, target: str, lines: Lines) -> Iterator[dict[str, Any]]:
    """Make one request and yield what it answers."""
    connection = transport.connect()
    sender: Thread | None = None
    over = Event()
    try:
        connection.putrequest("POST", target, skip_accept_encoding=True)
        for name, value in transport.headers(NDJSON).items():
            connection.putheader(name, value)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        wire = connection.sock
        sender = Thread(target=_send, args=(wire, lines, over), daemon=True)
        sender.start()
        if transport.secure:
            # An encrypted connection is not safely read and written by two threads; the service waits for its reader.
            sender.join()
        yield from _answers(connection, lines)
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable(error) from error
    finally:
        lines.end(over)
        _close(connection, wire if sender else None)
        if sender:
            # One sender at a time: the next request sends what this one did not get answered.
            sender.join()


def _answers(connection: HTTPConnection, lines: Lines) -> Iterator[dict[str, Any]]:
    response = connection.getresponse()
    if response.status != 200:
        raise refusal(response)
    with response:
        for line in response:
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") is None and answer.get("erreur", {}).get("code") in ENDINGS:
                return
            lines.waiting.popleft()
            yield answer
    # An answer that is cut at the end of a line looks like a whole one.
    if lines.waiting:
        raise unreachable("réponse interrompue")


def _send(wire: socket.socket, lines: Lines, over: Event) -> None:
    # What breaks here breaks for the reader of the answers too, who tells it.
    with suppress(OSError):
        for line in lines.sendable(over):
            wire.sendall(b"%x\r\n%s\n\r\n" % (len(line) + 1, line))
        wire.sendall(b"0\r\n\r\n")


def _close(connection: HTTPConnection, wire: socket.socket | None) -> None:
    if wire is not None:
        # Wakes a sender that waits for room.
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)
    connection.close()

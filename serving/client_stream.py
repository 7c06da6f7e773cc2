"""Records sent line by line and answered line by line, whatever breaks in between: none is lost, none comes twice."""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import islice
from threading import Thread
from typing import Any

from serving.client_errors import ClientError, refusal, unreachable
from serving.transport import Transport

NDJSON = "application/x-ndjson"
ENDINGS = ("trop_de_fiches", "corps_interrompu")
"""Codes of a last line, which answers no record: the service reads no further, the rest goes into another request."""


@dataclass
class Lines:
    """The lines to be answered.

    Attributes:
        source: those not sent yet.
        most: lines of one request: what is kept in memory until it is answered.
        waiting: sent and not answered, in order; sent again when the exchange breaks.
        exhausted: whether the source has no more.
        fault: what the source raised.
    """

    source: Iterator[bytes]
    most: int
    waiting: deque[bytes] = field(default_factory=deque)
    exhausted: bool = False
    fault: BaseException | None = None

    def sendable(self) -> Iterator[bytes]:
        """Yield the lines of one request: those that wait, then new ones."""
        again = list(self.waiting)
        yield from again
        room = self.most - len(again)
        try:
            for line in islice(self.source, room):
                room -= 1
                # Before it is sent: a line that breaks on its way is sent again.
                self.waiting.append(line)
                yield line
        except Exception as error:  # noqa: BLE001  told to whoever reads the answers, in their thread
            self.fault, room = error, 1
        self.exhausted = room > 0


def stream(transport: Transport, target: str, lines: Lines) -> Iterator[dict[str, Any]]:
    """Yield the answer to each line, in order, while the next ones leave.

    Raises:
        ClientError: the service refuses, or does not answer any more.
    """
    done = attempt = 0
    while not (lines.exhausted and not lines.waiting):
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
    if lines.fault is not None:
        raise lines.fault


def _exchange(transport: Transport, target: str, lines: Lines) -> Iterator[dict[str, Any]]:
    """Make one request and yield what it answers."""
    connection = transport.connect()
    sender: Thread | None = None
    left = False
    try:
        connection.putrequest("POST", target, skip_accept_encoding=True)
        for name, value in transport.headers(NDJSON).items():
            connection.putheader(name, value)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        wire = connection.sock
        sender = Thread(target=_send, args=(wire, lines), daemon=True)
        sender.start()
        if transport.secure:
            # An encrypted connection is not safely read and written by two threads; the service waits for its reader.
            sender.join()
        yield from _answers(connection, lines)
    except GeneratorExit:
        # Nobody wants more: a source that is waited for may never say so.
        left = True
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable(error) from error
    finally:
        _close(connection, wire if sender else None)
        if sender and not left:
            # The source belongs to one thread at a time: the next request may not read it before this one stops.
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


def _send(wire: socket.socket, lines: Lines) -> None:
    # What breaks here breaks for the reader of the answers too, who tells it.
    with suppress(OSError):
        for line in lines.sendable():
            wire.sendall(b"%x\r\n%s\n\r\n" % (len(line) + 1, line))
        wire.sendall(b"0\r\n\r\n")


def _close(connection: HTTPConnection, wire: socket.socket | None) -> None:
    if wire is not None:
        # Wakes a sender that waits for room.
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)
    connection.close()

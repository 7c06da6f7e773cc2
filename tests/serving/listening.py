"""An application that listens on a free port of this machine, and what can be made to go wrong before it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import ApiError, error_response


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """Serve an application from a thread; give its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < limit, "not listening in time"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@dataclass
class Troubled:
    """An application that is busy, or cut off, when it is told to be.

    Attributes:
        app: answers the rest.
        busy: how many requests to answer 503.
        cut: pieces of the next streamed answer after which the connection breaks; None for never.
        seen: paths asked for.
    """

    app: ASGIApp
    busy: int = 0
    cut: int | None = None
    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(scope["path"])
        if self.busy:
            self.busy -= 1
            error = ApiError(503, "occupe", "plus tard", headers={"Retry-After": "7"})
            await error_response(error)(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if self.cut is not None and message["type"] == "http.response.body":
                self.cut -= 1
                if self.cut < 0:
                    self.cut = None
                    raise ConnectionAbortedError
            await send(message)

        await self.app(scope, receive, sent)

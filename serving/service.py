"""The BentoML service: workers, probes (/livez, /readyz), packaging; all else is the FastAPI border."""

from __future__ import annotations

import os
import sys

# Read when bentoml is imported: no usage statistics leave this machine.
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
# Read when numpy is imported: the encoder keeps every core busy, threads of BLAS would only spin beside it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import bentoml
from starlette.types import Receive, Scope, Send

from cartography.errors import GenscanError
from serving import journal
from serving.api import create_app
from serving.engine import Engine
from serving.settings import export_paths, load_settings
from serving.succession import EngineSlot, Succession

SETTINGS = load_settings()


SWITCH_S = 0.0005
"""Seconds that a thread keeps the interpreter from those that wait for it: with Python's own 5 ms, whoever types waits
for batches at every step of an answer."""
SLOT = EngineSlot()
APP = create_app(SLOT.get, SETTINGS)


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every path that BentoML does not keep for itself.

    BentoML asks a mounted FastAPI for its routes and answers unknown paths itself; it passes a plain ASGI
    function everything, so that those get our errors too.
    """
    await APP(scope, receive, send)


@bentoml.service(
    name="genscan",
    workers=SETTINGS.workers,
    # The border refuses first, in our error shape: too many requests, a body that comes too slowly, an answer that
    # takes too long. BentoML's own limits, which also count what the guard has not seen yet, stand behind it.
    traffic={"timeout": 2 * SETTINGS.timeout_s + 10, "max_concurrency": 2 * SETTINGS.max_concurrency},
    # The border's own, whose labels are few: see `serving.metrics`.
    metrics={"enabled": False},
    # The guard writes a line a request, with its identifier.
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(site, path="/")
class Genscan:
    """Classe formations et offres dans la cartographie GEN, et les retrouve par le sens."""

    def __init__(self) -> None:
        sys.setswitchinterval(SWITCH_S)
        journal.install(SETTINGS.log_format)
        SLOT.engine = Engine.load(SETTINGS)
        Succession(SLOT, SETTINGS).start()

    @bentoml.on_deployment  # type: ignore[untyped-decorator]  # bentoml is not followed
    @staticmethod
    def check() -> None:
        """Load everything once before any worker starts.

        Workers of a bento run in its directory, not in the one where it was started: they get absolute paths. The
        sample index is built here, and what cannot be served stops the command with one line: a worker that
        fails would be restarted a few times, and leave a supervisor that serves nothing.
        """
        export_paths(SETTINGS)
        try:
            Engine.load(SETTINGS)
        except GenscanError as error:
            raise SystemExit(f"genscan : {error.message}") from None

    def __is_ready__(self) -> bool:
        return SLOT.engine is not None

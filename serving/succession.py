"""How a new champion, or a new index, takes over.

Its engine is loaded whole beside the one that answers, then takes its place at once.
A request keeps the engine that it began with, so that no answer mixes two versions and none fails.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cartography.errors import GenscanError
from models.registry import fetch, remember, resolve
from serving.engine import Engine, settle
from serving.errors import ApiError
from serving.metrics import tell_versions
from serving.model import STORE
from serving.settings import Settings

LOG = logging.getLogger("genscan")
INDEX_S = 1
"""Seconds from one look at the index's directory to the next: one small file is read."""


class EngineSlot:
    """Where the engine that answers is; /metrics tells which it is."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine | None:
        """The engine, None before it is loaded."""
        return self._engine

    @engine.setter
    def engine(self, engine: Engine) -> None:
        self._engine = engine
        tell_versions(engine.generation_versions())

    def get(self) -> Engine:
        """Return the engine. Raises ApiError 503 before it is loaded."""
        if self._engine is None:
            message = "le service démarre ; réessayez dans un instant"
            raise ApiError(503, "service_en_demarrage", message, headers={"Retry-After": "1"})
        return self._engine


@dataclass
class Succession:
    """Looks at the index and at the registry now and then.

    Attributes:
        slot: whose engine is replaced.
        settings: which registry, how often.
    """

    slot: EngineSlot
    settings: Settings
    _stop: threading.Event = field(default_factory=threading.Event)
    _refused: str = ""
    _said: dict[str, str] = field(default_factory=dict)

    def start(self) -> Callable[[], None]:
        """Look from now on, in a thread of its own; return what ends it."""
        threading.Thread(target=self._watch, name="releve", daemon=True).start()
        return self._stop.set

    def look_at_index(self) -> bool:
        """Take in a generation of the index that was written since; return whether there is one.

        Raises:
            GenscanError: it cannot be used; the engine stays.
        """
        engine = self.slot.get().reopened()
        if engine is None:
            return False
        self.slot.engine = engine
        # Now that nothing answers with the one before: its files and its memory are given back.
        settle()
        LOG.warning("index %s : il répond désormais", engine.searcher.index.manifest.version)
        return True

    def look(self) -> bool:
        """Take the champion in if it is another one; return whether it is.

        Raises:
            GenscanError: the registry, the new model or its index cannot be used; the engine stays.
        """
        uri = self.settings.mlflow_tracking_uri
        champion = resolve(uri) if uri is not None else None
        now = self.slot.get()
        if (
            uri is None
            or champion is None
            or champion.bundle in (now.classifier.bundle.manifest.version, self._refused)
        ):
            return False
        store = self.settings.var / STORE
        try:
            engine = Engine.load(self.settings, fetch(uri, champion, store))
        except GenscanError:
            # Once is enough to know: it is tried again when the alias moves, or at the next start.
            self._refused = champion.bundle
            raise
        # Only now: one that cannot serve must not be what a start without the server falls back on.
        remember(store, champion)
        self.slot.engine = engine
        del now
        settle()
        LOG.warning("champion %s : il répond désormais", champion.bundle)
        return True

    def _watch(self) -> None:
        registry = self.settings.mlflow_tracking_uri is not None and self.settings.bundle is None
        seconds = 0
        while not self._stop.wait(INDEX_S):
            seconds += INDEX_S
            self._try(self.look_at_index, "index")
            if registry and seconds >= self.settings.champion_s:
                seconds = 0
                self._try(self.look, "champion")

    def _try(self, look: Callable[[], bool], what: str) -> None:
        try:
            look()
        except (GenscanError, OSError) as error:
            if str(error) != self._said.get(what):
                LOG.warning("%s : %s ; ce qui répond continue", what, error)
            self._said[what] = str(error)

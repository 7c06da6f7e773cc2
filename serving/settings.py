"""Every setting of the service, one prefix: `GENSCAN_`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cartography.errors import GenscanError
from cartography.fiche import MAX_DESCRIPTION
from cartography.loading import CURRENT
from models.classifier import MAX_CHARS
from models.registry import SQLITE
from serving.faults import explain_fault
from serving.journal import LogFormat

PREFIX = "GENSCAN_"


_ORIGIN = re.compile(r"\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)


def origins_of(value: str) -> list[str]:
    """Return the origins of a list separated by commas.

    >>> origins_of("https://a.fr, https://b.fr,")
    ['https://a.fr', 'https://b.fr']
    """
    return [origin for part in value.split(",") if (origin := part.strip())]


class SettingsInvalid(GenscanError):
    """A `GENSCAN_*` variable that cannot be used; the message names it."""


class Settings(BaseSettings):
    """What an operator can set, each by the variable `GENSCAN_` + its name in capitals.

    Attributes:
        bundle: directory of the model; when unset, the registry's champion where a tracking server is named, else the
            embedded default.
        mlflow_tracking_uri: tracking server, or database, whose champion answers.
        champion_s: seconds from one look at the registry to the next.
        index: directory of the index to search; the sample catalogue's own when unset.
        var: where the service may write.
        corrections: file of what people correct; `corrections.jsonl` in `var` when unset.
        max_corrections_bytes: that it may have; past it corrections are refused (503), until it is taken away.
        cartographie: version to answer with.
        host: address to listen on.
        port: port to listen on.
        workers: processes.
        threads: cores for one inference; an equal share of the machine's for each worker when unset.
        inferences: classifications, and searches, that one worker runs at once; the others wait their turn.
        max_concurrency: requests in flight, all workers together, past which new ones are refused (429).
        timeout_s: seconds in which a body must be here (408), and then answered (504); the largest batch of long
            offers takes some 30 alone on two cores.
        max_body_bytes: size of a request's body.
        max_fiches: records in one /classify.
        max_text_chars: characters of a description.
        max_line_bytes: size of one line of a /classify in NDJSON, whose whole has no bound but the next.
        max_stream_fiches: lines of one /classify in NDJSON.
        cache_fiches: answers that each worker remembers, some 2 KB each; 0 remembers none.
        max_explained: records in one /classify that asks for the words that weighed: each costs dozens of passes.
        max_top_k: candidates an answer may list.
        max_k: results a search may give.
        max_query_chars: characters of a searched text.
        cors_origins: origins of other sites' pages that may ask, separated by commas, "*" for any; none when unset.
        log_format: of the log's lines, "texte" or "json".
        api_keys: keys, separated by commas, one of which whoever writes to the index must give; where none is set, only
            a service that listens on its own machine alone lets anybody write.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    bundle: Path | None = None
    mlflow_tracking_uri: str | None = None
    champion_s: int = Field(default=30, ge=1, le=86_400)
    index: Path | None = None
    var: Path = Path("var")
    corrections: Path | None = None
    max_corrections_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)
    cartographie: str = CURRENT
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=256)
    threads: int | None = Field(default=None, ge=1, le=1024)
    inferences: int = Field(default=2, ge=1, le=256)
    max_concurrency: int = Field(default=64, ge=1, le=100_000)
    timeout_s: int = Field(default=120, ge=1, le=86_400)
    max_body_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    max_fiches: int = Field(default=2000, ge=1)
    max_text_chars: int = Field(default=MAX_DESCRIPTION, ge=1, le=MAX_DESCRIPTION)
    max_line_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    max_stream_fiches: int = Field(default=1_000_000, ge=1)
    cache_fiches: int = Field(default=20_000, ge=0, le=10_000_000)
    max_explained: int = Field(default=50, ge=1)
    max_top_k: int = Field(default=20, ge=1)
    max_k: int = Field(default=100, ge=1)
    max_query_chars: int = Field(default=MAX_CHARS, ge=1)
    cors_origins: str = ""
    log_format: LogFormat = "texte"
    api_keys: SecretStr = SecretStr("")

    @property
    def corrections_file(self) -> Path:
        """The file of corrections."""
        return self.corrections or self.var / "corrections.jsonl"

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        if wrong := next((origin for origin in origins_of(value) if not _ORIGIN.fullmatch(origin)), None):
            raise ValueError(f"{wrong!r} n'est pas une origine (https://exemple.fr)")
        return value


def export_paths(settings: Settings) -> None:
    """Set the variables of paths, a database's among them, to absolute ones: workers may run in another directory."""
    for name in ("bundle", "index", "var", "corrections"):
        path: Path | None = getattr(settings, name)
        if path is not None:
            os.environ[f"{PREFIX}{name.upper()}"] = str(path.absolute())
    uri = settings.mlflow_tracking_uri
    if uri and uri.startswith(SQLITE):
        os.environ[f"{PREFIX}MLFLOW_TRACKING_URI"] = f"{SQLITE}{Path(uri.removeprefix(SQLITE)).absolute()}"


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsInvalid: names the variable and what is wrong with its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        champ, message = explain_fault(error.errors(include_url=False)[0])
        raise SettingsInvalid("reglage_invalide", f"{PREFIX}{champ.upper()} : {message}") from error

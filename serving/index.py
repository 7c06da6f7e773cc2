"""The index to search: the one that is named, or the sample catalogue's, built once and for all processes."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from cartography.errors import GenscanError, reason
from cartography.files import write_atomic
from cartography.readers import read_records
from models.classifier import Classifier
from models.errors import IndexUnusable
from models.search.build import build_index, reindex
from models.search.generations import current
from models.search.index import check_index, open_index
from serving.model import load_classifier
from serving.settings import PREFIX, Settings

SAMPLE_FILES = tuple(Path(__file__).parent / "sample" / name for name in ("formations.xml", "offres.json"))
INDEX_NAME = "index-exemple"
_STAMP = "origine"


def ensure_sample_index(settings: Settings, classifier: Classifier | None = None) -> Path:
    """Return the directory of the sample catalogue's index, built when absent, unusable or out of date.

    Of several processes that start together one builds; the others wait for it.

    Args:
        settings: where to write (`var`) and the model.
        classifier: the model, if already loaded.

    Raises:
        GenscanError: `var` cannot be written, or the model cannot be used.
    """
    classifier = classifier or load_classifier(settings)
    directory = settings.var / INDEX_NAME
    origin = _origin(classifier)
    with _writing(settings, INDEX_NAME):
        if not _is_current(directory, classifier, origin):
            build_index(chain.from_iterable(map(read_records, SAMPLE_FILES)), directory, classifier)
            write_atomic(directory / _STAMP, origin.encode())
    return directory


def index_directory(settings: Settings, classifier: Classifier) -> Path:
    """Return the directory of the index to search with a model: the one that is named, or the sample catalogue's.

    Where a champion took over from a model with another encoder, the named index is of no use to it: its records are
    indexed again beside it, until somebody rebuilds it.

    Raises:
        GenscanError: the index, or `var`, cannot be used.
    """
    if settings.index is None:
        return ensure_sample_index(settings, classifier)
    try:
        check_index(settings.index, classifier.bundle)
    except IndexUnusable as error:
        if error.code != "index_autre_encodeur" or settings.mlflow_tracking_uri is None:
            raise
        return _adapted(settings.index, settings, classifier)
    return settings.index


def _adapted(source: Path, settings: Settings, classifier: Classifier) -> Path:
    directory = settings.var / f"index-{classifier.versions['modele']}"
    origin = "\n".join([*classifier.versions.values(), str(current(source))])
    with _writing(settings, directory.name):
        if not _is_current(directory, classifier, origin):
            reindex(source, directory, classifier)
            write_atomic(directory / _STAMP, origin.encode())
    return directory


def _origin(classifier: Classifier) -> str:
    """Return what the index is made from: stored answers follow the model, the records the files."""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in SAMPLE_FILES]
    return "\n".join([*classifier.versions.values(), *digests])


def _is_current(directory: Path, classifier: Classifier, origin: str) -> bool:
    try:
        open_index(directory, classifier.bundle)
        return (directory / _STAMP).read_text(encoding="utf-8") == origin
    except (IndexUnusable, OSError):
        return False


@contextmanager
def _writing(settings: Settings, name: str) -> Iterator[None]:
    """Let one process at a time write an index under `var`."""
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
        with (settings.var / f".{name}.verrou").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield
    except OSError as error:
        message = f"{PREFIX}VAR : {settings.var} ne peut pas être écrit ({reason(error)})"
        raise GenscanError("var_inutilisable", message) from error

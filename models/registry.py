"""The model registry as the service sees it: which version is the champion, and its bundle brought here.

MLflow is asked by its own client, which is imported only where a tracking server is named: without one, the embedded
default answers and MLflow need not be installed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cartography.errors import GenscanError
from cartography.files import write_atomic
from models.bundle import read_manifest, verify
from models.errors import BundleError

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

NAME = "genscan-classifier"
CHAMPION, CHALLENGER = "champion", "challenger"
FOLDER = "bundle"
"""Artifact of a run: its bundle."""
BUNDLE_TAG = "bundle"
"""Tag of a registered version: version of its bundle."""
KEPT = 3
"""Bundles kept in a store: the one that answers, the one before, and one that a slow process may still read."""
_CURRENT = "CHAMPION"
SQLITE = "sqlite:///"
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""An unreachable server must not keep the service from starting: MLflow's own patience is many minutes."""

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}


class RegistryUnusable(GenscanError):
    """The registry cannot be asked, or lacks what it is asked for; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """A registered version.

    Attributes:
        number: in the registry.
        run: MLflow run that made it.
        bundle: version of its bundle.
    """

    number: int
    run: str
    bundle: str


def client_of(uri: str) -> MlflowClient:
    """Return MLflow's client of a tracking store, which is also the registry.

    Raises:
        RegistryUnusable: MLflow is not installed.
    """
    for name, value in (*_PATIENCE.items(), *_QUIET.items()):
        os.environ.setdefault(name, value)
    # Nothing of ours is pickled, and nothing of anyone's is unpickled here.
    os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
    try:
        from mlflow.tracking import MlflowClient
    except ImportError as error:
        message = "GENSCAN_MLFLOW_TRACKING_URI demande MLflow : `pip install 'genscan[registry]'`"
        raise RegistryUnusable("mlflow_absent", message) from error
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def resolve(uri: str, alias: str = CHAMPION) -> Published | None:
    """Return the version that bears an alias; None where no version does, or none is registered.

    Raises:
        RegistryUnusable: the server cannot be reached or answers nonsense.
    """
    if uri.startswith(SQLITE) and not Path(uri.removeprefix(SQLITE)).is_file():
        # MLflow would make the file.
        return None
    client = client_of(uri)
    with _asking(uri):
        if not client.search_registered_models(f"name = '{NAME}'"):
            return None
        number = client.get_registered_model(NAME).aliases.get(alias)
        return None if number is None else published(client, int(number))


def published(client: MlflowClient, number: int) -> Published:
    """Return a registered version by its number. Raises mlflow's exception where there is none."""
    version = client.get_model_version(NAME, str(number))
    bundle = version.tags.get(BUNDLE_TAG) or client.get_run(version.run_id).data.tags.get("bundle", "")
    return Published(number, version.run_id, bundle)


def fetch(uri: str, version: Published, store: Path) -> Path:
    """Return the directory of a version's bundle, downloaded and checked unless it is already in the store.

    Args:
        uri: of the tracking store.
        version: which.
        store: folder of bundles, by version; written by one process at a time.

    Raises:
        RegistryUnusable: the bundle cannot be brought here, or is not the one that was registered.
        OSError: the store cannot be written.
    """
    store.mkdir(parents=True, exist_ok=True)
    target = store / version.bundle
    with _alone(store):
        if not _whole(target, version.bundle):
            _download(uri, version, store, target)
        os.utime(target)
        _prune(store)
    return target


def remember(store: Path, version: Published) -> None:
    """Note which bundle answers, for a start when the server is away."""
    write_atomic(store / _CURRENT, f"{version.bundle}\n".encode())


def remembered(store: Path) -> Path | None:
    """Return the bundle that answered last, where it is still whole."""
    try:
        name = (store / _CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return store / name if name and _whole(store / name, name) else None


def _whole(directory: Path, version: str) -> bool:
    try:
        manifest = read_manifest(directory)
        verify(directory, manifest)
    except BundleError:
        return False
    return manifest.version == version


def _download(uri: str, version: Published, store: Path, target: Path) -> None:
    import mlflow.artifacts

    work = Path(tempfile.mkdtemp(prefix=".", dir=store))
    try:
        with _asking(uri):
            found = Path(
                mlflow.artifacts.download_artifacts(
                    run_id=version.run, artifact_path=FOLDER, dst_path=str(work), tracking_uri=uri
                )
            )
        try:
            verify(found, read_manifest(found))
        except BundleError as error:
            message = f"{uri} : {NAME} {version.number} ({version.bundle}) ne peut pas être servi : {error.message}"
            raise RegistryUnusable("modele_publie_inutilisable", message) from error
        if not _whole(found, version.bundle):
            message = (
                f"{uri} : le modèle {NAME} {version.number} n'est pas celui qui a été enregistré ({version.bundle})"
            )
            raise RegistryUnusable("modele_publie_autre", message)
        shutil.rmtree(target, ignore_errors=True)
        found.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _prune(store: Path) -> None:
    bundles = [path for path in store.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for path in sorted(bundles, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """Keep other processes waiting: several workers start together, and one download is enough."""
    with (store / ".verrou").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def _asking(uri: str) -> Iterator[None]:
    """Turn what MLflow and its transport raise into one error of ours."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (MlflowException, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RegistryUnusable("registre_injoignable", f"{uri} : {said}") from error

"""Files replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cartography.errors import OutputImpossible, reason


def real_target(path: Path) -> Path:
    """Return the file that writing to a path replaces: the link is followed, so that it stays a link.

    Raises:
        OSError: it is a device, a pipe or a directory: renaming a file over it would destroy it.
    """
    real = path.resolve() if path.is_symlink() else path
    if real.exists() and not real.is_file():
        raise OSError(errno.EINVAL, "ce n'est pas un fichier ordinaire")
    return real


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say what the system refuses while `path` is written as an `OutputImpossible` that names it."""
    try:
        yield
    except OSError as error:
        raise OutputImpossible(path, reason(error)) from error


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary neighbour of `path` for writing; it takes the name `path` only on a clean exit.

    The data is on disk before the rename, so that a crash leaves the old file or the new one, never a part.
    On an exception the temporary file is removed and the old file stays.
    """
    path = real_target(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes the file private; give it the mode that open() would have given.
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file's content in one step."""
    with atomic_writer(path) as stream:
        stream.write(content)

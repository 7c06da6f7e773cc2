"""The file of corrections: what was acknowledged is on disk, whoever is killed and however many write at once."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cartography.corrections import Correction, correction_of
from cartography.errors import GenscanError, RecordError

_BLOCK = 1 << 20
"""Bytes looked through at a time, from the end."""
_PATIENCE_S = 10.0
"""Seconds to wait for those who write before."""
_LOOK_S = 0.01


class CorrectionsFull(GenscanError):
    """A file that has no room for one more correction."""


def append_correction(path: Path, correction: Correction, most: int) -> bool:
    """Add a correction to a file, on disk when this returns; return whether it said anything new.

    What was last said of the record is not said twice. A line that a killed process left unfinished stays as it is,
    for readers to count; the next one starts after it.

    Args:
        path: the file; made, with its folder, where it is not there yet.
        correction: to add.
        most: bytes that the file may have.

    Raises:
        CorrectionsFull: the file would have more.
        OSError: the system refuses; the file is as it was.
    """
    line = correction.as_line()
    with _alone(path) as file:
        end = _ended(file)
        if _last_said(file, end, correction.record) == correction.id:
            # Whoever wrote it may have been killed before this.
            os.fsync(file.fileno())
            return False
        if end + len(line) > most:
            raise CorrectionsFull(
                "corrections_pleines", f"le fichier des corrections n'a plus de place ({most} octets)"
            )
        _write(file, line, end)
    return True


def read_corrections(path: Path) -> Iterator[Correction | RecordError]:
    """Yield the corrections of a file, in its order, and an error in the place of each line that is none.

    A last line without its end is what a killed process left: nobody was told that it is kept.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        for position, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                message = "dernière ligne inachevée : l'écriture a été interrompue"
                yield RecordError("ligne_inachevee", message, fichier=path.name, position=position)
            elif line.strip():
                yield correction_of(line, position, path.name)


@contextmanager
def _alone(path: Path) -> Iterator[io.FileIO]:
    """Open a file for appending, other writers, threads as well as processes, waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    limit = time.monotonic() + _PATIENCE_S
    while True:
        made = not path.exists()
        with _opened(path) as file:
            _lock(file, limit)
            if not _is_at(file, path):
                # Moved away while this waited, to be read elsewhere: what is said now goes to the new one.
                continue
            if made:
                _sync_folder(path.parent)
            yield file
            return


def _opened(path: Path) -> io.FileIO:
    file = io.FileIO(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666), "a+")
    if not path.is_file():
        file.close()
        raise OSError(errno.EINVAL, "ce n'est pas un fichier ordinaire")
    return file


def _lock(file: io.FileIO, limit: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > limit:
                raise OSError(errno.EBUSY, "un autre processus tient le fichier") from None
            time.sleep(_LOOK_S)
        else:
            return


def _is_at(file: io.FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _ended(file: io.FileIO) -> int:
    """Return the size of a file whose last line has its end, which it is given where it has none."""
    size = os.fstat(file.fileno()).st_size
    if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
        size += os.write(file.fileno(), b"\n")
    return size


def _last_said(file: io.FileIO, end: int, record: str) -> str | None:
    """Return the identifier of the last correction of a record; None where there is none, or it is torn."""
    # Line breaks are escaped within JSON: this is found at the start of a line or nowhere.
    mark = f'\n{{"empreinte":"{record}"'.encode()
    after = b""
    while end > 0:
        start = max(0, end - _BLOCK)
        block = os.pread(file.fileno(), end - start, start)
        block += after
        if start == 0:
            block = b"\n" + block
        found = block.rfind(mark)
        if found >= 0:
            return _id_at(file, start + found + (1 if start else 0))
        after = block[: len(mark)]
        end = start
    return None


def _id_at(file: io.FileIO, place: int) -> str | None:
    file.seek(place)
    line = io.BufferedReader(file)
    try:
        found = correction_of(line.readline(), 1, "")
    finally:
        line.detach()
    return found.id if isinstance(found, Correction) else None


def _write(file: io.FileIO, line: bytes, end: int) -> None:
    """Write a whole line, or nothing that stays."""
    left = memoryview(line)
    try:
        while left:
            left = left[os.write(file.fileno(), left) :]
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            os.ftruncate(file.fileno(), end)
        raise

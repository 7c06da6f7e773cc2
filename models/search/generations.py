"""A directory that is replaced whole: generations side by side, and one small file that names the current one.

Readers open what `CURRENT` names; writers prepare a new generation beside it and rename that file over the old one,
which is atomic. Killed at any instant, the directory reopens with the last whole state.
"""

from __future__ import annotations

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cartography.files import write_atomic

CURRENT = "CURRENT"
_GENERATIONS = "generations"
_UNFINISHED = ".unfinished-"
_LOCK = ".verrou"
KEPT = 2
"""Generations kept: the current one and the one before, so that a reader in between finds its files."""


def current(directory: Path) -> Path | None:
    """Return the folder of the current generation, None when there is none."""
    try:
        name = (directory / CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    folder = directory / _GENERATIONS / name
    return folder if name and folder.is_dir() else None


@contextmanager
def new_generation(directory: Path) -> Iterator[Path]:
    """Give a fresh folder to fill; on a clean exit it becomes the current generation, else it is removed."""
    root = directory / _GENERATIONS
    root.mkdir(parents=True, exist_ok=True)
    _clear_dead(root)
    name = _next_name(root)
    work = root / f"{_UNFINISHED}{name}"
    work.mkdir()
    lock = work / _LOCK
    try:
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield work
            lock.unlink()
            work.rename(root / name)
            write_atomic(directory / CURRENT, f"{name}\n".encode())
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    _prune(root, keep=name)


def _clear_dead(root: Path) -> None:
    """Remove the folders of killed builds: those whose lock nobody holds any more."""
    for lock in root.glob(f"{_UNFINISHED}*/{_LOCK}"):
        try:
            # Never created here: a build that has just ended took its lock away.
            with lock.open("r+") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Empty, it was just created: its build has not locked it yet.
                if len(list(lock.parent.iterdir())) > 1:
                    shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            continue


def _next_name(root: Path) -> str:
    ranks = [int(p.name.split("-")[0]) for p in root.iterdir() if p.name.split("-")[0].isdigit()]
    return f"{max(ranks, default=0) + 1:06d}-{uuid.uuid4().hex[:8]}"


def _prune(root: Path, *, keep: str) -> None:
    """Remove what no reader needs: all but the newest whole generations up to `keep`."""
    whole = sorted(p for p in root.iterdir() if not p.name.startswith(_UNFINISHED) and p.name <= keep)
    for folder in whole[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)

"""A directory that is replaced whole: generations side by side, and one small file that names the current one.

Readers open what `CURRENT` names; writers prepare a new generation beside it and rename that file over the old one,
which is atomic. Killed at any instant, the directory reopens with the last whole state.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cartography.files import write_atomic

CURRENT = "CURRENT"
_GENERATIONS = "generations"
_UNFINISHED = ".unfinished-"
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
    name = _next_name(root)
    work = root / f"{_UNFINISHED}{name}"
    work.mkdir()
    try:
        yield work
        work.rename(root / name)
        write_atomic(directory / CURRENT, f"{name}\n".encode())
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    _prune(root, keep=name)


def _next_name(root: Path) -> str:
    ranks = [int(p.name.split("-")[0]) for p in root.iterdir() if p.name.split("-")[0].isdigit()]
    return f"{max(ranks, default=0) + 1:06d}-{uuid.uuid4().hex[:8]}"


def _prune(root: Path, *, keep: str) -> None:
    """Remove what no reader needs: all but the newest whole generations up to `keep`."""
    whole = sorted(p for p in root.iterdir() if not p.name.startswith(_UNFINISHED) and p.name <= keep)
    for folder in whole[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)

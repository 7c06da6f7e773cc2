"""A process and all those that it started: their memory and files, read from /proc, and their sudden end."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from training.errors import EvaluationError

_PROC = Path("/proc")
_MIB = 1024
"""Kibibytes, the unit of /proc, in a mebibyte."""
_GONE_S = 20.0


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a tree of processes holds.

    Attributes:
        resident: resident memory, in MiB; pages that processes share are counted in each.
        own: the part of it that no file backs, in MiB: what a leak makes grow.
        files: open file descriptors.
        processes: how many.
    """

    resident: float
    own: float
    files: int
    processes: int


def check_system() -> None:
    """Refuse a system without /proc.

    Raises:
        EvaluationError: there is none.
    """
    if not (_PROC / "self" / "status").is_file():
        raise EvaluationError("systeme_sans_proc", "la mémoire est lue dans /proc : cette mesure demande Linux")


def tree(root: int) -> list[int]:
    """Return a process and those that descend from it, parents first."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                # The name may hold spaces and parentheses; what follows the last one does not.
                fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, ())
    return found


def footprint(root: int) -> Footprint:
    """Return what a process and its descendants hold; those that end meanwhile count for nothing."""
    resident = own = 0
    files = processes = 0
    for pid in tree(root):
        with suppress(OSError):
            status = (_PROC / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
            # Before anything is counted: a process that has just ended has none left.
            opened = sum(1 for _ in (_PROC / str(pid) / "fd").iterdir())
            told = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
            resident += int(told.get("VmRSS", "0 kB").split()[0])
            own += int(told.get("RssAnon", "0 kB").split()[0])
            files += opened
            processes += 1
    return Footprint(resident / _MIB, own / _MIB, files, processes)


def kill_tree(root: int) -> None:
    """End a process and its descendants by SIGKILL, without a chance to write one byte more.

    The supervisor gives each worker a process group of its own: killing its group would leave them. It goes first,
    so that it starts no worker in the place of a killed one.
    """
    pids = tree(root)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + _GONE_S
    # The first is for its parent to reap.
    while any(_alive(pid) for pid in pids[1:]) and time.monotonic() < until:
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        state = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")

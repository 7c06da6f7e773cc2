"""What the command writes to: any terminal, a file, a pipe that its reader may close."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console


class Screen(Console):
    """Rich's console, which leaves a closed pipe to `main`: one exit code for all verbs."""

    def on_broken_pipe(self) -> None:
        """Raise what click's `echo` raises."""
        raise BrokenPipeError


def settle() -> None:
    """Make the standard streams take every character.

    Pipes and files get UTF-8, which JSON is, whatever the machine's language; a terminal of another encoding shows
    "?" for what it lacks.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def quiet_after_a_closed_pipe() -> Iterator[None]:
    """Throw away what is left to write when writing fails, so that Python does not fail once more at its exit."""
    try:
        yield
    except OSError:
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        raise

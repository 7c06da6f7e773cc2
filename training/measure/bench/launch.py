"""A command in a process of its own, timed; run as a script, from a process that holds next to nothing.

The highest memory that the system tells of a process counts what its parent held when it was started.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

_KIBIBYTES = 1 if sys.platform == "darwin" else 1024
"""Unit of `ru_maxrss`, in bytes."""


def main(command: list[str]) -> int:
    """Run a command, its output going to stderr; print what it took as JSON."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=sys.stderr)  # noqa: S603  our own command
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    took = {
        "seconds": seconds,
        "processor": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * _KIBIBYTES,
    }
    sys.stdout.write(json.dumps(took))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

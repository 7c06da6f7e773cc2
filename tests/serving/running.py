"""`bentoml serve` in its own process, on the tiny model."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "bentoml", "serve", "serving.service:Genscan", "--host", "127.0.0.1", "--port"]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(tmp_path: Path, **variables: object) -> dict[str, str]:
    """Return the environment of a service with these settings."""
    ours = {f"GENSCAN_{name.upper()}": str(value) for name, value in variables.items()}
    home = {"BENTOML_HOME": str(tmp_path / "bentoml"), "BENTOML_DO_NOT_TRACK": "True", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **home, **ours}


@contextmanager
def running(tmp_path: Path, **variables: object) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a service with these settings; give its address and its process once it is ready."""
    port = free_port()
    with (tmp_path / "journal").open("w+") as log:
        process = subprocess.Popen(
            [*COMMAND, str(port)],
            cwd=ROOT,
            env=environment(tmp_path, **{"var": tmp_path / "var", "threads": 1, **variables}),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            _wait_ready(base, process)
            yield base, process
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read())
            raise
        finally:
            if process.poll() is None:
                process.kill()


def _wait_ready(base: str, process: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        assert process.poll() is None, "the service stopped"
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("not ready in time")

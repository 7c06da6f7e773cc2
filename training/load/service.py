"""The service as its users run it: `genscan serve` in processes of its own, on a folder of its own."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.errors import EvaluationError
from training.load.processes import Footprint, footprint, kill_tree

HOST = "127.0.0.1"
READY_S = 180.0
"""Seconds that a start may take."""
STOP_S = 150.0
"""Seconds that a stop may take: requests in flight are answered first."""
_PAUSE_S = 0.1
_GENSCAN = Path(sys.executable).with_name("genscan")
_OURS = ("HOST", "PORT", "INDEX", "VAR", "API_KEYS")
"""Settings that the measure decides; the others are those of whoever measures."""


@dataclass
class Service:
    """One service, started, stopped or killed, and started again.

    Attributes:
        work: folder that it writes in: its `var`, BentoML's own folder, its journal.
        index: directory of the index, which it may change.
        bundle: directory of the model; the embedded one when None.
        port: where it listens.
    """

    work: Path
    index: Path
    bundle: Path | None = None
    port: int = field(default_factory=lambda: free_port())
    _process: subprocess.Popen[bytes] | None = None

    @property
    def journal(self) -> Path:
        """Return the file where the service writes what it says."""
        return self.work / "journal.txt"

    def start(self) -> float:
        """Start, wait until it is ready, and return how many seconds that took.

        Raises:
            EvaluationError: it stopped, or was not ready in time; the message ends with the journal's last line.
        """
        begun = time.monotonic()
        with self.journal.open("ab") as journal:
            # A session of its own: Ctrl+C ends the measure, which then ends the service.
            self._process = subprocess.Popen(  # noqa: S603  our own command
                [str(_GENSCAN), "serve", "--host", HOST, "--port", str(self.port)],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() - begun > READY_S:
                last = self.journal.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
                self.kill()
                raise EvaluationError("service_absent", f"genscan serve ne répond pas : {' '.join(last)}")
            time.sleep(_PAUSE_S)
        return time.monotonic() - begun

    def footprint(self) -> Footprint:
        """Return what its processes hold."""
        return footprint(self._process.pid) if self._process else Footprint(0, 0, 0, 0)

    def stop(self) -> None:
        """End it as Ctrl+C would; what does not end in time is killed."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        """End all its processes at once by SIGKILL."""
        if self._process is not None:
            if self._process.poll() is None:
                kill_tree(self._process.pid)
            self._process.wait()
            self._process = None

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {f"GENSCAN_{one}" for one in _OURS}}
        ours = {"GENSCAN_VAR": self.work / "var", "GENSCAN_INDEX": self.index, "BENTOML_HOME": self.work / "bentoml"}
        if self.bundle is not None:
            ours["GENSCAN_BUNDLE"] = self.bundle
        return kept | {name: str(path.resolve()) for name, path in ours.items()} | {"BENTOML_DO_NOT_TRACK": "True"}

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def prepare_index(directory: Path, *, source: Path | None, files: Sequence[Path], bundle: Path | None) -> None:
    """Write the index to serve: a copy of one, which stays as it is, or a new one of the records of files.

    Args:
        directory: where; what was there is removed.
        source: an index to copy, None to build one.
        files: of records.
        bundle: directory of the model; the embedded one when None.

    Raises:
        EvaluationError: the index cannot be built.
    """
    shutil.rmtree(directory, ignore_errors=True)
    if source is not None:
        shutil.copytree(source, directory)
        return
    environment = os.environ | ({"GENSCAN_BUNDLE": str(bundle.resolve())} if bundle else {})
    command = [str(_GENSCAN), "index", "build", *map(str, files), "-o", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    if done.returncode:
        last = " ".join(done.stderr.splitlines()[-1:])
        raise EvaluationError("commande_en_echec", f"genscan index build s'est arrêté ({done.returncode}) : {last}")

"""`genscan classify` as its users run it: a process of its own, start and load included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from training.errors import EvaluationError

LAUNCHER = Path(__file__).with_name("launch.py")


class Run(NamedTuple):
    """One run of the command.

    Attributes:
        seconds: from start to exit.
        processor: seconds of processor, all cores together.
        peak: highest resident memory, in bytes.
    """

    seconds: float
    processor: float
    peak: int


def classify(source: Path, output: Path, bundle: Path) -> Run:
    """Run `genscan classify` on a file.

    Args:
        source: records.
        output: answers.
        bundle: directory of the model.

    Raises:
        EvaluationError: the command failed.
    """
    genscan = Path(sys.executable).with_name("genscan")
    environment = os.environ | {"GENSCAN_BUNDLE": str(bundle.resolve())}
    command = [sys.executable, str(LAUNCHER), str(genscan), "classify", str(source), "-o", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    if done.returncode:
        message = f"genscan classify s'est arrêté ({done.returncode}) : {' '.join(done.stderr.splitlines()[-1:])}"
        raise EvaluationError("commande_en_echec", message)
    return Run(**json.loads(done.stdout))

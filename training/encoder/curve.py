"""The losses of an encoder's training, kept beside its checkpoints: a resumed training has the whole curve."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from cartography.files import write_atomic

EVERY = 10
"""Steps of a point. A divisor of the steps between two checkpoints, so that a resumed training begins a new point."""
FILE = "courbe.json"


class LossCurve:
    """Mean loss of every ten steps, over a stage (`distillation/perte`) and by task (`distillation/perte_phrases`)."""

    def __init__(self, directory: Path) -> None:
        """Read what a training left there.

        Args:
            directory: of the checkpoints.
        """
        self._path = directory / FILE
        self._points: dict[str, dict[int, float]] = {}
        if self._path.is_file():
            kept = json.loads(self._path.read_bytes())
            self._points = {name: {int(step): value for step, value in found.items()} for name, found in kept.items()}
        self._window: dict[str, list[float]] = {}

    def add(self, stage: str, step: int, steps: int, task: str, loss: float) -> bool:
        """Add the loss of a step; return whether that made a point.

        Args:
            stage: name of the stage.
            step: steps done of it.
            steps: how many it has.
            task: what the step learnt from.
            loss: of the step.
        """
        for name in (f"{stage}/perte", f"{stage}/perte_{task}"):
            self._window.setdefault(name, []).append(loss)
        if step % EVERY and step != steps:
            return False
        for name, losses in self._window.items():
            # A step done again after a stop has its point already.
            self._points.setdefault(name, {}).setdefault(step, sum(losses) / len(losses))
        self._window.clear()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(self._path, json.dumps(self._points).encode())
        return True

    def points(self) -> Iterator[tuple[str, int, float]]:
        """Yield (metric, step, mean loss)."""
        for name, found in self._points.items():
            for step, value in found.items():
                yield name, step, value

    def last(self) -> dict[str, float]:
        """Return the last point of each curve."""
        return {name: found[max(found)] for name, found in self._points.items()}

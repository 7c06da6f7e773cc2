"""The engine under the encoder: an ONNX graph on the CPU, several batches at once, none of which changes another."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Feed = Mapping[str, NDArray[np.int64]]
"""Input name → array (batch, tokens)."""

Key = TypeVar("Key")

MAX_STREAMS = 4
"""Batches computed at once, at most: each holds some 30 MB of intermediate values; past this, cores share a batch."""


class Graph:
    """A compiled graph.

    OpenVINO runs it: of the engines that need no torch, the one that multiplies in bfloat16 on x86 (AMX, AVX-512),
    measured 3.5 times faster than fp32. Elsewhere the same graph runs in fp32. Activations are never quantised, so
    that a row is the same bit for bit whatever its batch, its padding and the number of threads.

    Attributes:
        inputs: names of the inputs.
        widths: for each output its second dimension; 0 where that depends on the input.
    """

    def __init__(
        self, path: Path, *, threads: int | None = None, exact: bool = False, outputs: Sequence[str] | None = None
    ) -> None:
        """Compile a graph.

        Args:
            path: ONNX file.
            threads: cores to use; all of them by default.
            exact: fp32 arithmetic even where bfloat16 is faster.
            outputs: values to give, outputs of the graph or any of its intermediate values, by name; its own outputs
                by default.

        Raises:
            ValueError: the file is no graph, or has no such value.
        """
        engine = _engine()
        core = engine.Core()
        try:
            model = core.read_model(path)
            _give(model, outputs)
            _widen(model)
            settings = _settings(core, threads or os.cpu_count() or 1, exact)
            self._compiled = core.compile_model(model, "CPU", settings)
        except RuntimeError as error:
            raise ValueError(f"{path} : graphe ONNX inutilisable ({str(error).strip().splitlines()[-1]})") from error
        self.inputs = tuple(str(port.any_name) for port in self._compiled.inputs)
        self._names = tuple(outputs or (str(port.any_name) for port in self._compiled.outputs))
        self.widths = {name: _width(self._compiled.output(name)) for name in self._names}
        # One batch waits ready for each one computed, lest the engine idle while Python prepares the next.
        self._lanes = 2 * settings["NUM_STREAMS"]
        self._spare: list[Any] = []

    def run(self, feeds: Iterable[tuple[Key, Feed]]) -> Iterator[tuple[Key, tuple[NDArray[np.float32], ...]]]:
        """Yield each batch's key and outputs, in order; several threads may run a graph at once.

        The arrays are the engine's own memory: copy what must outlive the next step.

        Args:
            feeds: for each batch a key and its inputs; inputs that the graph does not take are left out.
        """
        busy: deque[tuple[Key, Any]] = deque()
        try:
            for key, feed in feeds:
                if len(busy) == self._lanes:
                    yield self._result(*busy[0])
                    request = busy.popleft()[1]
                else:
                    request = self._request()
                request.start_async({name: feed[name] for name in self.inputs})
                busy.append((key, request))
            while busy:
                yield self._result(*busy[0])
                self._spare.append(busy.popleft()[1])
        finally:
            for _, request in busy:
                request.wait()

    def _request(self) -> Any:
        try:
            return self._spare.pop()
        except IndexError:
            return self._compiled.create_infer_request()

    def _result(self, key: Key, request: Any) -> tuple[Key, tuple[NDArray[np.float32], ...]]:
        request.wait()
        return key, tuple(request.get_tensor(name).data for name in self._names)


def _engine() -> Any:
    """Import the engine without its usage statistics, which it would else send at every import.

    It does without them when their module cannot be imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def _give(model: Any, outputs: Sequence[str] | None) -> None:
    """Make the model give these values and no other."""
    if outputs is None:
        return
    known = {name for port in model.outputs for name in port.names}
    model.add_outputs([name for name in outputs if name not in known])
    for result in list(model.get_results()):
        if not result.output(0).names & set(outputs):
            model.remove_result(result)


def _widen(model: Any) -> None:
    """Turn int8 weights back into the numbers they stand for, once: else it is done again for every batch."""
    from openvino.passes import ConstantFolding, Manager

    manager = Manager()
    manager.register_pass(ConstantFolding())
    manager.run_passes(model)


def _settings(core: Any, threads: int, exact: bool) -> dict[str, Any]:
    bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {
        "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 and not exact else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": min(threads, MAX_STREAMS),
        # Several workers would all be pinned to the same first cores.
        "ENABLE_CPU_PINNING": False,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
    }


def _width(port: Any) -> int:
    shape = port.partial_shape
    return int(shape[1].get_length()) if len(shape) > 1 and shape[1].is_static else 0

"""Weights on disk as int8, arithmetic in fp32: a quarter of the size, and no answer depends on its neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

PRECISION = "int8 par canal (poids seuls), calcul fp32"
MIN_SIZE = 4096
"""Smaller matrices stay fp32: nothing to win."""


class Quantised(NamedTuple):
    """A matrix as whole numbers and one scale a channel.

    Attributes:
        values: int8, the shape of the matrix.
        scales: float32, 1 along every axis but the channel's.
    """

    values: NDArray[np.int8]
    scales: NDArray[np.float32]


def quantise(matrix: NDArray[np.float32], axis: int) -> Quantised:
    """Round a matrix to int8, symmetric, one scale for each rank of `axis`.

    Args:
        matrix: float32, two axes.
        axis: the channel's.

    >>> values, scales = quantise(np.array([[1.0, -2.0], [0.5, 0.25]], dtype=np.float32), axis=0)
    >>> values.tolist(), (scales * 127).tolist()
    ([[64, -127], [127, 64]], [[2.0], [0.5]])
    """
    others = tuple(i for i in range(matrix.ndim) if i != axis)
    largest = np.abs(matrix).max(axis=others, keepdims=True)
    scales = (np.where(largest == 0, 1, largest) / 127).astype(np.float32)
    return Quantised(np.clip(np.rint(matrix / scales), -127, 127).astype(np.int8), scales)


def store_int8(source: Path, target: Path) -> None:
    """Rewrite an fp32 graph with its large matrices as int8.

    The matrices come back as Cast and Mul, which onnxruntime computes once, at load. DequantizeLinear would say the
    same, but onnxruntime 1.31 turns it into MatMulNBits, measured slower by a third, and leaves the word table to be
    widened again for every batch.

    Args:
        source: fp32 ONNX file.
        target: file to write.
    """
    model = onnx.load(source)
    graph = model.graph
    axes = _channels(graph)
    kept: list[onnx.TensorProto] = []
    widened: list[onnx.NodeProto] = []
    for tensor in graph.initializer:
        if tensor.name not in axes:
            kept.append(tensor)
            continue
        name = tensor.name
        quantised = quantise(numpy_helper.to_array(tensor), axes[name])
        kept.append(numpy_helper.from_array(quantised.values, f"{name}_int8"))
        kept.append(numpy_helper.from_array(quantised.scales, f"{name}_scale"))
        widened.append(helper.make_node("Cast", [f"{name}_int8"], [f"{name}_cast"], to=onnx.TensorProto.FLOAT))
        widened.append(helper.make_node("Mul", [f"{name}_cast", f"{name}_scale"], [name]))
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*widened, *nodes])
    onnx.save(model, target)


def _channels(graph: onnx.GraphProto) -> dict[str, int]:
    """Return the matrices worth storing as int8 and their channel axis: a row of a lookup, a column of a product."""
    large = {
        t.name
        for t in graph.initializer
        if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2 and np.prod(t.dims) >= MIN_SIZE
    }
    axes: dict[str, int] = {}
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0] in large:
            axes[node.input[0]] = 0
        elif node.op_type in {"MatMul", "Gemm"} and node.input[1] in large:
            turned = any(a.name == "transB" and a.i for a in node.attribute)
            axes[node.input[1]] = 0 if turned else 1
    return axes

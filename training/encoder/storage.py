"""Weights on disk as int8, arithmetic in floating point: a quarter of the size; no answer depends on its neighbours.

The products' matrices are standard blocked DequantizeLinear, which any ONNX runtime reads; the service widens them
once, when it loads the graph. Rows of the word table stay int8 in memory, and are widened as they are looked up.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from training.encoder.observation import Grams
from training.encoder.places import keep_places
from training.encoder.products import weights_of
from training.encoder.rounding import round_matrix, round_table

PRECISION = "int8 par groupe (poids seuls), calcul bf16 ou fp32"
MIN_SIZE = 4096
"""Numbers of a matrix: smaller ones stay fp32, nothing to win."""

MIN_ROWS = 2048
"""Of a lookup: smaller ones (positions, segments) stay fp32."""

OPSET = 21
"""First opset with a scale for each group of a channel."""


def store_int8(source: Path, target: Path, grams: Grams | None = None, tokens: int | None = None) -> None:
    """Rewrite an fp32 graph with its large matrices as int8.

    Args:
        source: fp32 ONNX file.
        target: file to write.
        grams: what `observe` saw; None rounds each number to the nearest.
        tokens: that a text has at most, so that further positions need no place; None keeps all of them.
    """
    model = onnx.load(source)
    if tokens is not None:
        keep_places(model, tokens)
    graph = model.graph
    products, tables = _products(graph), _tables(graph)
    tensors: list[onnx.TensorProto] = []
    widened: list[onnx.NodeProto] = []
    for tensor in graph.initializer:
        name = tensor.name
        if name not in products | tables:
            tensors.append(tensor)
            continue
        array = numpy_helper.to_array(tensor)
        if name in tables:
            table = round_table(array)
            parts = {"int8": table.values, "scale": table.scales, "columns": table.columns}
        else:
            rounded = round_matrix(array, (grams or {}).get(name))
            parts = {"int8": rounded.values, "scale": rounded.scales}
            size = len(rounded.values) // len(rounded.scales)
            names = [f"{name}_{part}" for part in parts]
            widened.append(helper.make_node("DequantizeLinear", names, [name], axis=0, block_size=size))
        tensors += [numpy_helper.from_array(value, f"{name}_{part}") for part, value in parts.items()]
    nodes = [part for node in graph.node for part in (_lookup(node) if _reads(node, tables) else [node])]
    _rewrite(graph, tensors, [*widened, *nodes])
    for opset in model.opset_import:
        if not opset.domain:
            opset.version = max(opset.version, OPSET)
    onnx.save(model, target)


def _products(graph: onnx.GraphProto) -> set[str]:
    weights = weights_of(graph)
    return {t.name for t in graph.initializer if t.name in weights and np.prod(t.dims) >= MIN_SIZE}


def _tables(graph: onnx.GraphProto) -> set[str]:
    """Return the large matrices that nothing but lookups by row reads."""
    found = {
        t.name
        for t in graph.initializer
        if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2 and t.dims[0] >= MIN_ROWS
    }
    for node in graph.node:
        by_row = node.op_type == "Gather" and not any(a.name == "axis" and a.i for a in node.attribute)
        found -= set(node.input) - ({node.input[0]} if by_row else set())
    return found


def _reads(node: onnx.NodeProto, tables: set[str]) -> bool:
    return node.op_type == "Gather" and node.input[0] in tables


def _lookup(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Return the nodes that look rows and their scales up, and widen only those."""
    table, ranks, out = node.input[0], node.input[1], node.output[0]
    return [
        helper.make_node("Gather", [f"{table}_int8", ranks], [f"{out}_int8"]),
        helper.make_node("Gather", [f"{table}_scale", ranks], [f"{out}_scale"]),
        helper.make_node("Cast", [f"{out}_int8"], [f"{out}_cast"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Mul", [f"{out}_cast", f"{out}_scale"], [f"{out}_even"]),
        helper.make_node("Mul", [f"{out}_even", f"{table}_columns"], [out]),
    ]


def _rewrite(graph: onnx.GraphProto, tensors: list[onnx.TensorProto], nodes: list[onnx.NodeProto]) -> None:
    copy = onnx.GraphProto()
    copy.initializer.extend(tensors)
    copy.node.extend(nodes)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(copy.initializer)
    graph.node.extend(copy.node)

"""The matrix products of an ONNX graph: found, and those of one input joined."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper


class Product(NamedTuple):
    """Input × weights + bias, as names: what enters the two nodes, and what leaves each."""

    weight: str
    bias: str
    product: str
    total: str


def weights_of(graph: onnx.GraphProto) -> dict[str, str]:
    """Return weight → input of each product of an input with a constant matrix."""
    known = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 2}
    return {n.input[1]: n.input[0] for n in graph.node if n.op_type == "MatMul" and n.input[1] in known}


def join_products(graph: onnx.GraphProto) -> None:
    """Make one product of those that read the same input: query, key and value of an attention are computed at once.

    One wide product keeps the processor's multipliers busier than three narrow ones.
    """
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for source, same in _alike(graph, tensors).items():
        if len(same) < 2:
            continue
        sizes = [tensors[product.bias].dims[0] for product in same]
        name = "_".join(product.weight for product in same)
        weight = np.concatenate([_array(tensors, product.weight) for product in same], axis=1)
        bias = np.concatenate([_array(tensors, product.bias) for product in same])
        graph.initializer.extend(
            numpy_helper.from_array(value, f"{name}_{kind}")
            for kind, value in (("weight", weight), ("bias", bias), ("sizes", np.array(sizes, dtype=np.int64)))
        )
        joined = [
            helper.make_node("MatMul", [source, f"{name}_weight"], [f"{name}_product"]),
            helper.make_node("Add", [f"{name}_product", f"{name}_bias"], [f"{name}_total"]),
            helper.make_node("Split", [f"{name}_total", f"{name}_sizes"], [product.total for product in same], axis=-1),
        ]
        _replace(graph, same, joined)
    _drop_unused(graph)


def _alike(graph: onnx.GraphProto, tensors: dict[str, onnx.TensorProto]) -> dict[str, list[Product]]:
    """Return input → its products with a constant bias, nothing else reading what comes between the two nodes."""
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in graph.node:
        for value in node.input:
            readers[value].append(node)
    found: dict[str, list[Product]] = defaultdict(list)
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in tensors or len(tensors[node.input[1]].dims) != 2:
            continue
        after = readers[node.output[0]]
        if len(after) != 1 or after[0].op_type != "Add":
            continue
        bias = next((value for value in after[0].input if value in tensors and len(tensors[value].dims) == 1), None)
        if bias is not None:
            found[node.input[0]].append(Product(node.input[1], bias, node.output[0], after[0].output[0]))
    return found


def _array(tensors: dict[str, onnx.TensorProto], name: str) -> NDArray[np.float32]:
    array: NDArray[np.float32] = numpy_helper.to_array(tensors[name])
    return array


def _replace(graph: onnx.GraphProto, old: list[Product], new: list[onnx.NodeProto]) -> None:
    """Put new nodes in the place of the first of the old ones: all their readers come after it."""
    gone = {value for product in old for value in (product.product, product.total)}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.output[0] == old[0].product:
            nodes += new
        if node.output[0] not in gone:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            nodes.append(copy)
    del graph.node[:]
    graph.node.extend(nodes)


def _drop_unused(graph: onnx.GraphProto) -> None:
    used = {value for node in graph.node for value in node.input} | {value.name for value in graph.output}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)

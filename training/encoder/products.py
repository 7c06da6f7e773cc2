"""The matrix products of an ONNX graph."""

from __future__ import annotations

import onnx


def weights_of(graph: onnx.GraphProto) -> dict[str, str]:
    """Return weight → input of each product of an input with a constant matrix."""
    known = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 2}
    return {n.input[1]: n.input[0] for n in graph.node if n.op_type == "MatMul" and n.input[1] in known}

"""The rows of a graph's position table that no text reaches are left out of it."""

from __future__ import annotations

import onnx
from onnx import numpy_helper

PLACES = {"position_embeddings.weight": 0, "position_ids": 1}
"""End of the name of a tensor of BERT that has one entry a token → the axis that they are along."""


def keep_places(model: onnx.ModelProto, tokens: int) -> bool:
    """Cut a graph's positions to those of texts of this many tokens; one that has fewer stays as it is.

    A base reads 512 tokens or more, the classifier a fifth of them: the rest would be half a megabyte of every bundle.

    Args:
        model: changed in place.
        tokens: that the longest text has.

    Returns:
        Whether there was anything to cut.
    """
    cut = False
    for rank, tensor in enumerate(model.graph.initializer):
        for end, axis in PLACES.items():
            if tensor.name.endswith(end) and tensor.dims[axis] > tokens:
                kept = numpy_helper.to_array(tensor).take(range(tokens), axis)
                model.graph.initializer[rank].CopyFrom(numpy_helper.from_array(kept, tensor.name))
                cut = True
    return cut

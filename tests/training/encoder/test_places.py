from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.encoder.places import keep_places


def model(places: int) -> onnx.ModelProto:
    """Look positions up as BERT does, beside a table of words that has as many rows."""
    table = np.arange(places * 2, dtype=np.float32).reshape(places, 2)
    tensors = [
        numpy_helper.from_array(table, "bert.position_embeddings.weight"),
        numpy_helper.from_array(np.arange(places)[None], "bert.position_ids"),
        numpy_helper.from_array(table, "bert.word_embeddings.weight"),
    ]
    nodes = [helper.make_node("Gather", ["bert.position_embeddings.weight", "bert.position_ids"], ["out"])]
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    return helper.make_model(helper.make_graph(nodes, "positions", [], [out], tensors))


def test_places_that_no_text_reaches_are_left_out_and_nothing_else_is() -> None:
    one = model(9)
    assert keep_places(one, 4)
    shapes = {tensor.name: tuple(tensor.dims) for tensor in one.graph.initializer}
    assert shapes == {
        "bert.position_embeddings.weight": (4, 2),
        "bert.position_ids": (1, 4),
        "bert.word_embeddings.weight": (9, 2),
    }
    kept = numpy_helper.to_array(one.graph.initializer[0])
    np.testing.assert_array_equal(kept, np.arange(8, dtype=np.float32).reshape(4, 2))


def test_a_graph_with_no_more_of_them_stays_as_it_is() -> None:
    one = model(4)
    before = one.SerializeToString(deterministic=True)
    assert not keep_places(one, 4)
    assert one.SerializeToString(deterministic=True) == before

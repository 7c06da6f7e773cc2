from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from transformers import BertConfig, BertModel

from models.encoder import Encoder, Text
from models.runtime import Graph
from training.encoder import storage
from training.encoder.attention import JoinedAttention, join_attention
from training.encoder.base import Base
from training.encoder.export import export_graph, save_tokenizer
from training.encoder.observation import observe
from training.encoder.storage import store_int8

TEXTS: list[Text] = ["développeur web", ("data", "réseau boulanger web"), "réseau " * 12, "boulanger"]


def test_observed_inputs_are_those_of_the_products_without_padding(tiny_base: Base, tmp_path: Path) -> None:
    export_graph(tiny_base, tmp_path / "fp32.onnx")
    save_tokenizer(tiny_base, tmp_path / "tokenizer.json")
    encoder = Encoder(tmp_path / "fp32.onnx", tmp_path / "tokenizer.json", max_tokens=24, threads=1, exact=True)
    grams = observe(tmp_path / "fp32.onnx", encoder, TEXTS)
    # Two layers: attention (one product for query, key and value, one for the output), then two.
    assert sorted(len(gram) for gram in grams.values()) == [64] * 6 + [128] * 2
    tokens = sum(int(feed["attention_mask"].sum()) for _, feed in encoder.feeds(TEXTS))
    # LayerNorm leaves rows of squared length 64, its weights being 1 in a fresh model.
    assert sum(bool(abs(np.trace(gram) / 64 - tokens) < 0.1) for gram in grams.values()) == 4
    store_int8(tmp_path / "fp32.onnx", tmp_path / "int8.onnx", grams)
    onnx.checker.check_model(str(tmp_path / "int8.onnx"), full_check=True)


def test_a_word_table_stays_int8_and_is_widened_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MIN_ROWS", 8)
    table = np.random.default_rng(0).standard_normal((10, 16)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("ReduceMean", ["rows", "axis"], ["embedding"], keepdims=0),
    ]
    tensors = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1]), "axis")]
    ids = helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info("embedding", onnx.TensorProto.FLOAT, ["batch", 16])
    model = helper.make_model(
        helper.make_graph(nodes, "table", [ids], [out], tensors), opset_imports=[helper.make_opsetid("", 20)]
    )
    onnx.save(model, tmp_path / "fp32.onnx")
    store_int8(tmp_path / "fp32.onnx", tmp_path / "int8.onnx")
    kinds = {t.name: t.data_type for t in onnx.load(tmp_path / "int8.onnx").graph.initializer}
    assert kinds["table_int8"] == onnx.TensorProto.INT8
    assert "table" not in kinds
    feed = {"input_ids": np.array([[1, 2], [9, 9]])}
    one, other = (
        next(Graph(tmp_path / name, threads=1, exact=True).run([(0, feed)]))[1][0].copy()
        for name in ("fp32.onnx", "int8.onnx")
    )
    np.testing.assert_allclose(one, other, atol=0.02)


def test_joined_attention_computes_the_same_and_leaves_the_model_alone() -> None:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=20, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        initializer_range=0.5, attn_implementation="eager",
    )  # fmt: skip
    model = BertModel(config).eval()
    joined = join_attention(model)
    ids = torch.randint(0, 20, (3, 7))
    mask = (torch.arange(7) < torch.tensor([[7], [4], [1]])).long()
    with torch.inference_mode():
        one, other = (m(ids, attention_mask=mask).last_hidden_state for m in (model, joined))
    torch.testing.assert_close(one[mask == 1], other[mask == 1], atol=1e-5, rtol=1e-4)
    assert sum(isinstance(m, JoinedAttention) for m in joined.modules()) == 2
    assert not any(isinstance(m, JoinedAttention) for m in model.modules())

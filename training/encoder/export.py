"""torch → ONNX: pooling and normalisation inside the graph, the padding mask honoured, equality proven."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from models.encoder import Encoder, Reading, Text
from training.encoder.attention import join_attention
from training.encoder.base import Base
from training.encoder.student import masked_mean
from training.errors import TrainingError

OPSET = 20
"""First opset with Gelu as one operator."""

MIN_PARITY = 0.9999
OUTPUTS = ("embedding", "features")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(frozen=True, slots=True)
class Parity:
    """Cosines between two encoders on the same texts."""

    mean: float
    least: float
    texts: int


class SentenceGraph(torch.nn.Module):
    """The whole pipeline of a sentence-transformers model as one function of three tensors."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.stages = torch.nn.ModuleList(model)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return unit vectors, float32 (batch, dimension), and what the head reads, float32 (batch, 2 × dimension).

        Args:
            input_ids: int64 (batch, tokens).
            attention_mask: int64 (batch, tokens), 1 for a token, 0 for padding.
            token_type_ids: int64 (batch, tokens), 0 for the title, 1 for the passage.
        """
        features = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        for stage in self.stages:
            features = stage(features)
        hidden = features["token_embeddings"]
        means = [masked_mean(hidden, attention_mask * (1 - token_type_ids)), masked_mean(hidden, attention_mask)]
        return torch.nn.functional.normalize(features["sentence_embedding"], dim=1), torch.cat(means, dim=1)


def export_graph(base: Base, path: Path) -> None:
    """Write the ONNX graph of an encoder in fp32, batch and tokens dynamic.

    Args:
        base: the encoder.
        path: file to write.
    """
    graph = join_attention(SentenceGraph(base.model)).eval()
    # Rows of different lengths, so that the exporter sees a mask that masks.
    ids = torch.full((3, 7), 4, dtype=torch.int64)
    mask = torch.ones_like(ids)
    mask[1, 4:] = 0
    mask[2, 2:] = 0
    segments = torch.zeros_like(ids)
    segments[0, 3:] = 1
    dynamic = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens")}
    with _quiet():
        program = torch.onnx.export(
            graph,
            (ids, mask, segments),
            dynamo=True,
            verbose=False,
            input_names=list(INPUTS),
            output_names=["sentence_vector", OUTPUTS[1]],
            dynamic_shapes=dict.fromkeys(INPUTS, dynamic),
            opset_version=OPSET,
        )
    if program is None:
        raise TrainingError("export_impossible", f"{base.name} : l'export ONNX n'a rien rendu")
    model = program.model_proto
    _rename(model.graph, "sentence_vector", OUTPUTS[0])
    _strip(model)
    onnx.save(model, path)


def _strip(model: onnx.ModelProto) -> None:
    """Remove what the exporter says of the machine: stack traces full of paths, which change the hash for nothing."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        del part.metadata_props[:]
        part.ClearField("doc_string")


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give a value its name in the contract; a value that has it already steps aside.

    The exporter cannot do it: BERT's word lookup is named "embedding" too, and it writes a graph with two of them.
    """
    names = {new: f"{new}_inner", old: new}
    for node in graph.node:
        for values in (node.input, node.output):
            values[:] = [names.get(value, value) for value in values]
    for value in (*graph.output, *graph.value_info):
        value.name = names.get(value.name, value.name)


def save_tokenizer(base: Base, path: Path) -> None:
    """Write the encoder's `tokenizer.json`."""
    base.model.tokenizer.backend_tokenizer.save(str(path))


def torch_vectors(base: Base, texts: Sequence[Text], max_tokens: int) -> Reading:
    """Return what torch makes of the texts, in one padded batch."""
    firsts = [text if isinstance(text, str) else text[0] for text in texts]
    seconds = [None if isinstance(text, str) else text[1] for text in texts]
    encodings = [
        base.model.tokenizer(first, second, truncation=True, max_length=max_tokens, return_token_type_ids=True)
        for first, second in zip(firsts, seconds, strict=True)
    ]
    padded = base.model.tokenizer.pad(encodings, return_tensors="pt")
    with torch.inference_mode():
        vectors = SentenceGraph(base.model).eval()(*(padded[name] for name in INPUTS))
    return Reading(*(value.numpy() for value in vectors))


def check_parity(base: Base, encoder: Encoder, batches: Sequence[Sequence[Text]], least: float = MIN_PARITY) -> Parity:
    """Compare a graph with torch on padded batches.

    Args:
        base: the encoder in torch.
        encoder: the same in ONNX, fp32.
        batches: each is one padded batch in torch.
        least: lowest cosine allowed.

    Raises:
        TrainingError: some cosine is lower.
    """
    cosines = [
        _cosines(torch_vectors(base, batch, encoder.max_tokens), encoder.read(batch, batch_tokens=10**9))
        for batch in batches
    ]
    parity = _parity(np.concatenate(cosines))
    if parity.least < least:
        message = f"{base.name} : le graphe exporté s'écarte de torch (cosinus {parity.least:.5f}, {least} exigé)"
        raise TrainingError("export_infidele", message)
    return parity


def compare(one: Encoder, other: Encoder, texts: Sequence[Text]) -> Parity:
    """Compare two graphs on the same texts."""
    return _parity(_cosines(one.read(texts), other.read(texts)))


def _cosines(one: Reading, other: Reading) -> NDArray[np.float64]:
    """Return the lower cosine of each row, of its embedding and of its features."""
    both = [_cosine(a.astype(np.float64), b.astype(np.float64)) for a, b in zip(one, other, strict=True)]
    lowest: NDArray[np.float64] = np.minimum(*both)
    return lowest


def _cosine(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    products: NDArray[np.float64] = (one * other).sum(axis=1)
    cosines: NDArray[np.float64] = products / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))
    return cosines


def _parity(cosines: NDArray[np.float64]) -> Parity:
    return Parity(float(cosines.mean()), float(cosines.min()), len(cosines))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's own progress and its warnings on torchvision out of ours."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)

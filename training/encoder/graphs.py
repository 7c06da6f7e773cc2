"""The encoder's files, from torch to the bundle, each step measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.encoder import Encoder, Text
from models.layout import LAYOUT
from training.encoder.base import Base
from training.encoder.export import Parity, check_parity, compare, export_graph, save_tokenizer
from training.encoder.observation import observe
from training.encoder.storage import store_int8

EXACT = "fp32.onnx"
"""Name of the graph that the int8 one is made from."""

PARITY_TEXTS = 256

OBSERVED_TEXTS = 512
"""Whose way through the graph the rounding of its weights spares."""


@dataclass(frozen=True)
class Graphs:
    """An exported encoder.

    Attributes:
        exact: ONNX file in fp32.
        graph: ONNX file with int8 weights.
        tokenizer: `tokenizer.json`.
        encoder: the two, loaded as the service does.
        parity: torch against the fp32 graph.
        storage: the fp32 graph against the int8 weights and the service's arithmetic.
    """

    exact: Path
    graph: Path
    tokenizer: Path
    encoder: Encoder
    parity: Parity
    storage: Parity


def export(base: Base, max_tokens: int, texts: Sequence[Text], work: Path) -> Graphs:
    """Export an encoder, prove that it equals torch, and store its weights as int8.

    Args:
        base: the encoder.
        max_tokens: texts are cut there.
        texts: like those that will be read: some of them are compared on, with the empty one, and tell how to round.
        work: directory for the files.

    Raises:
        TrainingError: the exported graph does not equal torch.
    """
    full, graph, tokenizer = work / EXACT, work / LAYOUT.encoder, work / LAYOUT.tokenizer
    export_graph(base, full)
    save_tokenizer(base, tokenizer)
    reference = Encoder(full, tokenizer, max_tokens=max_tokens, exact=True, whole=True)
    chosen = sample(texts, PARITY_TEXTS)
    batches: list[list[Text]] = [["", chosen[0]], *(chosen[i : i + 32] for i in range(0, len(chosen), 32))]
    parity = check_parity(base, reference, batches)
    store_int8(full, graph, observe(full, reference, sample(texts, OBSERVED_TEXTS)), max_tokens)
    stored = compare(reference, Encoder(graph, tokenizer, max_tokens=max_tokens, whole=True), chosen)
    return Graphs(full, graph, tokenizer, Encoder(graph, tokenizer, max_tokens=max_tokens), parity, stored)


def sample(texts: Sequence[Text], count: int) -> list[Text]:
    """Return up to `count` texts at even distances: of every source, bare titles and records alike.

    >>> sample(["a", "b", "c", "d"], 2)
    ['a', 'c']
    """
    return list(texts[:: max(1, len(texts) // count)][:count])

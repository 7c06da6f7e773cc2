"""What enters the matrix products of a graph while it reads texts: rounding spares the directions that are met."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from models.encoder import Encoder, Text
from models.runtime import Graph
from training.encoder.products import weights_of

Grams = dict[str, NDArray[np.float64]]
"""Weight name → sum of the outer products of the rows that it multiplies, (inputs, inputs)."""


def observe(graph: Path, encoder: Encoder, texts: Sequence[Text]) -> Grams:
    """Return the gram matrix of the inputs of each product of an fp32 graph, padding left out.

    Args:
        graph: ONNX file.
        encoder: reads the texts as the graph wants them.
        texts: like those that will be read.
    """
    inputs = weights_of(onnx.load(graph).graph)
    values = list(dict.fromkeys(inputs.values()))
    sums: dict[str, NDArray[np.float64]] = {}
    batches = ((feed["attention_mask"].reshape(-1) == 1, feed) for _, feed in encoder.feeds(texts))
    for real, arrays in Graph(graph, exact=True, outputs=values).run(batches):
        for name, array in zip(values, arrays, strict=True):
            rows = array.reshape(-1, array.shape[-1])[real]
            sums[name] = sums.get(name, 0.0) + (rows.T @ rows).astype(np.float64)
    return {weight: sums[name] for weight, name in inputs.items()}

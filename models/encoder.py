"""Text → unit vectors: an ONNX graph (pooling and normalisation inside) behind a WordPiece tokenizer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]


class Encoder:
    """Sentence encoder.

    The graph takes `input_ids` and `attention_mask`, int64 (batch, tokens), and gives `embedding`, float32
    (batch, dimension), rows of length 1. Nothing of a batch leaks into its neighbours: padding is masked, and the
    weights, not the activations, are what is quantised.
    """

    def __init__(self, graph: Path, tokenizer: Path, *, max_tokens: int, threads: int | None = None) -> None:
        """Load the two files.

        Args:
            graph: ONNX file.
            tokenizer: Hugging Face `tokenizer.json`.
            max_tokens: texts are cut there.
            threads: cores for one batch; all of them by default.
        """
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=max_tokens)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self.max_tokens = max_tokens
        self.dimension = int(self._session.get_outputs()[0].shape[1])

    def encode(
        self,
        texts: Sequence[str],
        *,
        batch_tokens: int = 4096,
        progress: Callable[[int], Any] | None = None,
    ) -> Vectors:
        """Return one unit vector a text, in order: float32 (len(texts), dimension).

        Texts are sorted by length, so that a batch holds little padding; each distinct text is encoded once.

        Args:
            texts: any strings, the empty one included.
            batch_tokens: upper bound of tokens in a batch, padding included; bounds the memory.
            progress: called with the number of texts done since its last call.
        """
        unique = list(dict.fromkeys(texts))
        vectors = np.empty((len(unique), self.dimension), dtype=np.float32)
        # Tokenizing in slices bounds the memory of the encodings, which outweigh the texts.
        for start in range(0, len(unique), 4096):
            part = self._tokenizer.encode_batch(unique[start : start + 4096])
            for rows in _batches([len(e.ids) for e in part], batch_tokens):
                vectors[[start + r for r in rows]] = self._run([part[r] for r in rows])
                if progress:
                    progress(len(rows))
        if len(unique) == len(texts):
            return vectors
        rank = {text: i for i, text in enumerate(unique)}
        if progress:
            progress(len(texts) - len(unique))
        return vectors[[rank[text] for text in texts]]

    def _run(self, encodings: Sequence[Encoding]) -> Vectors:
        width = max(len(e.ids) for e in encodings)
        ids = np.zeros((len(encodings), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        (embedding,) = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        result: Vectors = embedding
        return result


def _batches(lengths: Sequence[int], batch_tokens: int) -> list[list[int]]:
    """Group ranks by length, longest first, so that rows × longest row stays within `batch_tokens`.

    >>> _batches([3, 9, 4, 1], 10)
    [[1], [2, 0], [3]]
    """
    groups: list[list[int]] = []
    width = 0
    for rank in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not groups or (len(groups[-1]) + 1) * width > batch_tokens:
            groups.append([])
            width = max(1, lengths[rank])
        groups[-1].append(rank)
    return groups

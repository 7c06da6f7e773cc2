"""Text → unit vectors: an ONNX graph (pooling and normalisation inside) behind a WordPiece tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from models.runtime import Feed, Graph

Vectors = NDArray[np.float32]

Text = str | tuple[str, str]
"""A plain text, or a title and a passage of its description."""

BATCH_TOKENS = 512
"""Of a batch, padding included: enough to fill the processor's multipliers, little enough to stay in its cache."""

SLICE = 512
"""Texts tokenized at a time, while the engine works on those before: their encodings outweigh the texts."""

STEP = 8
"""Rows are padded to a multiple of this, so that the engine meets few shapes: it keeps memory for each."""

SPARED = 4
"""Tokens that a text over 32 may lose at its end where that saves it a step of width: the last of what is read, the
least of it, would cost as much as eight."""

CHARACTERS = 8
"""A token is rarely longer: a longer text is cut there at first, tokenized whole only if that was too short."""


class Reading(NamedTuple):
    """What the encoder makes of n texts.

    Attributes:
        embedding: unit vectors, float32 (n, dimension): what search compares.
        features: float32 (n, features): what the head reads.
    """

    embedding: Vectors
    features: Vectors


class Encoder:
    """Sentence encoder.

    The graph takes `input_ids`, `attention_mask` and `token_type_ids` (0 for the title, 1 for the passage), int64
    (batch, tokens). It gives `embedding`, float32 (batch, dimension), rows of length 1, and `features`, float32
    (batch, 2 × dimension): the mean hidden state of the title, then that of the whole text; a graph without them has
    its embedding read in their place. Nothing of a batch leaks into its neighbours: the width to which a text is padded
    depends on its own length alone, padding is masked, and the weights, not the activations, are what is quantised.
    """

    def __init__(
        self,
        graph: Path,
        tokenizer: Path,
        *,
        max_tokens: int,
        threads: int | None = None,
        exact: bool = False,
        whole: bool = False,
    ) -> None:
        """Load the two files.

        Args:
            graph: ONNX file.
            tokenizer: Hugging Face `tokenizer.json`.
            max_tokens: texts are cut there.
            threads: cores to use; all of them by default.
            exact: fp32 arithmetic even where the processor has a faster one.
            whole: every token is read, those that `SPARED` would leave out too.

        Raises:
            ValueError: the graph cannot be used.
        """
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=max_tokens)
        self._graph = Graph(graph, threads=threads, exact=exact)
        self._spared = 0 if whole else SPARED
        self.max_tokens = max_tokens
        names = list(self._graph.widths)
        self._embedding = names.index("embedding")
        self._features = names.index("features") if "features" in names else self._embedding
        self.dimension, self.features = (
            self._graph.widths[names[place]] for place in (self._embedding, self._features)
        )

    def words(self) -> list[str]:
        """Return the words that are one token each: those that it met often."""
        return [token for token in self._tokenizer.get_vocab() if token.isalpha() and len(token) > 2]

    def encode(
        self,
        texts: Sequence[str],
        *,
        batch_tokens: int = BATCH_TOKENS,
        progress: Callable[[int], Any] | None = None,
    ) -> Vectors:
        """Return one unit vector a text, in order: float32 (len(texts), dimension); see `read`."""
        return self.read(texts, batch_tokens=batch_tokens, progress=progress).embedding

    def read(
        self,
        texts: Sequence[Text],
        *,
        batch_tokens: int = BATCH_TOKENS,
        progress: Callable[[int], Any] | None = None,
    ) -> Reading:
        """Return the embedding and the features of each text, in order.

        Texts of a like length share a batch, so that it holds little padding; each distinct text is encoded once.

        Args:
            texts: any strings, the empty one included, or (title, passage) pairs.
            batch_tokens: upper bound of tokens in a batch, padding included; bounds the memory.
            progress: called with the number of texts done since its last call.
        """
        unique = list(dict.fromkeys(texts))
        reading = self.compute(self.feeds(unique, batch_tokens), len(unique), progress)
        if len(unique) == len(texts):
            return reading
        rank = {text: i for i, text in enumerate(unique)}
        if progress:
            progress(len(texts) - len(unique))
        order = [rank[text] for text in texts]
        return Reading(reading.embedding[order], reading.features[order])

    def feeds(self, texts: Sequence[Text], batch_tokens: int = BATCH_TOKENS) -> Iterator[tuple[list[int], Feed]]:
        """Yield the batches: the ranks of their texts, and the graph's inputs."""
        for start in range(0, len(texts), SLICE):
            part = self._encodings(texts[start : start + SLICE])
            kept = [_kept(len(e.ids), self._spared) for e in part]
            for rows in _batches(kept, batch_tokens):
                width = min(_padded(kept[rows[0]]), self.max_tokens)
                yield [start + r for r in rows], _feed([part[r] for r in rows], [kept[r] for r in rows], width)

    def compute(
        self, feeds: Iterable[tuple[list[int], Feed]], count: int, progress: Callable[[int], Any] | None = None
    ) -> Reading:
        """Return what the graph makes of the batches of `feeds`, `count` texts in all."""
        embedding = np.empty((count, self.dimension), dtype=np.float32)
        features = np.empty((count, self.features), dtype=np.float32)
        for rows, outputs in self._graph.run(feeds):
            embedding[rows], features[rows] = outputs[self._embedding], outputs[self._features]
            if progress:
                progress(len(rows))
        return Reading(embedding, features)

    def _encodings(self, texts: Sequence[Text]) -> list[Encoding]:
        short = [self._cut(text) for text in texts]
        found: list[Encoding] = self._tokenizer.encode_batch(short)
        for rank, text in enumerate(texts):
            if short[rank] is not text and len(found[rank].ids) < self.max_tokens:
                found[rank] = self._tokenizer.encode(text)
        return found

    def _cut(self, text: Text) -> Text:
        """Return the head of a long plain text, up to a space: its tokens are the first ones of the text's."""
        most = CHARACTERS * self.max_tokens
        if isinstance(text, tuple) or len(text) <= most:
            return text
        space = text.rfind(" ", 0, most)
        return text[:space] if space > 0 else text


def _feed(encodings: Sequence[Encoding], kept: Sequence[int], width: int) -> Feed:
    """Return the graph's inputs; the last token, which closes a text, stays where those before it are left out."""
    ids = np.zeros((len(encodings), width), dtype=np.int64)
    mask, segments = np.zeros_like(ids), np.zeros_like(ids)
    for row, (encoding, length) in enumerate(zip(encodings, kept, strict=True)):
        found, kinds = encoding.ids, encoding.type_ids
        ids[row, :length] = found[: length - 1] + found[-1:] if length < len(found) else found
        mask[row, :length] = 1
        segments[row, :length] = kinds[: length - 1] + kinds[-1:] if length < len(found) else kinds
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": segments}


def _kept(length: int, spared: int) -> int:
    """Return how many of a text's tokens are read, `spared` of them at most being left out.

    >>> [_kept(length, 4) for length in (31, 33, 44, 45)]
    [31, 32, 40, 45]
    """
    over = length % STEP
    return length - over if length > 4 * STEP and over <= spared else length


def _padded(length: int) -> int:
    """Return the width of a row of this many tokens.

    >>> [_padded(length) for length in (0, 1, 8, 9)]
    [8, 8, 8, 16]
    """
    return max(STEP, -(-length // STEP) * STEP)


def _batches(lengths: Sequence[int], batch_tokens: int) -> list[list[int]]:
    """Group ranks of the same width, widest first, in powers of two, within `batch_tokens` where there are several.

    Powers of two, because each number of rows is a shape of its own to the engine.

    >>> _batches([3, 9, 4, 1, 5], 32)
    [[1], [4, 2, 0, 3]]
    >>> _batches([3, 4, 1], 32)
    [[1, 0], [2]]
    """
    groups: list[list[int]] = []
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    for width, ranks in groupby(order, key=lambda i: _padded(lengths[i])):
        rest = list(ranks)
        while rest:
            size = 1 << (max(1, min(len(rest), batch_tokens // width)).bit_length() - 1)
            groups.append(rest[:size])
            rest = rest[size:]
    return groups

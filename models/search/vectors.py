"""The vectors of a catalogue: half-precision rows mapped from disk, an approximate index over them when they are many.

Positions count the rows of the file, then those stored since. Under a filter that few records pass, and over the latest
ones, every product is computed: an approximate index finds little there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from models.encoder import Vectors
from models.search.columns import Mask, Positions, grown

FLAT_MOST = 50_000
"""Vectors up to which every product is computed: some 3 ms, and nothing to train."""
EXACT_MOST = 5_000
"""Records that pass a filter, up to which the products of those alone are computed."""
PROBES = 72
"""Lists of the inverted file that a query reads; more under a filter, whose records are spread over more of them."""
TRAINED_ON = 60
"""Vectors a list that its centre is learnt from."""
REFINED = 2
"""How many times more neighbours the approximate index gives than are kept once their products are exact."""


class VectorStore:
    """Finds neighbours among stored vectors; cosines, since vectors have length 1."""

    def __init__(self, matrix: NDArray[np.float16], index: Any = None) -> None:
        """Take the stored rows.

        Args:
            matrix: float16 (n, dimension), mapped or not.
            index: FAISS index over the same rows, whose identifiers are their ranks; None to compute every product.
        """
        self._matrix = matrix
        self._index = index if index is not None else _flat(matrix)
        self._exact = index is None
        self._recent = np.zeros((0, matrix.shape[1]), dtype=np.float32)
        self._count = 0

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return int(self._matrix.shape[1])

    @property
    def stored(self) -> int:
        """Rows of the file."""
        return len(self._matrix)

    @property
    def count(self) -> int:
        """All rows, the latest included."""
        return self.stored + self._count

    def extend(self, vectors: Vectors) -> None:
        """Add vectors at the end."""
        self._recent = grown(self._recent, self._count + len(vectors))
        self._recent[self._count : self._count + len(vectors)] = vectors
        self._count += len(vectors)

    def at(self, positions: Positions) -> Vectors:
        """Return vectors, float32 (len(positions), dimension)."""
        result = np.empty((len(positions), self.dimension), dtype=np.float32)
        old = positions < self.stored
        result[old] = self._matrix[positions[old]]
        result[~old] = self._recent[positions[~old] - self.stored]
        return result

    def search(self, vector: Vectors, k: int, mask: Mask | None = None) -> tuple[NDArray[np.float32], Positions]:
        """Return (cosines, positions) of the nearest, the nearest first; among equals, the oldest.

        Args:
            vector: float32 (dimension,).
            k: how many at most.
            mask: (count,), which positions may be found; None for all.
        """
        passing = None if mask is None else int(mask.sum())
        if passing == 0 or k <= 0 or not self.count:
            return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int64)
        if mask is not None and passing is not None and passing <= EXACT_MOST and not self._exact:
            positions = np.flatnonzero(mask)
            return _best(self.at(positions) @ vector, positions, k)
        scores, positions = self._near(vector, k, mask, passing)
        return _best(scores, positions, k)

    def _near(
        self, vector: Vectors, k: int, mask: Mask | None, passing: int | None
    ) -> tuple[NDArray[np.float32], Positions]:
        """Return candidates with their cosines: of the file by its index, of the latest all that pass."""
        recent = np.arange(self.stored, self.count)
        if mask is not None:
            recent = self.stored + np.flatnonzero(mask[self.stored :])
        scores: NDArray[np.float32] = self.at(recent) @ vector
        if not self.stored:
            return scores, recent
        parameters, kept = self._parameters(mask, passing)
        given, found = self._index.search(
            vector[None, :], min(self.stored, k if self._exact else k * REFINED), params=parameters
        )
        del kept
        there = found[0] >= 0
        old: Positions = found[0][there]
        # Products of an approximate index are those of rounded vectors.
        cosines = given[0][there] if self._exact else self.at(old) @ vector
        return np.concatenate([cosines, scores]), np.concatenate([old, recent])

    def _parameters(self, mask: Mask | None, passing: int | None) -> tuple[Any, Any]:
        """Return FAISS parameters, and what must live as long as they do."""
        inverted = isinstance(self._index, faiss.IndexIVF)
        parameters: Any = faiss.SearchParametersIVF() if inverted else faiss.SearchParameters()
        kept: Any = None
        if mask is not None and passing is not None and passing < self.count:
            bits = np.packbits(mask[: self.stored], bitorder="little")
            selector = faiss.IDSelectorBitmap(self.stored, faiss.swig_ptr(bits))
            parameters.sel = selector
            kept = (bits, selector)
        if inverted:
            share = 1.0 if passing is None else max(passing / self.count, 1e-6)
            parameters.nprobe = min(self._index.nlist, round(PROBES / share**0.5))
        return parameters, kept


def build_approximate(matrix: NDArray[np.float16], seed: int = 0) -> Any:
    """Return an inverted file over 8-bit rows (Jégou et al. 2011; FAISS "IVF,SQ8"); None for few vectors.

    Args:
        matrix: float16 (n, dimension).
        seed: of the sample that its centres are learnt from.
    """
    count, dimension = matrix.shape
    if count <= FLAT_MOST:
        return None
    lists = int(4 * np.sqrt(count))
    quantizer = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    sample = np.random.default_rng(seed).choice(count, min(count, TRAINED_ON * lists), replace=False)
    sample.sort()
    index.cp.seed = seed
    index.train(matrix[sample].astype(np.float32))
    for start in range(0, count, 65_536):
        index.add(matrix[start : start + 65_536].astype(np.float32))
    return index


def read_approximate(path: Path) -> Any:
    """Return a FAISS index mapped from its file. Raises RuntimeError when it is none."""
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP)


def _flat(matrix: NDArray[np.float16]) -> Any:
    index = faiss.IndexFlatIP(matrix.shape[1])
    if len(matrix):
        index.add(np.asarray(matrix, dtype=np.float32))
    return index


def _best(scores: NDArray[np.float32], positions: Positions, k: int) -> tuple[NDArray[np.float32], Positions]:
    if len(scores) > 4 * k:
        near = np.argpartition(-scores, k - 1)
        # All that equal the last one kept, so that which of them stay does not hang on the partition.
        picked = np.flatnonzero(scores >= scores[near[k - 1]])
        scores, positions = scores[picked], positions[picked]
    order = np.lexsort((positions, -scores))[:k]
    return scores[order], positions[order]

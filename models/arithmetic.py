"""Products whose rows do not depend on each other, the largest of a row, and rows in a quarter of their size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = 16
"""Rows multiplied at a time. BLAS cuts a product into tiles and sums those at its edges in another order, so that a
row's last digits would tell how many rows came with it, and which place it had among them. Sixteen rows, as many of
them as the kernels take at once, are one tile: measured on OpenBLAS's kernels of five generations of x86."""


def product(rows: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the dot product of each row (n, dimension) with each column (m, dimension): float32 (n, m).

    Each row's is the same bit for bit, whatever the others.

    >>> product(np.eye(2, dtype=np.float32), np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32)).tolist()
    [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    """
    result = np.empty((len(rows), len(columns)), dtype=np.float32)
    for start in range(0, len(rows), ROWS):
        block = rows[start : start + ROWS]
        if len(block) < ROWS:
            block = np.zeros((ROWS, rows.shape[1]), dtype=np.float32)
            block[: len(rows) - start] = rows[start:]
        # In this order the rows are the dimension that the kernels' tiles are long in.
        result[start : start + ROWS] = (columns @ block.T).T[: len(rows) - start]
    return result


def largest(values: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the ranks of each row's `count` largest values, the largest first, the leftmost first among equals.

    `values` is overwritten. For a few ranks this is far faster than sorting the rows.

    >>> largest(np.array([[0.0, 3.0, 3.0, 1.0]], dtype=np.float32), 3).tolist()
    [[1, 2, 3]]
    """
    count = min(count, values.shape[1])
    ranks = np.empty((len(values), count), dtype=np.intp)
    every: NDArray[Any] = np.arange(len(values))
    for place in range(count):
        ranks[:, place] = values.argmax(axis=1)
        values[every, ranks[:, place]] = -np.inf
    return ranks


def narrowed(rows: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Return rows as int8 "vectors" and one of the "scales" a row: a quarter of their size, at cosine .9999.

    >>> narrow = narrowed(np.array([[0.6, -0.8]], dtype=np.float32))
    >>> narrow["vectors"].tolist(), widened(narrow).astype(float).round(2).tolist()
    ([[95, -127]], [[0.6, -0.8]])
    """
    scales = np.maximum(np.abs(rows).max(axis=1, initial=0.0), 1e-9) / 127
    return {"vectors": np.rint(rows / scales[:, None]).astype(np.int8), "scales": scales.astype(np.float32)}


def widened(narrow: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Return the rows, float32, that `narrowed` made small."""
    rows: NDArray[np.float32] = narrow["vectors"].astype(np.float32) * narrow["scales"][:, None]
    return rows

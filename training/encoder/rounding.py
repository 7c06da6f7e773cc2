"""A matrix as int8: groups of a channel share a scale, and what one number loses in rounding the next ones make up.

Frantar et al. 2022, GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers. Rounding each
number to the nearest is the best for the matrix, not for its products: inputs are correlated, so that the error of a
row can be cancelled by the rows rounded after it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

GROUP = 64
"""Inputs of a channel that share a scale."""

_LEVELS = 127
_DAMPING = 0.01
"""Share of the mean diagonal added to the gram matrix, so that directions never met are not counted on."""

_BLOCK = 128
"""Rows whose error is passed on at once; a multiple of GROUP, for a group's scale is set when all before it is done."""


class Rounded(NamedTuple):
    """A matrix as whole numbers and scales.

    Attributes:
        values: int8 (inputs, channels).
        scales: float32 (groups, channels); a group is of inputs / groups rows.
    """

    values: NDArray[np.int8]
    scales: NDArray[np.float32]

    @property
    def widened(self) -> NDArray[np.float32]:
        """Return the matrix that they stand for, float32 (inputs, channels)."""
        size = len(self.values) // len(self.scales)
        widened: NDArray[np.float32] = self.values.astype(np.float32) * np.repeat(self.scales, size, axis=0)
        return widened


def round_matrix(matrix: NDArray[np.float32], gram: NDArray[np.float64] | None = None) -> Rounded:
    """Round a matrix that multiplies rows from the right.

    Args:
        matrix: (inputs, channels).
        gram: (inputs, inputs), sum of the outer products of the inputs met; None rounds each number to the nearest.

    >>> values, scales = round_matrix(np.array([[1.0, -2.0], [0.5, 0.25]], dtype=np.float32))
    >>> values.tolist(), (scales * 127).tolist()
    ([[127, -127], [64, 16]], [[1.0, 2.0]])

    Two inputs that are always equal: what the first row loses, the second makes up.

    >>> matrix = np.array([[1.0, 0.0], [0.0041, 0.0], [0.0041, 0.0]], dtype=np.float32)
    >>> equal = np.array([[1.0, 0, 0], [0, 1, 1], [0, 1, 1]])
    >>> [round_matrix(matrix, gram).values[:, 0].tolist() for gram in (None, equal)]
    [[127, 1, 1], [127, 1, 0]]
    """
    size = GROUP if len(matrix) % GROUP == 0 else len(matrix)
    work = matrix.astype(np.float64)
    follow = None if gram is None else _followers(gram)
    values = np.empty(matrix.shape, dtype=np.int8)
    scales = np.empty((len(matrix) // size, matrix.shape[1]), dtype=np.float32)
    for start in range(0, len(matrix), _BLOCK):
        end = min(start + _BLOCK, len(matrix))
        lost = np.empty((end - start, matrix.shape[1]))
        for row in range(start, end):
            if row % size == 0:
                scales[row // size] = _scale(work[row : row + size])
            scale = scales[row // size].astype(np.float64)
            values[row] = np.clip(np.rint(work[row] / scale), -_LEVELS, _LEVELS)
            if follow is not None:
                lost[row - start] = (work[row] - values[row] * scale) / follow[row, row]
                work[row + 1 : end] -= np.outer(follow[row, row + 1 : end], lost[row - start])
        if follow is not None:
            work[end:] -= follow[start:end, end:].T @ lost
    return Rounded(values, scales)


class RoundedTable(NamedTuple):
    """A lookup's rows as whole numbers, a scale a row and a scale a column.

    Attributes:
        values: int8 (rows, columns).
        scales: float32 (rows, 1).
        columns: float32 (columns,).
    """

    values: NDArray[np.int8]
    scales: NDArray[np.float32]
    columns: NDArray[np.float32]


def round_table(table: NDArray[np.float32]) -> RoundedTable:
    """Round a lookup's rows.

    Columns are first brought to the same spread: an encoder's word vectors may have one that is ten times the others,
    which would leave these few of the 255 levels.

    >>> values, scales, columns = round_table(np.array([[100.0, 1.0], [-100.0, 0.5]], dtype=np.float32))
    >>> values.tolist()
    [[100, 127], [-127, 80]]
    >>> (values * scales * columns).astype(float).round(1).tolist()
    [[99.6, 1.0], [-100.0, 0.5]]
    """
    spread = np.sqrt((table.astype(np.float64) ** 2).mean(axis=0))
    columns = np.where(spread == 0, 1.0, spread).astype(np.float32)
    even = table / columns
    scales = _scale(even.T)[:, None].astype(np.float32)
    return RoundedTable(np.rint(even / scales).astype(np.int8), scales, columns)


def _scale(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    largest = np.abs(rows).max(axis=0)
    scale: NDArray[np.floating] = np.where(largest == 0, 1.0, largest) / _LEVELS
    return scale


def _followers(gram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the upper triangle that tells how the error of a row is passed on to those after it."""
    damped = gram.copy()
    diagonal = np.diag(damped)
    # An input that is always 0 says nothing of its row, and would leave no inverse.
    damped[np.diag_indices_from(damped)] += np.where(diagonal == 0, 1.0, 0.0) + _DAMPING * max(diagonal.mean(), 1e-12)
    upper: NDArray[np.float64] = np.linalg.cholesky(np.linalg.inv(damped)).T
    return upper

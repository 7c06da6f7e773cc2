from __future__ import annotations

import numpy as np
import pytest

from training.encoder.rounding import GROUP, round_matrix, round_table


def _correlated(inputs: int) -> np.ndarray:
    """Return rows that lie near a few directions, as the inputs of a product do."""
    random = np.random.default_rng(1)
    rows = random.standard_normal((2000, inputs // 8)) @ random.standard_normal((inputs // 8, inputs))
    return rows + 0.1 * random.standard_normal(rows.shape)


@pytest.mark.parametrize("inputs", [48, GROUP, 5 * GROUP])
def test_products_lose_less_when_their_inputs_are_known(inputs: int) -> None:
    matrix = np.random.default_rng(0).standard_normal((inputs, 40)).astype(np.float32)
    rows = _correlated(inputs)
    nearest, followed = round_matrix(matrix), round_matrix(matrix, rows.T @ rows)
    lost = [np.abs(rows @ rounded.widened - rows @ matrix).mean() for rounded in (nearest, followed)]
    assert lost[1] < 0.7 * lost[0]
    assert lost[0] < 0.02 * np.abs(rows @ matrix).mean()
    groups = inputs // GROUP if inputs % GROUP == 0 else 1
    assert nearest.scales.shape == followed.scales.shape == (groups, 40)


def test_the_same_inputs_round_the_same() -> None:
    matrix = np.random.default_rng(0).standard_normal((GROUP, 8)).astype(np.float32)
    gram = _correlated(GROUP).T @ _correlated(GROUP)
    np.testing.assert_array_equal(round_matrix(matrix, gram).values, round_matrix(matrix, gram).values)


def test_inputs_that_are_always_zero_or_never_seen() -> None:
    matrix = np.random.default_rng(0).standard_normal((GROUP, 8)).astype(np.float32)
    matrix[:, 3] = 0
    gram = np.zeros((GROUP, GROUP))
    gram[0, 0] = 5.0
    for known in (gram, np.zeros_like(gram)):
        widened = round_matrix(matrix, known).widened
        assert np.abs(widened - matrix).max() < 0.02
        assert not widened[:, 3].any()


def test_a_column_of_large_numbers_leaves_the_others_their_digits() -> None:
    table = np.random.default_rng(0).standard_normal((500, 64)).astype(np.float32)
    table[:, 7] *= 20
    table[3], table[:, 9] = 0, 0
    rounded = round_table(table)
    error = rounded.values * rounded.scales * rounded.columns - table
    assert np.abs(np.delete(error, 7, axis=1)).max() < 0.03
    assert not error[3].any()
    assert not error[:, 9].any()

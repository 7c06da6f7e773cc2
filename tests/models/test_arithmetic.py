import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.arithmetic import largest, product


@given(st.integers(1, 40), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_a_row_is_the_same_alone_and_among_others(count: int, more: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.standard_normal((count + more, 48)).astype(np.float32)
    columns = random.standard_normal((107, 48)).astype(np.float32)
    together = product(rows, columns)
    np.testing.assert_allclose(together, rows @ columns.T, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(product(rows[:count], columns), together[:count])
    for rank in range(0, len(rows), 7):
        np.testing.assert_array_equal(product(rows[rank : rank + 1], columns)[0], together[rank])


def test_no_row_gives_no_product() -> None:
    assert product(np.empty((0, 3), dtype=np.float32), np.eye(3, dtype=np.float32)).shape == (0, 3)


@given(arrays(np.float32, (3, 9), elements=st.integers(-3, 3).map(float)), st.integers(0, 12))
def test_the_largest_are_the_first_of_a_stable_sort(values: np.ndarray, count: int) -> None:
    wanted = np.argsort(-values, axis=1, kind="stable")[:, :count]
    np.testing.assert_array_equal(largest(values.copy(), count), wanted)

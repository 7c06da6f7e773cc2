"""Criteria in memory: masks and counts say what a plain loop over the records says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.search.columns import Column, Columns
from models.search.criteria import CRITERIA, NUMBERS, Criteria, Values

values = st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3).map(tuple)


def criteria(**given: Values) -> Criteria:
    return Criteria(tuple(given.get(name, ()) for name in CRITERIA), (float("nan"),) * len(NUMBERS))


@given(st.lists(values, max_size=40), st.sets(st.sampled_from(["a", "b", "c", "d"])), st.integers(0, 40))
def test_masks_and_counts_are_those_of_a_loop(held: list[Values], wanted: set[str], cut: int) -> None:
    column = Column()
    column.extend(0, held[:cut])
    column.extend(len(held[:cut]), held[cut:])
    assert column.mask(wanted, len(held)).tolist() == [not wanted.isdisjoint(value) for value in held]
    counts = column.counts(np.arange(len(held)))
    assert counts == {v: n for v in ("a", "b", "c") if (n := sum(v in value for value in held))}


def test_rows_are_found_by_position_and_the_dead_are_no_more() -> None:
    columns = Columns()
    columns.extend([3, 5, 9], [3, 5, 9], [criteria(type=("offre",))] * 3)
    columns.kill([5, 77])
    assert columns.alive().tolist() == [True, False, True]
    assert columns.positions(np.array([9, 4, 3, 100])).tolist() == [2, 0]
    columns.extend([10], [3], [criteria(type=("formation",))])
    assert columns.rows(np.array([3, 0])).tolist() == [10, 3]
    assert columns.column("type").mask({"formation"}, columns.count).tolist() == [False, False, False, True]


def test_one_of_each_group_of_duplicates_is_shown() -> None:
    columns = Columns()
    columns.extend([1, 2, 3, 4, 5], [1, 1, 3, 1, 3], [criteria()] * 5)
    everything = np.ones(5, dtype=bool)
    assert columns.shown(everything).tolist() == [True, False, True, False, False]
    # The first of a group does not pass the filters: the first that does stands for it.
    assert columns.shown(np.array([False, True, True, True, True])).tolist() == [False, True, True, False, False]
    columns.kill([1])
    assert columns.shown(columns.alive().copy()).tolist() == [False, True, True, False, False]
    assert columns.alive().tolist() == [False, True, True, True, True]

"""The criteria of every record in memory: filters and facet counts are sums over small integers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.search.criteria import CRITERIA, NUMBERS, Criteria, Values

Mask = NDArray[np.bool_]
Positions = NDArray[np.int64]

_FIRST = 1_024


def grown(array: NDArray[Any], needed: int) -> NDArray[Any]:
    """Return the array, or a copy at least twice as long where it is too short: appending stays cheap."""
    if needed <= len(array):
        return array
    longer = np.zeros((max(needed, 2 * len(array), _FIRST), *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer


class Column:
    """One criterion: a record's code is the rank of the tuple of its values among those met.

    >>> column = Column()
    >>> column.extend(0, [("CDI",), ("CDD", "apprentissage"), ()])
    >>> column.mask({"apprentissage", "CDI"}, 3).tolist(), column.counts(np.arange(3))
    ([True, True, False], {'CDD': 1, 'CDI': 1, 'apprentissage': 1})
    """

    def __init__(self) -> None:
        self._codes = np.zeros(0, dtype=np.int32)
        self._values: list[Values] = []
        self._ranks: dict[Values, int] = {}
        self._holding: dict[str, list[int]] = {}

    def extend(self, start: int, values: Sequence[Values]) -> None:
        """Set the values of the records from position `start` on."""
        self._codes = grown(self._codes, start + len(values))
        ranks = self._ranks
        for position, value in enumerate(values, start):
            rank = ranks.get(value)
            self._codes[position] = self._new(value) if rank is None else rank

    def _new(self, values: Values) -> int:
        rank = self._ranks[values] = len(self._values)
        self._values.append(values)
        for value in values:
            self._holding.setdefault(value, []).append(rank)
        return rank

    def mask(self, wanted: Collection[str], count: int) -> Mask:
        """Return which of the first `count` records hold one of the wanted values."""
        ranks = [rank for value in wanted for rank in self._holding.get(value, ())]
        if len(ranks) == 1:
            single: Mask = self._codes[:count] == ranks[0]
            return single
        holding = np.zeros(len(self._values) + 1, dtype=bool)
        holding[ranks] = True
        return holding[self._codes[:count]]

    def counts(self, positions: Positions) -> dict[str, int]:
        """Return value → how many of the records at these positions hold it, the most frequent first."""
        found: dict[str, int] = {}
        totals = np.bincount(self._codes[positions], minlength=1)
        for rank in np.flatnonzero(totals).tolist():
            for value in self._values[rank]:
                found[value] = found.get(value, 0) + int(totals[rank])
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def at(self, position: int) -> Values:
        """Return one record's values."""
        return self._values[int(self._codes[position])]

    def codes(self, positions: Positions) -> tuple[NDArray[np.int32], list[Values]]:
        """Return the codes of records, and the values that they stand for."""
        return self._codes[positions], self._values


class Columns:
    """Every record's criteria, by position: the rank of its row among all those ever stored.

    Records are only ever added at the end, and marked dead: what was read at some count of records stays true of them
    while others come.

    Attributes:
        count: positions in use.
    """

    def __init__(self) -> None:
        self.count = 0
        self._columns = {name: Column() for name in CRITERIA}
        self._numbers = {name: np.zeros(0, dtype=np.float32) for name in NUMBERS}
        self._rows = np.zeros(0, dtype=np.int64)
        self._groups = np.zeros(0, dtype=np.int64)
        self._alive = np.zeros(0, dtype=bool)

    def extend(self, rows: Sequence[int], groups: Sequence[int], criteria: Sequence[Criteria]) -> None:
        """Add records, whose rows come after all those known.

        Args:
            rows: of the records, ascending.
            groups: of each, the row of the first record that it is a duplicate of; its own where there is none.
            criteria: of each.
        """
        start, end = self.count, self.count + len(rows)
        for rank, name in enumerate(CRITERIA):
            self._columns[name].extend(start, [found.values[rank] for found in criteria])
        for rank, name in enumerate(NUMBERS):
            numbers = grown(self._numbers[name], end)
            numbers[start:end] = [found.numbers[rank] for found in criteria]
            self._numbers[name] = numbers
        self._rows, self._groups = grown(self._rows, end), grown(self._groups, end)
        self._rows[start:end], self._groups[start:end] = rows, groups
        self._alive = grown(self._alive, end)
        self._alive[start:end] = True
        self.count = end

    def kill(self, rows: Iterable[int]) -> None:
        """Mark records as gone; unknown rows are nothing to do."""
        for position in self.positions(np.fromiter(rows, dtype=np.int64)):
            self._alive[position] = False

    def positions(self, rows: NDArray[np.int64]) -> Positions:
        """Return the positions of those of the rows that are known, in their order."""
        known = self._rows[: self.count]
        found = np.searchsorted(known, rows)
        inside = found < self.count
        inside[inside] = known[found[inside]] == rows[inside]
        result: Positions = found[inside].astype(np.int64)
        return result

    def rows(self, positions: Positions) -> NDArray[np.int64]:
        """Return the rows at positions."""
        return self._rows[positions]

    def groups(self, positions: Positions) -> NDArray[np.int64]:
        """Return the groups of duplicates at positions."""
        return self._groups[positions]

    def alive(self) -> Mask:
        """Return which positions hold a record, by now."""
        return self._alive[: self.count]

    def column(self, name: str) -> Column:
        """Return one of `CRITERIA`."""
        return self._columns[name]

    def numbers(self, name: str) -> NDArray[np.float32]:
        """Return one of `NUMBERS`, float32 (count,)."""
        return self._numbers[name][: self.count]

    def shown(self, mask: Mask) -> Mask:
        """Return the mask with one record of each group of duplicates: its first, or the first that passes."""
        # Others may be storing records: what is looked at is what the mask knows.
        count = len(mask)
        groups, rows = self._groups[:count], self._rows[:count]
        others = np.flatnonzero(mask & (groups != rows))
        if not len(others):
            return mask
        first, where = np.unique(groups[others], return_index=True)
        heads = np.searchsorted(rows, first)
        inside = np.minimum(heads, count - 1)
        headed = mask[inside] & (rows[inside] == first)
        result = mask.copy()
        result[others] = False
        result[others[where[~headed]]] = True
        return result

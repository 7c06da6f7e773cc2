"""Counts kept by ROME, transferred to the cartographie: no unit is lost, none is counted twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cartography.crosswalk import HORS, Crosswalk
from cartography.rome import Version
from cartography.tree import Cartographie

UNKNOWN = "inconnu"
"""Key of the units whose code or appellation ROME does not have: kept apart, never dropped."""

Niveau = Literal["poste", "metier", "famille"]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Units of one coding in one cell.

    Attributes:
        coding: ROME code, OGR number or appellation label.
        units: how many, 0 or more.
        dimensions: the cell: any values, e.g. (month, département).
    """

    coding: str
    units: int
    dimensions: Key = ()


def apportion(units: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Divide whole units among keys in proportion to their shares, by largest remainders (Hamilton's method).

    Ties go to the earlier key, so that the same counts always give the same result.

    Args:
        units: 0 or more.
        shares: key → share, summing to 1.

    >>> apportion(7, {"a": 0.5, "b": 0.3, "c": 0.2})
    {'a': 4, 'b': 2, 'c': 1}
    """
    exact = {key: units * share for key, share in shares.items()}
    # The rounding guards against 2.9999999: a share of exactly 3 units is no remainder.
    whole = {key: int(round(value, 9)) for key, value in exact.items()}
    left = units - sum(whole.values())
    by_remainder = sorted(exact, key=lambda key: whole[key] - exact[key])
    for key in by_remainder[:left]:
        whole[key] += 1
    return whole


def transfer(
    counts: Iterable[Count],
    crosswalk: Crosswalk,
    cartographie: Cartographie,
    niveau: Niveau,
    version: Version = "4.0",
) -> dict[Key, int]:
    """Transfer counts by ROME to a level of the cartographie.

    Counts of one coding in one cell are added up before they are divided, so that the order and the grouping of the
    rows do not matter; each cell keeps its total.

    Args:
        counts: units by code or appellation.
        crosswalk: shares of each.
        cartographie: gives each poste its métier and famille.
        niveau: level of the result. A métier's count is the sum of its postes', a famille's of its métiers'.
        version: whose extent the codes have.

    Returns:
        (node id, `HORS` or `UNKNOWN`, *dimensions) → units. The sum over nodes equals the units given, in every cell.
    """
    cells: dict[tuple[str, Key], int] = {}
    for count in counts:
        cell = (count.coding, count.dimensions)
        cells[cell] = cells.get(cell, 0) + count.units
    result: dict[Key, int] = {}
    for (coding, dimensions), units in sorted(cells.items()):
        shares = crosswalk.of_code(coding, version) or crosswalk.of_appellation(coding) or {UNKNOWN: 1.0}
        for poste, part in apportion(units, shares).items():
            if part:
                key = (_node(poste, cartographie, niveau), *dimensions)
                result[key] = result.get(key, 0) + part
    return result


def _node(poste: str, cartographie: Cartographie, niveau: Niveau) -> str:
    if poste in (HORS, UNKNOWN):
        return poste
    famille, metier, node = cartographie.path(poste)
    return {"famille": famille.id, "metier": metier.id, "poste": node.id}[niveau]

"""The places whose name or postal code starts as a person has typed so far."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from heapq import nsmallest
from operator import itemgetter

from cartography.place import Place
from cartography.place_names import place_key, without_article

_REGION, _DEPARTEMENT = 1_000_000, 60_000
"""What a région and a département weigh among communes, in inhabitants."""
_LAST = "\uffff"


class Suggestions:
    """Places sorted by each of their names, and postal codes in order.

    >>> paris = Place("Paris", "75056", "75", "11", 48.85, 2.35)
    >>> known = Suggestions([("paris", 2_100_000, paris)], [], [Place("Pas-de-Calais", None, "62", "32")], {})
    >>> [place.nom for place in known.starting_with("pa", 8)]
    ['Paris', 'Pas-de-Calais']

    Args:
        keyed: key, inhabitants and place of each commune and named place.
        regions: the régions.
        departements: the départements.
        postal: postal code → its communes.
    """

    def __init__(
        self,
        keyed: Iterable[tuple[str, int, Place]],
        regions: Iterable[Place],
        departements: Iterable[Place],
        postal: Mapping[str, list[Place]],
    ) -> None:
        entries = list(keyed)
        # Paris is a département too, Martinique a région of one: the same name twice would say nothing.
        taken = {key for key, habitants, _ in entries if habitants >= _DEPARTEMENT}
        for places, weight in ((departements, _DEPARTEMENT), (regions, _REGION)):
            areas = [(place_key(place.nom), weight, place) for place in places]
            entries += [area for area in areas if area[0] not in taken]
            taken |= {key for key, _, _ in areas}
        entries.sort(key=itemgetter(1), reverse=True)
        self._ranked = [place for _, _, place in entries]
        pairs = [(key, rank) for rank, (key, _, _) in enumerate(entries)]
        pairs += [(bare, rank) for key, rank in pairs if (bare := without_article(key)) != key]
        pairs.sort(key=itemgetter(0))
        self._keys, self._ranks = [key for key, _ in pairs], [rank for _, rank in pairs]
        self._postal, self._codes = postal, sorted(postal)

    def starting_with(self, prefix: str, k: int) -> list[Place]:
        """Return the k weightiest places one of whose names starts with a key."""
        low, high = bisect_left(self._keys, prefix), bisect_left(self._keys, prefix + _LAST)
        # A place may be there under two names.
        ranks = dict.fromkeys(nsmallest(2 * k, self._ranks[low:high]))
        return [self._ranked[rank] for rank in ranks][:k]

    def coded(self, digits: str, k: int) -> list[Place]:
        """Return k communes whose postal code starts with some digits, in order of code."""
        low, high = bisect_left(self._codes, digits), bisect_left(self._codes, digits + _LAST)
        codes = self._codes[low : min(high, low + k)]
        return list(dict.fromkeys(place for code in codes for place in self._postal[code]))[:k]

"""ROME → GEN: which postes an appellation or a code feeds, with weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

from cartography.rome import Rome, Version, load_rome

HORS = "hors"
"""Key of the share that lies outside the cartographie."""

LEAST_SHARE = 0.03
"""Share of a code under which it is not told of a poste."""

DATA_FILE = "rome-gen.tsv"


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an appellation goes.

    Attributes:
        shares: poste id (or `HORS`) → weight, summing to 1.
        how: "lecture", decided by reading the title; "code", out of scope with its whole code.
    """

    shares: dict[str, float]
    how: Literal["lecture", "code"]


@dataclass(frozen=True)
class Crosswalk:
    """Weights by appellation; those of a code are the mean over its appellations.

    Attributes:
        rome: the nomenclature.
        by_ogr: OGR number → poste id → weight, weights summing to 1. An appellation that is not listed is hors.
    """

    rome: Rome
    by_ogr: Mapping[str, Mapping[str, float]]

    def decision(self, ogr: str) -> Decision:
        """Return what was decided of an appellation, by its OGR number. Raises KeyError when ROME has no such one."""
        read = self.by_ogr.get(self.rome.appellations[ogr].ogr)
        return Decision(dict(read), "lecture") if read else Decision({HORS: 1.0}, "code")

    def of_appellation(self, ogr_or_label: str) -> dict[str, float]:
        """Return poste id (or `HORS`) → weight of an appellation; empty when it is unknown."""
        appellation = self.rome.appellation(ogr_or_label)
        return {} if appellation is None else self.decision(appellation.ogr).shares

    def of_code(self, code: str, version: Version = "4.0") -> dict[str, float]:
        """Return poste id (or `HORS`) → share of a ROME code, the largest first; empty when it is unknown.

        The shares sum to 1: each appellation of the code counts once.

        Args:
            code: a ROME code.
            version: whose extent of the code is meant (see `Rome.of_code`).
        """
        return _mean([self.decision(appellation.ogr).shares for appellation in self.rome.of_code(code, version)])

    @cached_property
    def by_poste(self) -> Mapping[str, tuple[tuple[str, float], ...]]:
        """Poste id → (ROME 4.0 code, share of it that goes there), the largest share first; small shares left out.

        >>> load_crosswalk().by_poste["developpeur-front-end"][0]
        ('M1850', 0.2)
        """
        found: dict[str, list[tuple[str, float]]] = {}
        for code in self.rome.codes:
            for poste, share in self.of_code(code).items():
                if poste != HORS and share >= LEAST_SHARE:
                    found.setdefault(poste, []).append((code, round(share, 3)))
        return {poste: tuple(sorted(codes, key=lambda one: (-one[1], one[0]))) for poste, codes in found.items()}

    def shares(self, codes: Sequence[str], appellation: str | None, version: Version = "4.0") -> dict[str, float]:
        """Return the shares that a fiche's coding gives: its appellation's if known, else the mean of its codes'.

        Empty when neither is known.
        """
        if appellation and (shares := self.of_appellation(appellation)):
            return shares
        return _mean([shares for code in codes if (shares := self.of_code(code, version))])


def _mean(distributions: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of distributions, the largest share first.

    >>> _mean([{"a": 1.0}, {"a": 0.5, "b": 0.5}])
    {'a': 0.75, 'b': 0.25}
    """
    total: dict[str, float] = {}
    for distribution in distributions:
        for key, weight in distribution.items():
            total[key] = total.get(key, 0.0) + weight / len(distributions)
    return dict(sorted(total.items(), key=lambda item: -item[1]))


@cache
def load_crosswalk() -> Crosswalk:
    """Return the crosswalk that ships with the package."""
    by_ogr: dict[str, dict[str, float]] = {}
    _, *lines = (files("cartography") / "data" / DATA_FILE).read_text(encoding="utf-8").splitlines()
    for line in lines:
        ogr, _, postes, poids = line.split("\t")
        by_ogr[ogr] = dict(zip(postes.split("|"), map(float, poids.split("|")), strict=True))
    return Crosswalk(load_rome(), by_ogr)

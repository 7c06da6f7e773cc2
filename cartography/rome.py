"""ROME 4.0 and 3: codes, labels, parents, appellations by OGR number, and the way from 3 to 4.0."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, NamedTuple

from cartography.text import fold, genders

_CODE = re.compile(r"[A-Z]\d{4}\Z")


class _DataFiles(NamedTuple):
    codes4: str = "rome-4.0-codes.tsv"
    appellations4: str = "rome-4.0-appellations.tsv"
    codes3: str = "rome-3-codes.tsv"
    appellations3: str = "rome-3-appellations.tsv"


DATA_FILES = _DataFiles()

Version = Literal["4.0", "3"]
Statut = Literal["4.0", "3", "inconnu", "mal_forme"]


@dataclass(frozen=True, slots=True)
class RomeCode:
    """What is known of a code.

    Attributes:
        code: as asked, upper case.
        statut: the newest version that has it; "inconnu" when none does, "mal_forme" when it is no ROME code.
        libelle: its label; empty when unknown.
        parent: the 532-level code of a 4.0 code; None otherwise.
        successeurs: for a code that only ROME 3 has, the 4.0 codes of its appellations, the most frequent first.
    """

    code: str
    statut: Statut
    libelle: str = ""
    parent: str | None = None
    successeurs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appellation:
    """A ROME job title.

    Attributes:
        ogr: its number, the same in ROME 3 and 4.0.
        libelle: its label, both genders.
        code: its ROME 4.0 code; None for one that only ROME 3 has.
        code_v3: its ROME 3 code; None for one that only 4.0 has.
    """

    ogr: str
    libelle: str
    code: str | None
    code_v3: str | None


@dataclass(frozen=True)
class Rome:
    """The two versions side by side. Build with `load_rome`."""

    version: str
    codes: Mapping[str, tuple[str, str]]
    codes_v3: Mapping[str, str]
    appellations: Mapping[str, Appellation]

    def code(self, code: str) -> RomeCode:
        """Return what is known of a code; never raises: an unknown or old code is reported by its `statut`.

        >>> load_rome().code("m1855").statut, load_rome().code("Z9999").statut, load_rome().code("23221").statut
        ('4.0', 'inconnu', 'mal_forme')
        """
        code = code.strip().upper()
        if code in self.codes:
            libelle, parent = self.codes[code]
            return RomeCode(code, "4.0", libelle, parent)
        if code in self.codes_v3:
            return RomeCode(code, "3", self.codes_v3[code], successeurs=tuple(self.transition(code)))
        return RomeCode(code, "inconnu" if _CODE.match(code) else "mal_forme")

    def label(self, code: str, version: Version = "4.0") -> str:
        """Return a code's label in a version, or in the one that has it; empty when neither has.

        >>> load_rome().label("M1805"), load_rome().label("M1805", "3")
        ('Développeur / Développeuse informatique', 'Études et développement informatique')
        """
        code = code.upper()
        ours, theirs = self.codes.get(code, ("",))[0], self.codes_v3.get(code, "")
        return (theirs or ours) if version == "3" else (ours or theirs)

    def appellation(self, ogr_or_label: str) -> Appellation | None:
        """Return the appellation with this OGR number, or with this label in any spelling; None if there is none.

        >>> load_rome().appellation("Développeur / Développeuse web").code
        'M1855'
        """
        text = ogr_or_label.strip()
        if text.isdigit():
            return self.appellations.get(text)
        return self._by_label.get(fold(text))

    def transition(self, code_v3: str) -> dict[str, float]:
        """Return the ROME 4.0 codes that a ROME 3 code became, as shares of its common appellations.

        Args:
            code_v3: a ROME 3 code.

        Returns:
            Code → share, the largest first; the shares sum to 1. Empty for an unknown code.
        """
        return dict(self._transitions.get(code_v3.upper(), {}))

    def of_code(self, code: str, version: Version = "4.0") -> tuple[Appellation, ...]:
        """Return the appellations of a code.

        Args:
            code: a ROME code; the same code may stand in both versions with another extent: M1805 is all of software
                development in ROME 3, one métier among twenty-five in 4.0.
            version: whose extent is meant. A code that only 4.0 has is read as 4.0.
        """
        code = code.upper()
        if version == "3" and code in self.codes_v3:
            return self._by_code_v3.get(code, ())
        return self._by_code.get(code, ())

    @cached_property
    def _by_label(self) -> dict[str, Appellation]:
        table: dict[str, Appellation] = {}
        for appellation in self.appellations.values():
            whole = appellation.libelle
            for spelling in (whole, *genders(whole)):
                # A title that is a whole label wins over one gender of another's.
                if spelling == whole or fold(spelling) not in table:
                    table[fold(spelling)] = appellation
        return table

    @cached_property
    def _by_code(self) -> dict[str, tuple[Appellation, ...]]:
        return _grouped((a.code, a) for a in self.appellations.values())

    @cached_property
    def _by_code_v3(self) -> dict[str, tuple[Appellation, ...]]:
        return _grouped((a.code_v3, a) for a in self.appellations.values())

    @cached_property
    def _transitions(self) -> dict[str, dict[str, float]]:
        counts: dict[str, Counter[str]] = {}
        for appellation in self.appellations.values():
            if appellation.code and appellation.code_v3:
                counts.setdefault(appellation.code_v3, Counter())[appellation.code] += 1
        return {old: {new: n / counter.total() for new, n in counter.most_common()} for old, counter in counts.items()}


def _grouped(pairs: Iterable[tuple[str | None, Appellation]]) -> dict[str, tuple[Appellation, ...]]:
    table: dict[str, list[Appellation]] = {}
    for code, appellation in pairs:
        if code:
            table.setdefault(code, []).append(appellation)
    return {code: tuple(items) for code, items in table.items()}


def _table(name: str) -> tuple[str, list[list[str]]]:
    header, *lines = (files("cartography") / "data" / name).read_text(encoding="utf-8").splitlines()
    return header, [line.split("\t") for line in lines]


@cache
def load_rome() -> Rome:
    """Return ROME 4.0 and 3 as shipped with the package."""
    header, codes = _table(DATA_FILES.codes4)
    version = header.split("version ", 1)[1].split(" ", 1)[0]
    v3 = {ogr: (code, libelle) for ogr, code, libelle in _table(DATA_FILES.appellations3)[1]}
    appellations = {
        ogr: Appellation(ogr, libelle, code, v3[ogr][0] if ogr in v3 else None)
        for ogr, code, libelle in _table(DATA_FILES.appellations4)[1]
    }
    for ogr, (code, libelle) in v3.items():
        if ogr not in appellations:
            appellations[ogr] = Appellation(ogr, libelle, None, code)
    return Rome(
        version=version,
        codes={code: (libelle, parent) for code, libelle, parent in codes},
        codes_v3=dict(_table(DATA_FILES.codes3)[1]),
        appellations=appellations,
    )

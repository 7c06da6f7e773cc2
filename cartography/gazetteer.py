"""The tables of places, as the repository holds them: one line a commune or named place, one a département."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

DATA = Path(__file__).parent / "data"
COMMUNES, DEPARTEMENTS = DATA / "communes.tsv", DATA / "departements.tsv"
ADDED = DATA / "communes-ajouts.tsv"
"""Communes of Corsica and overseas, which the published list leaves out: INSEE and postal codes, made by hand."""

NOTICE = (
    "Communes : data.gouv.fr, Licence Ouverte ; coordonnées et habitants : GeoNames (geonames.org), CC BY 4.0, "
    "rapprochés par nom et département"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of communes.

    Attributes:
        insee: INSEE code; empty for a named place that is no commune.
        nom: name as INSEE writes it.
        codes_postaux: its postal codes, possibly none.
        departement: code of its département.
        latitude: in decimal degrees.
        longitude: in decimal degrees.
        habitants: inhabitants, 0 where unknown (mostly under 500).
        approximate: the coordinates are those of its neighbours.
    """

    insee: str
    nom: str
    codes_postaux: tuple[str, ...]
    departement: str
    latitude: float = 0.0
    longitude: float = 0.0
    habitants: int = 0
    approximate: bool = False

    def at(self, latitude: float, longitude: float, habitants: int, *, approximate: bool = False) -> Row:
        """Return the same place, located."""
        return replace(self, latitude=latitude, longitude=longitude, habitants=habitants, approximate=approximate)

    def line(self) -> str:
        r"""Return the line of the table.

        >>> Row("69381", "Lyon 1er", ("69001",), "69", 45.76758, 4.8345, 29641).line().split("\t")
        ['69381', 'Lyon 1er', '69001', '69', '45.768', '4.835', '29641', '']
        """
        numbers = f"{self.latitude:.3f}\t{self.longitude:.3f}\t{self.habitants or ''}"
        flag = "~" if self.approximate else ""
        return f"{self.insee}\t{self.nom}\t{' '.join(self.codes_postaux)}\t{self.departement}\t{numbers}\t{flag}"


def read_communes(path: Path = COMMUNES) -> Iterator[Row]:
    """Return the rows of the table, after its notice and its header."""
    for line in path.read_text(encoding="utf-8").splitlines()[2:]:
        insee, nom, postal, departement, latitude, longitude, habitants, flag = line.split("\t")
        yield Row(
            insee, nom, tuple(postal.split()), departement,
            float(latitude), float(longitude), int(habitants or 0), flag == "~",
        )  # fmt: skip


def read_departements(path: Path = DEPARTEMENTS) -> Iterator[tuple[str, str, str, str]]:
    """Return code, name, code of the région and name of the région of each département."""
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        code, nom, region, nom_region = line.split("\t")
        yield code, nom, region, nom_region

"""RNCP numbers and Formacodes in words: what a coded course says of itself where its own text says little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cartography.fiche import Fiche
from cartography.readers.prose import prose_of
from cartography.text import fold

DATA = Path(__file__).parent / "data"
RNCP, FORMACODE = DATA / "rncp-intitules.tsv", DATA / "formacode-v8.tsv"
"""Certifications as ONISEP's tables name them; descriptors of Formacode's version 8, half of whose codes the version of
today no longer has or gives another meaning: they are read only for want of prose."""

POOR = 80
"""Characters of prose under which the Formacodes are read too."""
MOST_CODES = 3


@dataclass(frozen=True)
class Nomenclature:
    """Labels of codes.

    Attributes:
        rncp: number with its prefix → title of the certification.
        formacode: five digits → descriptor.
    """

    rncp: Mapping[str, str]
    formacode: Mapping[str, str]

    def said(self, fiche: Fiche) -> tuple[str, ...]:
        """Return what a record's codes say that its title does not, the certification first.

        >>> known = Nomenclature({"RNCP1": "Administrateur réseau"}, {"31006": "sécurité informatique"})
        >>> known.said(Fiche("1", "formation", "Promotion 2025, Lyon", rncp="RNCP1", formacode=("31006",)))
        ('Administrateur réseau', 'sécurité informatique')
        >>> known.said(Fiche("1", "formation", "Titre administrateur réseau (Lyon)", rncp="RNCP1"))
        ()
        """
        labels = [self.rncp.get(fiche.rncp or "", "")]
        if fiche.formacode and len(prose_of(fiche)) < POOR:
            labels += [self.formacode.get(code, "") for code in fiche.formacode[:MOST_CODES]]
        title = f" {fold(fiche.intitule)} "
        return tuple(dict.fromkeys(label for label in labels if label and f" {fold(label)} " not in title))


@lru_cache(maxsize=1)
def load_nomenclature() -> Nomenclature:
    """Load the tables of the repository, once."""
    return Nomenclature(_table(RNCP), _table(FORMACODE))


def _table(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return {code: label for code, _, label in (line.partition("\t") for line in lines)}

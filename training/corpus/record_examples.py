"""Labelled records as examples to learn from: their text as the classifier reads it, their label as a soft target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cartography.crosswalk import HORS
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.classifier import text_of
from training.measure.gold import Labelled

_SHARES = ((1.0,), (0.65, 0.35), (0.55, 0.25, 0.2))
"""Shares of one, two and three accepted postes: the best first, the others accepted beside it."""


def fiche_of(row: Mapping[str, Any]) -> Fiche:
    """Return the record of a corpus row."""
    return Fiche(
        id=row["id"],
        type=row["type"],
        intitule=row["intitule"],
        description=row["description"],
        rome=tuple(row["rome"]),
        appellation=row["appellation"],
        rncp=row["rncp"],
        formacode=tuple(row["formacode"]),
    )


def labelled_of(row: Mapping[str, Any]) -> Labelled:
    """Return a corpus row as a record with its labels, to measure on."""
    return Labelled(
        fiche_of(row),
        row["numerique"],
        tuple(row["familles"]),
        tuple(row["metiers"]),
        tuple(row["postes"]),
        row["origine"],
    )


def shares_of(row: Mapping[str, Any], tree: Cartographie) -> dict[str, float]:
    """Return the soft target of a corpus row: poste id, or `HORS`, → share, summing to 1.

    A record that names only a métier or a famille gives each of its postes an equal share.
    """
    if not row["numerique"]:
        return {HORS: 1.0}
    if row["postes"]:
        return dict(zip(row["postes"], _SHARES[len(row["postes"]) - 1], strict=True))
    if row["metiers"]:
        under = [p.id for p in tree.metier(row["metiers"][0]).postes]
    else:
        under = [p.id for p in tree.postes if p.famille_id == row["familles"][0]]
    return {poste: 1 / len(under) for poste in under}


def texts_and_shares(split: Iterable[Mapping[str, Any]], tree: Cartographie) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield (text, soft target) of each record of a split."""
    for row in split:
        yield text_of(fiche_of(row)), shares_of(row, tree)

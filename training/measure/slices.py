"""Parts of a labelled set that are looked at on their own: by type, famille, source and length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from cartography.fiche import Fiche
from cartography.tree import Cartographie
from training.measure.gold import Labelled

FEW = 10
"""Sources with fewer records than this are put together, and no difference on fewer is called sure: an interval on five
records says nothing."""

LENGTHS = ((0, "intitulé seul"), (50, "1 à 50 mots"), (150, "51 à 150 mots"), (400, "151 à 400 mots"))
LONGEST = "plus de 400 mots"
OUTSIDE = "hors numérique"
UNKNOWN = "source inconnue"

Slices = dict[str, dict[str, list[int]]]
"""Axis ("type", "famille", "source", "longueur") → name of the part → ranks of its records."""


def length_of(fiche: Fiche) -> str:
    """Return which length of description a record has.

    >>> length_of(Fiche("1", "offre", "Data engineer")), length_of(Fiche("1", "offre", "x", "mot " * 51))
    ('intitulé seul', '51 à 150 mots')
    """
    words = len(fiche.description.split())
    return next((name for most, name in LENGTHS if words <= most), LONGEST)


def slices(labelled: Sequence[Labelled], tree: Cartographie) -> Slices:
    """Return the parts of a set; those of one axis share no record and hold them all. Empty parts are left out.

    The famille is the first accepted one. An axis with a single part says nothing more than the whole, and is left out.

    Args:
        labelled: n records.
        tree: names the familles, in its order.
    """
    familles = {famille.id: famille.libelle for famille in tree.familles}
    counts = Counter(item.source or UNKNOWN for item in labelled)
    few = f"moins de {FEW} fiches"
    axes: dict[str, tuple[Sequence[str], Callable[[Labelled], str]]] = {
        "type": (("formation", "offre"), lambda item: item.fiche.type),
        "famille": (
            (*familles.values(), OUTSIDE),
            lambda item: familles[item.familles[0]] if item.familles else OUTSIDE,
        ),
        "source": (
            (*(name for name, n in counts.most_common() if n >= FEW), few),
            lambda item: source if counts[source := item.source or UNKNOWN] >= FEW else few,
        ),
        "longueur": ((*(name for _, name in LENGTHS), LONGEST), lambda item: length_of(item.fiche)),
    }
    found: Slices = {}
    for axis, (order, part_of) in axes.items():
        parts: dict[str, list[int]] = {name: [] for name in order}
        for rank, item in enumerate(labelled):
            parts[part_of(item)].append(rank)
        kept = {name: ranks for name, ranks in parts.items() if ranks}
        if len(kept) > 1:
            found[axis] = kept
    return found

"""Which métiers are taken for which: a grid to look at, and the worst pairs to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cartography.crosswalk import HORS
from cartography.tree import Cartographie
from training.measure.findings import Confusion

CELL, LABELS = 17, 200
LONGEST = 38
"""Characters of a label on the grid."""
WORST = 15


@dataclass(frozen=True, slots=True)
class Mistake:
    """Records of one métier given another: labels, how many, their share of the first métier's records."""

    expected: str
    given: str
    count: int
    share: float


def labels_of(cells: Sequence[Confusion], tree: Cartographie) -> dict[str, str]:
    """Return id → label of what was expected or given, in the tree's order, hors numérique last."""
    there = {cell.attendu for cell in cells} | {cell.donne for cell in cells}
    labels = {metier.id: metier.libelle for metier in tree.metiers} | {HORS: "hors numérique"}
    # A run made for another cartographie names métiers that this one has not: their identifier stands in.
    known = {key: label for key, label in labels.items() if key in there}
    return known | {key: key for key in sorted(there - known.keys())}


def worst(cells: Sequence[Confusion], tree: Cartographie, most: int = WORST) -> list[Mistake]:
    """Return the commonest mistakes, the most records first."""
    labels, whole = labels_of(cells, tree), _whole(cells)
    wrong = sorted((cell for cell in cells if cell.attendu != cell.donne), key=lambda cell: -cell.fiches)
    return [
        Mistake(labels[cell.attendu], labels[cell.donne], cell.fiches, cell.fiches / whole[cell.attendu])
        for cell in wrong[:most]
    ]


def grid(cells: Sequence[Confusion], tree: Cartographie) -> str:
    """Return the grid as SVG: a row a métier expected, a column a métier given, the darker the larger the share."""
    labels, whole = labels_of(cells, tree), _whole(cells)
    rank = {key: i for i, key in enumerate(labels)}
    side = CELL * len(rank)
    parts = [
        f'<svg class="confusion" viewBox="0 0 {LABELS + side + 8} {LABELS + side + 4}" role="img" '
        f'style="max-width:{LABELS + side + 8}px"><title>Métier attendu en ligne, donné en colonne</title>'
    ]
    for key, label in labels.items():
        place = rank[key] * CELL + CELL / 2 + 3.5
        shown = escape(label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…")
        parts.append(f'<text class="y" x="{LABELS - 6}" y="{LABELS + place}">{shown}</text>')
        turned = f'transform="translate({LABELS + place} {LABELS - 6}) rotate(-90)"'
        parts.append(f'<text class="colonne" {turned}>{shown}</text>')
        parts.append(_line(rank[key], side))
    for cell in cells:
        share = cell.fiches / whole[cell.attendu]
        x, y = LABELS + rank[cell.donne] * CELL, LABELS + rank[cell.attendu] * CELL
        kind = "juste" if cell.attendu == cell.donne else "faux"
        said = f"{labels[cell.attendu]} → {labels[cell.donne]} : {cell.fiches} ({100 * share:.0f} %)"
        parts.append(
            f'<rect class="{kind}" x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" '
            f'fill-opacity="{0.12 + 0.88 * share:.2f}"><title>{escape(said)}</title></rect>'
        )
        if cell.fiches:
            ink = "clair" if share > 0.5 else "sombre"
            parts.append(f'<text class="nombre {ink}" x="{x + CELL / 2 - 0.5}" y="{y + 11.5}">{cell.fiches}</text>')
    parts.append("</svg>")
    return "".join(parts)


def _whole(cells: Sequence[Confusion]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for cell in cells:
        whole[cell.attendu] += cell.fiches
    return whole


def _line(rank: int, side: int) -> str:
    y = LABELS + rank * CELL - 0.5
    return f'<line class="grille" x1="{LABELS}" y1="{y}" x2="{LABELS + side}" y2="{y}"/>'

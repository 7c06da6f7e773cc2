"""Pairs of bars as inline SVG: one class a line, the old batch above the new one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from training.drift.measures import Compared
from training.report.figures import french, percent

LABEL, WIDTH, VALUE = 210, 560, 60
LINE, BAR = 26, 9


def bars(title: str, compared: Compared) -> str:
    """Return a chart of the shares of each class in both batches.

    Args:
        title: read aloud, and shown by the mouse.
        compared: classes, from top to bottom.
    """
    old, new = compared.shares
    longest = max([*old, *new, 1e-9])
    height = LINE * len(compared.names) + 6
    parts = [f'<svg class="graphe" viewBox="0 0 {WIDTH} {height}" role="img"><title>{escape(title)}</title>']
    for rank, name in enumerate(compared.names):
        top = 4 + LINE * rank
        parts.append(f'<text class="y" x="{LABEL - 8}" y="{top + BAR + 4}">{escape(_short(name))}</text>')
        sizes = (compared.old[rank], compared.new[rank])
        parts += _pair(top, (old[rank], new[rank]), longest, sizes)
    return "".join([*parts, "</svg>"])


def _pair(top: int, shares: tuple[float, float], longest: float, sizes: Sequence[int]) -> list[str]:
    parts = []
    for batch, (share, size) in enumerate(zip(shares, sizes, strict=True)):
        length = round(share / longest * (WIDTH - LABEL - VALUE), 1)
        y = top + batch * (BAR + 1)
        said = f"<title>{french(size, 0)} fiches</title>"
        parts.append(f'<rect class="b{batch}" x="{LABEL}" y="{y}" width="{length}" height="{BAR}">{said}</rect>')
        parts.append(f'<text x="{LABEL + length + 5}" y="{y + BAR - 1}">{percent(share)} %</text>')
    return parts


def _short(name: str) -> str:
    """Return a name that fits before the bars.

    >>> _short("Data, intelligence artificielle, objets connectés")
    'Data, intelligence artificielle, obj…'
    """
    return name if len(name) <= 37 else f"{name[:36]}…"

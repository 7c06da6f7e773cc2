"""Small charts as inline SVG: they print, scale and weigh a few kilobytes, and ask nothing of anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

from training.report.figures import french

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 22, 10, 34
MOST_POINTS = 200
TICKS = 5

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axes:
    """What a chart shows.

    Attributes:
        x: label of the horizontal axis.
        y: of the vertical one.
        across: lowest and highest value shown on x.
        up: on y.
        percent: whether values are shares.
        diagonal: whether to draw the line of perfect honesty.
    """

    x: str
    y: str
    across: tuple[float, float]
    up: tuple[float, float]
    percent: bool = True
    diagonal: bool = False


def chart(title: str, series: Mapping[str, Points], axes: Axes, counts: Sequence[int] = ()) -> str:
    """Return a chart of lines.

    Args:
        title: read aloud, and shown by the mouse.
        series: name → points; colours follow the order.
        axes: see `Axes`.
        counts: how many records each point of the only line rests on: the more, the larger its dot.
    """
    parts = [f'<svg class="graphe" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(title)}</title>']
    parts += _grid(axes)
    if axes.diagonal:
        low, high = max(axes.across[0], axes.up[0]), min(axes.across[1], axes.up[1])
        (x1, y1), (x2, y2) = _place(axes, (low, low)), _place(axes, (high, high))
        parts.append(f'<line class="ideal" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')
    for rank, (name, points) in enumerate(series.items()):
        placed = [_place(axes, point) for point in thinned(points)]
        path = " ".join(f"{x},{y}" for x, y in placed)
        parts.append(f'<polyline class="trait s{rank}" points="{path}"><title>{escape(name)}</title></polyline>')
        for (x, y), count in zip(placed, counts, strict=bool(counts)):
            size = round(2 + 6 * sqrt(count / max(counts)), 1)
            said = f"<title>{french(count, 0)} fiches</title>"
            parts.append(f'<circle class="point s{rank}" cx="{x}" cy="{y}" r="{size}">{said}</circle>')
    parts.append("</svg>")
    return "".join(parts)


def thinned(points: Points, most: int = MOST_POINTS) -> Points:
    """Return at most `most` points at even distances, the last one among them.

    >>> thinned([(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)], 3)
    [(0, 0), (2, 2), (4, 4)]
    """
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(rank * step)] for rank in range(most)]


def around(values: Sequence[float]) -> tuple[float, float]:
    """Return bounds that hold every value with a little room.

    >>> around([1.0, 2.0]), around([])
    ((0.95, 2.05), (0.0, 1.0))
    """
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = 0.05 * (high - low or 1.0)
    return round(low - room, 6), round(high + room, 6)


def _place(axes: Axes, point: tuple[float, float]) -> tuple[float, float]:
    (x0, x1), (y0, y1) = axes.across, axes.up
    x = LEFT + (point[0] - x0) / ((x1 - x0) or 1) * (WIDTH - LEFT - RIGHT)
    y = HEIGHT - BOTTOM - (point[1] - y0) / ((y1 - y0) or 1) * (HEIGHT - TOP - BOTTOM)
    return round(x, 1), round(y, 1)


def _grid(axes: Axes) -> list[str]:
    (x0, x1), (y0, y1) = axes.across, axes.up
    parts = []
    for rank in range(TICKS):
        share = rank / (TICKS - 1)
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        across, up = _place(axes, (x, y0)), _place(axes, (x0, y))
        parts.append(f'<line class="grille" x1="{LEFT}" y1="{up[1]}" x2="{WIDTH - RIGHT}" y2="{up[1]}"/>')
        parts.append(f'<text class="y" x="{LEFT - 5}" y="{up[1] + 3.5}">{_tick(y, axes.percent)}</text>')
        # Steps are whole numbers even where shares are not asked for.
        label = _tick(x, axes.percent) if axes.percent else french(x, 0)
        parts.append(f'<text class="x" x="{across[0]}" y="{HEIGHT - BOTTOM + 14}">{label}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="x" x="{middle}" y="{HEIGHT - 4}">{escape(axes.x)}</text>')
    upright = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text class="x" transform="translate(10 {upright}) rotate(-90)">{escape(axes.y)}</text>')
    return parts


def _tick(value: float, percent: bool) -> str:
    return f"{french(100 * value, 0)} %" if percent else french(value, 2)

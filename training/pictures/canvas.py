"""What every picture shares: size, colours, French numbers."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure

HORS = "hors numérique"
COLOURS = ("#0063cb", "#d64d00", "#18753c", "#a558a0", "#c3992a", "#40c1ac", "#929292")
"""Told apart by most colour-blind people; the last one is for hors numérique."""


class Picture(Figure):
    """A figure of its own, which no global state remembers, and which a notebook shows."""

    def _repr_png_(self) -> bytes:
        stream = BytesIO()
        self.savefig(stream, format="png", dpi=90)
        return stream.getvalue()


def canvas(width: float, height: float, columns: int = 1) -> tuple[Picture, Sequence[Axes]]:
    """Return a figure and its axes from left to right.

    Args:
        width: in inches.
        height: in inches.
        columns: axes side by side.
    """
    figure = Picture(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, list(axes)


def colour_of(names: Sequence[str]) -> dict[str, str]:
    """Return name → colour, grey for hors numérique.

    >>> colour_of(["Data", "hors numérique"])
    {'Data': '#0063cb', 'hors numérique': '#929292'}
    """
    others = [name for name in names if name != HORS]
    found = {name: COLOURS[rank % (len(COLOURS) - 1)] for rank, name in enumerate(others)}
    return found | {name: COLOURS[-1] for name in names if name == HORS}

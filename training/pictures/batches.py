"""Two batches of records side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from training.measure.drift import Batch
from training.pictures.canvas import COLOURS, canvas

MOST_WORDS = 600
"""Words of a description past which lengths fall in the last bar."""

TENTHS = [tenth / 10 for tenth in range(11)]
LENGTHS = [float(words) for words in range(0, MOST_WORDS + 1, 50)]


def compare_batches(old: Batch, new: Batch) -> Figure:
    """Draw familles, confidences and lengths of two batches, as shares of each."""
    figure, (labels, sure, long) = canvas(12, 3.8, 3)
    names = sorted({*old.labels, *new.labels})
    for rank, batch in enumerate((old, new)):
        colour = COLOURS[rank]
        shares = [batch.labels[name] / max(1, len(batch.answers)) for name in names]
        labels.barh(np.arange(len(names)) + 0.4 * rank, shares, 0.4, color=colour, label=batch.name)
        weights = np.full(len(batch.confidences), 1 / max(1, len(batch.confidences)))
        sure.hist(batch.confidences, TENTHS, weights=weights, histtype="step", color=colour)
        lengths = np.minimum(batch.lengths, MOST_WORDS)
        weights = np.full(len(lengths), 1 / max(1, len(lengths)))
        long.hist(lengths, LENGTHS, weights=weights, histtype="step", color=colour)
    labels.set_yticks(np.arange(len(names)) + 0.2, names, fontsize=7)
    labels.invert_yaxis()
    figure.legend(*labels.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    labels.set_title("familles")
    sure.set_title("sûreté du poste")
    long.set_title("mots de la description")
    for ax in (sure, long):
        ax.set_ylabel("part des fiches")
    return figure

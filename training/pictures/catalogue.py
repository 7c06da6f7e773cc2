"""A catalogue in pictures: how many records of each famille, and where they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from cartography.tree import Cartographie
from models.encoder import Vectors
from training.measure.gold import Labelled
from training.pictures.canvas import HORS, canvas, colour_of

LEAST = 30
"""Records under which a map is drawn straight: neighbours of neighbours need some."""


def famille_of(item: Labelled, tree: Cartographie) -> str:
    """Return the label of a record's first famille, or "hors numérique"."""
    return tree.famille(item.familles[0]).libelle if item.familles else HORS


def count_records(labelled: Sequence[Labelled], tree: Cartographie) -> Figure:
    """Draw how many courses and offers each famille has."""
    names = [famille.libelle for famille in tree.familles] + [HORS]
    figure, (ax,) = canvas(8, 3.5)
    left = np.zeros(len(names))
    for kind, shade in (("formation", 1.0), ("offre", 0.5)):
        counts = Counter(famille_of(item, tree) for item in labelled if item.fiche.type == kind)
        widths = [counts[name] for name in names]
        ax.barh(names, widths, left=left, color="#0063cb", alpha=shade, label=f"{kind}s")
        left += widths
    ax.invert_yaxis()
    ax.set_xlabel("fiches")
    ax.legend(frameon=False)
    ax.set_title("Fiches par famille")
    return figure


def map_records(labelled: Sequence[Labelled], vectors: Vectors, tree: Cartographie, seed: int = 0) -> Figure:
    """Draw records on a plane, near ones near each other (t-SNE, van der Maaten & Hinton 2008), coloured by famille.

    Distances between far groups mean nothing: only who is beside whom does.

    Args:
        labelled: n records.
        vectors: unit vectors of the encoder, float32 (n, dimension).
        tree: names the familles.
        seed: of the layout.
    """
    places = _plane(vectors, seed)
    names = [famille_of(item, tree) for item in labelled]
    colours = colour_of([*(f.libelle for f in tree.familles), HORS])
    figure, (ax,) = canvas(9, 6)
    for name, colour in colours.items():
        for kind, mark in (("formation", "o"), ("offre", "^")):
            rows = [i for i, item in enumerate(labelled) if names[i] == name and item.fiche.type == kind]
            label = name if kind == "formation" else None
            x, y = places[rows, 0], places[rows, 1]
            ax.scatter(x, y, s=14, color=colour, marker=mark, alpha=0.7, linewidths=0, label=label)
    ax.set_xticks([])
    ax.set_yticks([])
    figure.suptitle("Formations (ronds) et offres (triangles), les voisines par le sens côte à côte")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return figure


def _plane(vectors: Vectors, seed: int) -> np.ndarray:
    if len(vectors) < LEAST:
        return np.asarray(PCA(2, random_state=seed).fit_transform(vectors))
    layout = TSNE(2, metric="cosine", init="pca", perplexity=min(30, len(vectors) / 4), random_state=seed)
    return np.asarray(layout.fit_transform(vectors))

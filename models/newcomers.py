"""Postes added to the cartographie since a model was trained: known by their titles and definition until it is again.

Romera-Paredes & Torr 2015, An Embarrassingly Simple Approach to Zero-Shot Learning: what the head learnt of the known
postes is regressed on what the encoder makes of their descriptions, and the regression is asked about the new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cartography.tree import Cartographie, Poste
from models.encoder import Encoder, Text
from models.head import Head
from models.wide import Wide, features_of

Floats = NDArray[np.float64]

RIDGE = 0.1
"""Ridge, as a share of the mean squared length of the centred descriptions."""
MODESTY = 0.5
"""Nats that each layer's guess is lowered by: a row that is guessed is surer of itself than one that was learnt, and
takes records from its neighbours. With ten postes left out of a short training, the first poste of their records was
right in .77 without it, in .72 with it, and the other postes lost 7 points or 5; past that, each point won for the
others costs more than three."""


def with_newcomers(
    head: Head,
    wide: Wide,
    labels: Sequence[str],
    newcomers: Sequence[str],
    cartographie: Cartographie,
    encoder: Encoder,
) -> tuple[Head, Wide]:
    """Return both layers with a class for every poste of a cartographie, in its order; what was learnt is unchanged.

    Args:
        head: a row for each label, the last one for hors numérique.
        wide: a column for each of the same.
        labels: postes it was trained for.
        newcomers: postes of the cartographie that are not among them.
        cartographie: the version to answer with.
        encoder: the model's own.
    """
    if not newcomers:
        return head, wide
    place = {poste.id: rank for rank, poste in enumerate(cartographie.postes)}
    known, new = ([place[name] for name in names] for names in (labels, newcomers))
    deep = _extended(head.weight, head.bias, descriptions(cartographie.postes, encoder), known, new)
    learnt = np.concatenate([wide.weight, wide.hidden.out]).T
    rows, shifts = _extended(learnt, wide.bias, spoken(cartographie.postes, wide), known, new)
    weight, out = np.split(np.ascontiguousarray(rows.T), [len(wide.ranks)])
    return Head(*deep), replace(wide, weight=weight, bias=shifts, hidden=replace(wide.hidden, out=out))


def _extended(
    weight: NDArray[np.float32], bias: NDArray[np.float32], described: Floats, known: list[int], new: list[int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (weight, bias) with the guessed rows among the learnt ones."""
    rows = np.zeros((len(described) + 1, weight.shape[1]), dtype=np.float32)
    shifts = np.zeros(len(described) + 1, dtype=np.float32)
    rows[[*known, -1]], shifts[[*known, -1]] = weight, bias
    # A layer that learnt nothing has nothing to say of a poste.
    if weight.any():
        learnt = weight[:-1].astype(np.float64), bias[:-1].astype(np.float64)
        rows[new], shifts[new] = guess_rows(described[known], *learnt, described[new])
    return rows, shifts


def spoken(postes: Sequence[Poste], wide: Wide) -> Floats:
    """Return what the layer on words would read of each poste, as `descriptions` does: (postes, features + units)."""
    means = np.zeros((len(postes), len(wide.ranks) + len(wide.hidden.bias)))
    for rank, poste in enumerate(postes):
        titles = list(poste.all_titles())
        for title in titles:
            for text in ("", poste.definition):
                means[rank] += wide.spoken(wide.bag(features_of(title, text))) / (2 * len(titles))
    return means


def descriptions(postes: Sequence[Poste], encoder: Encoder) -> Floats:
    """Return what the head would read of each poste: the mean over its titles, alone and before its definition."""
    texts: list[Text] = []
    owners: list[int] = []
    for rank, poste in enumerate(postes):
        for title in poste.all_titles():
            texts += [title, (title, poste.definition)]
            owners += [rank, rank]
    features = encoder.read(texts).features.astype(np.float64)
    sums = np.zeros((len(postes), features.shape[1]))
    np.add.at(sums, owners, features)
    means: Floats = sums / np.bincount(owners, minlength=len(postes))[:, None]
    return means


def guess_rows(known: Floats, weight: Floats, bias: Floats, new: Floats) -> tuple[Floats, Floats]:
    """Return (weight, bias) of the new postes, float64 (m, features) and (m,).

    A regression gives rows that are too short: each is brought to the mean length of the learnt ones, and its bias such
    that a poste's own description scores what the known postes score on theirs, less `MODESTY`.

    Args:
        known: descriptions of the n known postes, (n, features).
        weight: their rows, (n, features).
        bias: theirs, (n,).
        new: descriptions of the m new postes, (m, features).

    A new poste described like the first known one gets its row, half a nat lower:

    >>> known, weight = np.eye(3), 2 * np.eye(3)
    >>> rows, shifts = guess_rows(known, weight, np.zeros(3), known[:1])
    >>> rows.round(2).tolist(), shifts.round(2).tolist()
    ([[2.0, 0.0, 0.0]], [-0.5])
    """
    middle, mean_row = known.mean(axis=0), weight.mean(axis=0)
    centred, rows = known - middle, weight - mean_row
    products = centred @ centred.T
    ridge = RIDGE * np.trace(products) / len(known)
    guessed = (new - middle) @ centred.T @ np.linalg.solve(products + ridge * np.eye(len(known)), rows)
    length = np.linalg.norm(rows, axis=1).mean() / np.maximum(np.linalg.norm(guessed, axis=1, keepdims=True), 1e-9)
    guessed = mean_row + guessed * length
    own = ((known * weight).sum(axis=1) + bias).mean()
    return guessed, own - MODESTY - (new * guessed).sum(axis=1)

"""Texts with their targets, and the ways in which a record may be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Text
from models.reading import sentences
from training.head.settings import FineTuning

TELLING = 120
"""Characters of a description from which it is taken to tell what the work is."""


@dataclass(frozen=True)
class Rows:
    """Texts with their targets.

    Attributes:
        texts: n texts.
        targets: float32 (n, classes), rows summing to 1.
        weights: float64 (n,).
        wider: the n texts with more of their description; none when empty.
    """

    texts: Sequence[Text]
    targets: NDArray[np.float32]
    weights: NDArray[np.float64]
    wider: Sequence[Text] = ()


def drawn(rows: Rows, rank: int, settings: FineTuning, random: np.random.Generator) -> Text:
    """Return one reading of a record: as it will be read, wider, by its title alone, or under another's title."""
    text, draw = rows.texts[rank], random.random()
    if not isinstance(text, tuple):
        return text
    if draw < settings.bare:
        return text[0]
    if draw < settings.bare + settings.wide and rows.wider:
        text = rows.wider[rank]
    if not isinstance(text, tuple):
        return text
    title, passage = text
    if settings.shuffled and random.random() < settings.shuffled:
        passage = " ".join(random.permutation(np.array(sentences(passage), dtype=object)))
    if len(passage) >= TELLING and random.random() < settings.misled:
        other = rows.texts[int(random.integers(len(rows.texts)))]
        title = other[0] if isinstance(other, tuple) else other
    return title, passage

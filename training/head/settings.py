"""How encoder and head learn."""

from __future__ import annotations

from dataclasses import dataclass

REHEARSED = 2
"""Steps from one rehearsal to the next: enough to forget nothing, and a sixth of the time is saved."""
POLISH_RATE = 0.3
"""Of the first training's rates, in the passes that follow it."""


@dataclass(frozen=True)
class FineTuning:
    """How it is done.

    Attributes:
        epochs: passes over the records.
        records: records in a step.
        titles: titles in a step, drawn by weight.
        rate: highest learning rate of the transformer.
        word_rate: of the word vectors.
        head_rate: of the head.
        max_tokens: texts are cut there.
        bare: share of the records read by their title alone, as a query or a poor catalogue would give them.
        wide: share read with more of their description.
        misled: share whose title is another record's: sites put titles of their own over offers, and the content is
            what counts.
        shuffled: share whose sentences change their order.
        polish: passes that follow, at `POLISH_RATE` of the rates, over the records as the model will read them.
        average: share of the averaged weights that a step keeps. The model is that average (Polyak & Juditsky 1992),
            which wavers less than the last step.
        rehearsal: weight of the encoder's own tasks, one batch of which goes into every `REHEARSED`-th step.
        seed: of every draw.
    """

    epochs: int = 6
    records: int = 64
    titles: int = 48
    rate: float = 1e-4
    word_rate: float = 2e-4
    head_rate: float = 2e-3
    max_tokens: int = 96
    bare: float = 0.15
    wide: float = 0.25
    misled: float = 0.06
    shuffled: float = 0.0
    polish: int = 2
    average: float = 0.99
    rehearsal: float = 0.3
    seed: int = 0

"""What the service is held against: sentence-transformers as it comes, and a logistic regression."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.linear_model import LogisticRegression

from models.bundle import References
from training.encoder.base import Base

BATCHES = (8, 16, 32, 64)
TRIED = 24
"""Texts on which each batch size is tried; sorted by length by the library, so that padding weighs as it would."""

PER_CLASS = 2
"""Titles learned of each class: what is learned does not change how long an answer takes."""


@dataclass
class Plain:
    """The pipeline: vectors, then probabilities of the classes.

    Attributes:
        model: a sentence-transformers pipeline, cut at its own limit.
        logistic: the classifier, already learned.
        batch: texts at a time, the fastest of `BATCHES`.
    """

    model: Any
    logistic: LogisticRegression
    batch: int = BATCHES[-1]

    @classmethod
    def learn(cls, base: Base, references: References) -> Plain:
        """Learn the classes from some of the labelled titles.

        Args:
            base: the encoder.
            references: labelled titles.
        """
        taken: dict[str, list[str]] = {}
        for text, postes in zip(references.texts, references.postes, strict=True):
            titles = taken.setdefault(postes[0] if postes else "", [])
            if len(titles) < PER_CLASS:
                titles.append(text)
        texts = [text for titles in taken.values() for text in titles]
        labels = [label for label, titles in taken.items() for _ in titles]
        vectors = base.model.encode(texts, show_progress_bar=False)
        return cls(base.model, LogisticRegression(max_iter=200).fit(vectors, labels))

    def tune(self, texts: Sequence[str]) -> None:
        """Keep the batch size that is fastest on some of the texts."""
        some = list(texts[:: max(1, len(texts) // TRIED)])[:TRIED]
        seconds = {}
        for self.batch in BATCHES:
            seconds[self.batch] = self.seconds(some)
        self.batch = min(seconds, key=lambda size: seconds[size])

    def seconds(self, texts: Sequence[str]) -> float:
        """Return how long the texts take, read and loaded already."""
        start = time.perf_counter()
        vectors = self.model.encode(list(texts), batch_size=self.batch, show_progress_bar=False)
        self.logistic.predict_proba(vectors)
        return time.perf_counter() - start

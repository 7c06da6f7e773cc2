"""What an encoder is asked to do at a training step: agree with a teacher, or tell concepts apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from training.encoder.student import Student
from training.material.concept import Concept, Draw, draw_pair

TEMPERATURE = 0.05
MAX_TOKENS = 40
BLOCK = 32
"""Neighbouring concepts that enter a batch together: the hard negatives of each other."""


class Task(Protocol):
    """One kind of training step."""

    def loss(self, student: Student, random: np.random.Generator) -> torch.Tensor:
        """Draw a batch and return its loss, a scalar."""
        ...


@dataclass(frozen=True)
class Distill:
    """Give a sentence and its translation the vector that the teacher gives the English one.

    Reimers and Gurevych 2020, Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation; here
    the cosine, with the batch's other sentences as negatives, so that directions matter and lengths do not.

    Attributes:
        pairs: (French, English).
        vectors: the teacher's, of the English side: float32 (n, dimension), unit rows.
        batch: rows of a step.
        english: share of the rows whose English side is read instead of the French one.
    """

    pairs: Sequence[tuple[str, str]]
    vectors: NDArray[np.float32]
    batch: int
    english: float = 0.2

    def loss(self, student: Student, random: np.random.Generator) -> torch.Tensor:
        """Draw sentences and compare their vectors with the teacher's."""
        rows = random.integers(len(self.pairs), size=self.batch)
        sides = (random.random(self.batch) < self.english).astype(int)
        got = student([self.pairs[row][side] for row, side in zip(rows, sides, strict=True)], MAX_TOKENS)
        wanted = torch.from_numpy(self.vectors[rows]).to(got.device)
        apart: torch.Tensor = (1 - (got * wanted).sum(1)).mean()
        among: torch.Tensor = in_batch_loss(got, wanted, torch.from_numpy(rows).to(got.device))
        return among + 5 * apart


@dataclass(frozen=True)
class Contrast:
    """Bring two texts of a concept together, and the batch's other concepts apart.

    Attributes:
        concepts: sorted by area, so that neighbours are near in meaning.
        draw: how a pair is drawn.
        batch: pairs of a step.
    """

    concepts: Sequence[Concept]
    draw: Draw
    batch: int

    @classmethod
    def of(cls, concepts: Sequence[Concept], draw: Draw, batch: int) -> Contrast:
        """Sort the concepts; one of many names is drawn more often."""
        slots = [c for c in concepts for _ in range(1 + len(c.names) // 4)]
        return cls(sorted(slots, key=lambda c: (c.area, c.key)), draw, batch)

    def loss(self, student: Student, random: np.random.Generator) -> torch.Tensor:
        """Draw blocks of neighbours and a pair from each concept."""
        starts = random.integers(len(self.concepts), size=self.batch // BLOCK)
        drawn = [self.concepts[(s + i) % len(self.concepts)] for s in starts for i in range(BLOCK)]
        pairs = [draw_pair(concept, self.draw, random) for concept in drawn]
        vectors = student([a for a, _ in pairs] + [b for _, b in pairs], MAX_TOKENS)
        ranks = {key: rank for rank, key in enumerate(dict.fromkeys(c.key for c in drawn))}
        keys = torch.tensor([ranks[c.key] for c in drawn], device=vectors.device)
        left, right = vectors[: len(pairs)], vectors[len(pairs) :]
        return (in_batch_loss(left, right, keys, both=True) + in_batch_loss(right, left, keys, both=True)) / 2


def in_batch_loss(left: torch.Tensor, right: torch.Tensor, keys: torch.Tensor, *, both: bool = False) -> torch.Tensor:
    """Return the InfoNCE loss (van den Oord et al. 2018): each left row must find its own right row among all.

    Rows of equal key are neither right nor wrong answers for each other: they are left out.

    Args:
        left: unit rows, (n, dimension).
        right: unit rows, (n, dimension).
        keys: (n,).
        both: whether the other left rows are wrong answers too.

    Two rows, each alone right, at cosine 1 and 0 from the answers: the loss is ln(1 + e^-20), nearly 0. Of equal
    keys there is no wrong answer, and the loss is 0.

    >>> rows = torch.eye(2)
    >>> round(float(in_batch_loss(rows, rows, torch.tensor([0, 1]))), 4)
    0.0
    >>> round(float(in_batch_loss(rows, rows.flip(0), torch.tensor([0, 1]))), 4)
    20.0
    >>> float(in_batch_loss(rows, rows.flip(0), torch.tensor([0, 0])))
    0.0
    """
    count = len(left)
    same = keys[:, None] == keys[None, :]
    own = torch.eye(count, dtype=torch.bool, device=left.device)
    scores = (left @ right.T / TEMPERATURE).masked_fill(same & ~own, -torch.inf)
    if both:
        scores = torch.cat([scores, (left @ left.T / TEMPERATURE).masked_fill(same, -torch.inf)], dim=1)
    return torch.nn.functional.cross_entropy(scores, torch.arange(count, device=left.device))

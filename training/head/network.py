"""The classifier while it learns: encoder and head together, one loss over the three levels of the tree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoder import Text
from models.head import Head, TreeSums
from training.encoder.student import Student

LEVEL_WEIGHTS = (1.0, 0.5, 0.5)
"""Weight of the loss at poste, métier and famille."""

ACCEPTED = 0.5
"""Share of the loss that asks only for an accepted node, whichever; the rest asks for the shares of the target.

The first alone leaves out the second and third postes of a course; the second alone teaches to be unsure of an answer
that is right."""

DROPOUT = 0.1


LEAST = 1e-9
"""Probabilities below it are taken for it: their logarithm would drown the batch."""


class Network(torch.nn.Module):
    """An encoder and a linear head on two means of its hidden states, the title's and the whole text's."""

    def __init__(self, student: Student, classes: int) -> None:
        """Add a head of zeros, which says that every class is as likely.

        Args:
            student: the encoder.
            classes: postes + 1.
        """
        super().__init__()
        self.student = student
        self.dropout = torch.nn.Dropout(DROPOUT)
        self.head = torch.nn.Linear(2 * student.bert.config.hidden_size, classes)
        torch.nn.init.zeros_(self.head.weight)
        torch.nn.init.zeros_(self.head.bias)

    def forward(self, texts: Sequence[Text], max_tokens: int) -> torch.Tensor:
        """Return logits, float32 (n, classes)."""
        return self.head(self.dropout(self.features(texts, max_tokens)))  # type: ignore[no-any-return]

    def features(self, texts: Sequence[Text], max_tokens: int) -> torch.Tensor:
        """Return what the head reads, float32 (n, 2 × dimension): mean of the title, mean of the whole."""
        whole, title = self.student.pooled(texts, max_tokens)
        return torch.cat([title, whole], dim=1)

    def numpy_head(self) -> Head:
        """Return the head as the bundle holds it."""
        weight, bias = (p.detach().cpu().numpy().copy() for p in (self.head.weight, self.head.bias))
        return Head(weight, bias)


class TreeLoss:
    """Cross entropy at poste, métier and famille, the parents' probabilities being the sums of their children's."""

    def __init__(self, sums: TreeSums) -> None:
        """Build the sums; hors numérique stays a class of its own at every level."""
        self._levels = [torch.from_numpy(_matrix(group)) for group in (sums.metier_of, sums.famille_of)]

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Return the weighted mean loss in nats.

        Args:
            logits: (n, classes).
            targets: (n, classes), rows summing to 1.
            weights: (n,).
        """
        logs = torch.log_softmax(logits, dim=1)
        losses = LEVEL_WEIGHTS[0] * _mixed(logs, logs.exp(), targets)
        for weight, matrix in zip(LEVEL_WEIGHTS[1:], self._levels, strict=True):
            level = matrix.to(logits.device)
            parents = (logs.exp() @ level).clamp(min=LEAST)
            losses = losses + weight * _mixed(parents.log(), parents, targets @ level)
        return (losses * weights).sum() / weights.sum()


def _mixed(logs: torch.Tensor, probabilities: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the loss of each row at one level, (n,).

    >>> p = torch.tensor([[0.5, 0.25, 0.25]])
    >>> round(float(_mixed(p.log(), p, torch.tensor([[0.5, 0.5, 0.0]]))), 3)  # half of 1.04, half of -ln .75
    0.664
    """
    shares = -(targets * logs).sum(1)
    accepted = -((probabilities * (targets > 0)).sum(1)).clamp(min=LEAST).log()
    return ACCEPTED * accepted + (1 - ACCEPTED) * shares


def _matrix(group: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return (postes + 1, groups + 1): 1 where a class belongs to a group; the last of both is hors numérique.

    >>> _matrix(np.array([0, 0, 1])).astype(int).tolist()
    [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    matrix = np.zeros((len(group) + 1, int(group.max()) + 2), dtype=np.float32)
    matrix[np.arange(len(group)), group] = 1
    matrix[-1, -1] = 1
    return matrix

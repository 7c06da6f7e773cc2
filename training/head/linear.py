"""Training of the linear head on frozen vectors: soft-target cross entropy, stopped early on validation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoder import Vectors
from models.head import Head


@dataclass(frozen=True)
class HeadSettings:
    """How the head is trained.

    Attributes:
        seed: of the first weights and of the order of the batches.
        epochs: at most.
        patience: epochs without a better validation loss before it stops.
        batch: rows in a step.
        rate: learning rate of AdamW, the best of .005, .02 and .05 on validation. Unit vectors have components near
            1/√384, hence a large one.
        decay: weight decay of AdamW, the best of .01, .1 and .5 on validation.
    """

    seed: int = 0
    epochs: int = 100
    patience: int = 4
    batch: int = 512
    rate: float = 0.005
    decay: float = 0.01


@dataclass(frozen=True)
class Examples:
    """Rows to learn from or to measure on.

    Attributes:
        vectors: float32 (n, dimension), unit rows.
        targets: float32 (n, classes), rows summing to 1.
        weights: float64 (n,).
    """

    vectors: Vectors
    targets: NDArray[np.float32]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class TrainedHead:
    """The head of the best epoch and the way there.

    Attributes:
        head: at temperature 1.
        best: rank of the best epoch, from 0.
        curve: for each epoch (training loss, validation loss), weighted mean cross entropy in nats.
    """

    head: Head
    best: int
    curve: tuple[tuple[float, float], ...]


def train_head(
    train: Examples,
    validation: Examples,
    settings: HeadSettings | None = None,
    *,
    progress: Callable[[int, float], Any] | None = None,
) -> TrainedHead:
    """Train the head; the same rows and seed give the same weights.

    Args:
        train: rows to learn from.
        validation: rows that say when to stop.
        settings: see `HeadSettings`.
        progress: called after each epoch with its rank and its validation loss.
    """
    settings = settings or HeadSettings()
    layer = _first_layer(train.vectors.shape[1], train.targets.shape[1], settings.seed)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=settings.rate, weight_decay=settings.decay)
    order = torch.Generator().manual_seed(settings.seed)
    rows, held = _tensors(train), _tensors(validation)
    best, best_loss, best_state = 0, float("inf"), _state(layer)
    curve: list[tuple[float, float]] = []
    for epoch in range(settings.epochs):
        losses = []
        for part in torch.split(torch.randperm(len(rows[0]), generator=order), settings.batch):
            loss = _loss(layer, *(tensor[part] for tensor in rows))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(float(loss.detach()))
        with torch.no_grad():
            held_loss = float(_loss(layer, *held))
        curve.append((float(np.mean(losses)), held_loss))
        if progress:
            progress(epoch, held_loss)
        if held_loss < best_loss:
            best, best_loss, best_state = epoch, held_loss, _state(layer)
        elif epoch - best >= settings.patience:
            break
    return TrainedHead(Head(best_state["weight"], best_state["bias"]), best, tuple(curve))


def _first_layer(dimension: int, classes: int, seed: int) -> torch.nn.Linear:
    # forked, so that training leaves no mark on the caller's random numbers
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return torch.nn.Linear(dimension, classes)


def _tensors(examples: Examples) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return (
        torch.from_numpy(examples.vectors),
        torch.from_numpy(examples.targets),
        torch.from_numpy(examples.weights.astype(np.float32)),
    )


def _loss(layer: torch.nn.Linear, vectors: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    losses = torch.nn.functional.cross_entropy(layer(vectors), targets, reduction="none")
    return (losses * weights).sum() / weights.sum()


def _state(layer: torch.nn.Linear) -> dict[str, NDArray[np.float32]]:
    return {name: tensor.detach().numpy().copy() for name, tensor in layer.state_dict().items()}

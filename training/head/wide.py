"""Fitting of the classifier's layer on words, and of its part in the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoder import Text
from models.wide import Bag, Features, Hidden, Wide, features_of
from training.head.rows import Rows
from training.head.search import golden

FEATURES = 10_000
"""Words kept: 1.1 MB of weights."""
LEAST_HELD = 3
"""Records that must hold a word."""
UNITS = 64
"""Hidden units: measured on held rows, the words alone go from 118 wrong decisions to 77 with 64, to 72 with 256."""
PASSES, BATCH, RATE, UNITS_RATE = 24, 1024, 0.03, 0.005
DROPPED = 0.3
"""Share of a record's words left out at each step, so that no single word is trusted."""
DECAY = 3e-6
"""Times the sum of the squared weights of words is added to the loss."""
START = 0.3
"""Standard deviation of the units' weights at the start."""

Targets = NDArray[np.float32]
Measure = Callable[[NDArray[np.float32]], float]
"""Logits, float32 (n, classes) → loss in nats."""


def fit_wide(rows: Rows, seed: int = 0) -> Wide:
    """Return the layer that best tells the classes from the words of records, given soft targets.

    Args:
        rows: all the text of the records to learn from.
        seed: of the order and of what is dropped.
    """
    found = [_features(text) for text in rows.texts]
    counted = Counter(chain.from_iterable(chain(f.title, f.words) for f in found))
    kept = _telling(found, counted, rows.targets)
    rarity = np.array([np.log(len(found) / counted[word]) for word in kept], dtype=np.float32)
    classes = rows.targets.shape[1]
    ranks = {word: rank for rank, word in enumerate(kept)}
    weight, bias = np.zeros((len(kept), classes), np.float32), np.zeros(classes, np.float32)
    empty = Wide(ranks, rarity, weight, bias, Hidden.none(len(kept), classes))
    return _learnt(empty, [empty.bag(f) for f in found], rows, seed)


def _features(text: Text) -> Features:
    return features_of(*text) if isinstance(text, tuple) else features_of(text, "")


def _telling(found: Sequence[Features], counted: Counter[str], targets: Targets) -> list[str]:
    """Return the features that say most of the class, in their order (Dunning 1993, log-likelihood ratio)."""
    held = [word for word, count in counted.items() if count >= LEAST_HELD]
    places = {word: place for place, word in enumerate(held)}
    best = targets.argmax(axis=1)
    table = np.zeros((len(held), targets.shape[1]), dtype=np.float32)
    for features, label in zip(found, best.tolist(), strict=True):
        known = (places.get(word) for word in chain(features.title, features.words))
        table[[place for place in known if place is not None], label] += 1
    everywhere = np.bincount(best, minlength=targets.shape[1]) / len(best)
    sums = table.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        said = np.where(table > 0, table * np.log(table / sums / everywhere), 0).sum(axis=1)
    order = np.lexsort((np.arange(len(held)), -said))[:FEATURES]
    return [held[place] for place in order.tolist()]


class _Layer(torch.nn.Module):
    """What is learnt, as torch holds it."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.linear = torch.nn.EmbeddingBag(features, classes, mode="sum")
        self.units = torch.nn.EmbeddingBag(features, UNITS, mode="sum")
        self.bias = torch.nn.Parameter(torch.zeros(classes))
        self.threshold = torch.nn.Parameter(torch.zeros(UNITS))
        self.out = torch.nn.Linear(UNITS, classes, bias=False)
        self.dropped = torch.nn.Dropout(DROPPED)
        torch.nn.init.zeros_(self.linear.weight)
        torch.nn.init.normal_(self.units.weight, std=START)

    def forward(self, ranks: torch.Tensor, starts: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        active = torch.relu(self.units(ranks, starts, values) + self.threshold)
        logits: torch.Tensor = self.linear(ranks, starts, values) + self.bias + self.out(self.dropped(active))
        return logits

    def squares(self) -> torch.Tensor:
        return (self.linear.weight**2).sum() + (self.units.weight**2).sum()

    def groups(self) -> list[dict[str, Any]]:
        """Return the parameters with their rates: what passes through units learns slower."""
        slow = [self.units.weight, self.out.weight]
        return [
            {"params": [self.linear.weight, self.bias, self.threshold], "lr": RATE},
            {"params": slow, "lr": UNITS_RATE},
        ]

    def numpy(self) -> tuple[NDArray[np.float32], NDArray[np.float32], Hidden]:
        parts = (self.linear.weight, self.bias, self.units.weight, self.threshold, self.out.weight.T)
        weight, bias, *units = (part.detach().numpy().copy() for part in parts)
        return weight, bias, Hidden(*units)


def _learnt(empty: Wide, bags: Sequence[Bag], rows: Rows, seed: int) -> Wide:
    random, _ = np.random.default_rng(seed), torch.manual_seed(seed)
    layer = _Layer(*empty.weight.shape)
    targets, weights = torch.from_numpy(rows.targets), torch.from_numpy(rows.weights.astype(np.float32))
    optimizer = torch.optim.Adam(layer.groups())
    starts = range(0, len(bags), BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, PASSES * len(starts))
    for _ in range(PASSES):
        order = random.permutation(len(bags))
        for start in starts:
            picked = order[start : start + BATCH]
            logits = layer(*_inputs([bags[rank] for rank in picked], random))
            each = -(targets[picked] * torch.log_softmax(logits, 1)).sum(1) * weights[picked]
            loss = each.mean() + DECAY * layer.squares()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    weight, bias, hidden = layer.numpy()
    return replace(empty, weight=weight, bias=bias, hidden=hidden)


def _inputs(bags: Sequence[Bag], random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ranks, starts and values of a batch, some of its words left out."""
    ranks = np.concatenate([bag.ranks for bag in bags])
    values = np.concatenate([bag.values for bag in bags])
    starts = np.cumsum([0, *(len(bag.ranks) for bag in bags[:-1])])
    values = values * (random.random(len(values)) >= DROPPED) / (1 - DROPPED)
    return torch.from_numpy(ranks), torch.from_numpy(starts), torch.from_numpy(values.astype(np.float32))


def share_of(deep: NDArray[np.float32], wide: NDArray[np.float32], measure: Measure) -> float:
    """Return by what the words' logits are best multiplied beside the encoder's, each sum at its best temperature.

    Args:
        deep: logits of the encoder's head, (n, classes), of records that neither learnt.
        wide: those of the layer on words.
        measure: see `Measure`.
    """

    def at_best(factor: float) -> float:
        logits = deep + np.float32(factor) * wide
        return measure(np.float32(golden(lambda x: measure(np.float32(x) * logits), 1 / 20, 20.0)) * logits)

    return golden(at_best, 1 / 20, 20.0, steps=25)

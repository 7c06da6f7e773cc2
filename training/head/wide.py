"""Fitting of the classifier's layer on words, and of its part in the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoder import Text
from models.wide import Bag, Features, Wide, features_of
from training.head.rows import Rows
from training.head.search import golden

FEATURES = 10_000
"""Words kept: 1.1 MB of weights."""
LEAST_HELD = 3
"""Records that must hold a word."""
PASSES, BATCH, RATE = 12, 1024, 0.03
DROPPED = 0.2
"""Share of a record's words left out at each step, so that no single word is trusted."""
DECAY = 3e-6
"""Times the sum of the squared weights is added to the loss."""

Targets = NDArray[np.float32]
Measure = Callable[[NDArray[np.float32]], float]
"""Logits, float32 (n, classes) → loss in nats."""


def fit_wide(rows: Rows, seed: int = 0) -> Wide:
    """Return the layer that best tells the classes from the words of records (softmax regression on soft targets).

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
    empty = Wide(ranks, rarity, np.zeros((len(kept), classes), np.float32), np.zeros(classes, np.float32))
    weight, bias = _learnt([empty.bag(f) for f in found], rows, len(kept), seed)
    return Wide(ranks, rarity, weight, bias)


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


def _learnt(
    bags: Sequence[Bag], rows: Rows, features: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    random, _ = np.random.default_rng(seed), torch.manual_seed(seed)
    layer = torch.nn.EmbeddingBag(features, rows.targets.shape[1], mode="sum")
    torch.nn.init.zeros_(layer.weight)
    bias = torch.zeros(rows.targets.shape[1], requires_grad=True)
    targets, weights = torch.from_numpy(rows.targets), torch.from_numpy(rows.weights.astype(np.float32))
    optimizer = torch.optim.Adam([layer.weight, bias], lr=RATE)
    starts = range(0, len(bags), BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, PASSES * len(starts))
    for _ in range(PASSES):
        order = random.permutation(len(bags))
        for start in starts:
            picked = order[start : start + BATCH]
            logits = _summed(layer, [bags[rank] for rank in picked], random) + bias
            each = -(targets[picked] * torch.log_softmax(logits, 1)).sum(1) * weights[picked]
            loss = each.mean() + DECAY * (layer.weight**2).sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return layer.weight.detach().numpy().copy(), bias.detach().numpy().copy()


def _summed(layer: torch.nn.EmbeddingBag, bags: Sequence[Bag], random: np.random.Generator) -> torch.Tensor:
    ranks = np.concatenate([bag.ranks for bag in bags])
    values = np.concatenate([bag.values for bag in bags])
    starts = np.cumsum([0, *(len(bag.ranks) for bag in bags[:-1])])
    values = values * (random.random(len(values)) >= DROPPED) / (1 - DROPPED)
    summed: torch.Tensor = layer(
        torch.from_numpy(ranks), torch.from_numpy(starts), torch.from_numpy(values.astype(np.float32))
    )
    return summed


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

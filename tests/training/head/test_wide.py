from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cartography.fiche import Fiche
from training.head.rows import Rows
from training.head.wide import FEATURES, LEAST_HELD, fit_wide, share_of

TOOLS = (("python", "spark", "pandas"), ("figma", "maquette", "ergonomie"), ("cuisine", "service", "caisse"))


def rows(seed: int, count: int = 2_000) -> Rows:
    """Three classes, each told by its tools among words that say nothing."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, 3, count)
    said = [
        " ".join([*random.choice(TOOLS[label], 2), *random.choice(["équipe", "poste", "lundi", "profil"], 3)])
        for label in classes.tolist()
    ]
    targets = np.eye(3, dtype=np.float32)[classes]
    return Rows([("Recrutement", text) for text in said], targets, np.ones(count))


def fiches(some: Rows) -> list[Fiche]:
    return [Fiche("1", "offre", text[0], text[1]) for text in some.texts if isinstance(text, tuple)]


def test_it_learns_what_words_say() -> None:
    wide, held = fit_wide(rows(0)), rows(1)
    logits = wide.logits(fiches(held))
    assert (logits.argmax(axis=1) == held.targets.argmax(axis=1)).mean() > 0.97
    assert len(wide.ranks) <= FEATURES
    assert [int(wide.weight[wide.ranks[word]].argmax()) for word in ("python", "figm", "cuisin")] == [0, 1, 2]


def test_it_learns_what_words_say_together() -> None:
    random = np.random.default_rng(0)
    both = random.integers(0, 2, (4_000, 2))
    said = [" ".join(word for word, there in zip(("python", "cuisine"), row, strict=True) if there) for row in both]
    # One of the two or the other, not both: no sum of weights tells it.
    targets = np.eye(2, dtype=np.float32)[both[:, 0] ^ both[:, 1]]
    some = Rows([("Recrutement", f"équipe {text}") for text in said], targets, np.ones(len(said)))
    assert (fit_wide(some).logits(fiches(some)).argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.97


def test_words_that_few_records_hold_are_left_out() -> None:
    some = rows(0)
    rare = Rows([("Recrutement", "licorne"), *some.texts[1:]], some.targets, some.weights)
    assert LEAST_HELD > 1
    assert "licorn" not in fit_wide(rare).ranks


def test_the_seed_decides() -> None:
    one, same, other = (fit_wide(rows(0), seed).weight for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_records_count_by_their_weight() -> None:
    some = rows(0)
    flipped = np.concatenate([some.targets, np.roll(some.targets, 1, axis=1)])
    weights = np.concatenate([np.ones(2_000), np.full(2_000, 0.05)])
    wide = fit_wide(Rows([*some.texts, *some.texts], flipped, weights))
    assert (wide.logits(fiches(some)).argmax(axis=1) == some.targets.argmax(axis=1)).mean() > 0.97


@pytest.mark.parametrize(("trusted", "least", "most"), [("wide", 2.0, 21.0), ("deep", 0.0, 0.3)])
def test_the_share_follows_what_each_knows(trusted: str, least: float, most: float) -> None:
    random = np.random.default_rng(0)
    targets = np.eye(3, dtype=np.float32)[random.integers(0, 3, 400)]
    knows = (targets * 2 + random.normal(size=targets.shape)).astype(np.float32)
    noise = random.normal(size=targets.shape).astype(np.float32)
    deep, wide = (noise, knows) if trusted == "wide" else (knows, noise)

    def loss(logits: NDArray[np.float32]) -> float:
        logs = torch.log_softmax(torch.from_numpy(logits), 1).numpy()
        return float(-(targets * logs).sum(axis=1).mean())

    assert least < share_of(deep, wide, loss) < most

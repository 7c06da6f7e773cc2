from __future__ import annotations

import numpy as np

from training.head.linear import Examples, HeadSettings, train_head


def _examples(seed: int, count: int = 300) -> Examples:
    """Three classes around three directions of a plane in eight dimensions."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 3, count)
    vectors = np.eye(8, dtype=np.float32)[classes] + 0.3 * rng.standard_normal((count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Examples(vectors.astype(np.float32), np.eye(3, dtype=np.float32)[classes], np.ones(count))


def test_it_learns() -> None:
    trained = train_head(_examples(0), _examples(1), HeadSettings(epochs=40, rate=0.05))
    held = _examples(2)
    right = trained.head.logits(held.vectors).argmax(axis=1) == held.targets.argmax(axis=1)
    assert right.mean() > 0.9
    assert trained.curve[trained.best][1] == min(loss for _, loss in trained.curve)


def test_the_seed_decides() -> None:
    one, same, other = (
        train_head(_examples(0), _examples(1), HeadSettings(seed=s, epochs=3)).head.weight for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_it_stops_when_validation_gets_worse() -> None:
    train = _examples(0)
    reversed_targets = Examples(train.vectors, np.roll(train.targets, 1, axis=1), train.weights)
    trained = train_head(train, reversed_targets, HeadSettings(epochs=50, patience=3))
    assert len(trained.curve) < 10


def test_weights_count() -> None:
    train = _examples(0)
    weights = np.where(train.targets[:, 0] == 1, 0.0, 1.0)
    head = train_head(
        Examples(train.vectors, train.targets, weights), _examples(1), HeadSettings(epochs=20, rate=0.05)
    ).head
    # The class of weight 0 is never seen: its rows go to the others.
    assert (head.logits(train.vectors).argmax(axis=1) != 0).mean() > 0.9

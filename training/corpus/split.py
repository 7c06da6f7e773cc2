"""The two sides of the corpus, decided by hash: the same title falls on the same side in every run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal, TypeVar

Side = Literal["train", "validation"]
T = TypeVar("T")

VALIDATION_SHARE = 0.15


def number(key: str) -> int:
    """Return a 64-bit number that depends on the key alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def pick(items: Sequence[T], key: str) -> T:
    """Return one of the items, always the same for a key.

    >>> pick("abc", "x") == pick("abc", "x")
    True
    """
    return items[number(key) % len(items)]


def side_of(key: str) -> Side:
    """Return the side of a key: about `VALIDATION_SHARE` of all keys are validation."""
    return "validation" if number(f"split:{key}") < VALIDATION_SHARE * 2**64 else "train"


def groups(keys: Iterable[Sequence[str]]) -> list[str]:
    """Join what shares a key, directly or through others, and name each group by its first key in order.

    Args:
        keys: for each unit its keys, at least one.

    Returns:
        For each unit the name of its group.

    >>> groups([["dev web", "deve web"], ["data"], ["web dev", "dev web"]])
    ['dev web', 'data', 'dev web']
    """
    rows = [list(row) for row in keys]
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for row in rows:
        for other in row:
            low, high = sorted((root(row[0]), root(other)))
            parent[high] = low
    return [root(row[0]) for row in rows]

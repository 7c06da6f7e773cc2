"""Neighbours: exact where few vectors or few that pass, near enough where they are many, the latest always seen."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.search import vectors as module
from models.search.vectors import VectorStore, build_approximate, read_approximate


def units(count: int, seed: int = 0, dimension: int = 16) -> NDArray[np.float16]:
    found = np.random.default_rng(seed).normal(size=(count, dimension))
    result: NDArray[np.float16] = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)
    return result


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 40), st.integers(0, 2**60 - 1))
def test_the_nearest_that_pass_are_those_of_a_sort(old: int, new: int, k: int, bits: int) -> None:
    matrix = units(old + new)
    store = VectorStore(matrix[:old])
    store.extend(matrix[old:].astype(np.float32))
    mask = np.array([bits >> i & 1 for i in range(old + new)], dtype=bool)
    query = units(1, seed=1)[0].astype(np.float32)
    scores, found = store.search(query, k, mask)
    cosines = matrix.astype(np.float32) @ query
    expected = sorted(np.flatnonzero(mask).tolist(), key=lambda p: (-cosines[p], p))[:k]
    assert found.tolist() == expected
    assert np.allclose(scores, cosines[expected])


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[NDArray[np.float16], VectorStore]:
    """Return 4,000 vectors behind a mapped inverted file, as if they were a million."""
    monkeypatch.setattr(module, "FLAT_MOST", 1_000)
    monkeypatch.setattr(module, "EXACT_MOST", 50)
    matrix = units(4_000)
    faiss.write_index(build_approximate(matrix), str(tmp_path / "voisins.faiss"))
    return matrix, VectorStore(matrix, read_approximate(tmp_path / "voisins.faiss"))


def test_many_vectors_are_found_through_an_inverted_file(many: tuple[NDArray[np.float16], VectorStore]) -> None:
    matrix, store = many
    queries = units(20, seed=2).astype(np.float32)
    hits = 0
    for query in queries:
        exact = set(np.argsort(-(matrix.astype(np.float32) @ query))[:10].tolist())
        hits += len(exact & set(store.search(query, 10)[1].tolist()))
    assert hits / 200 >= 0.9


@pytest.mark.parametrize("passing", [20, 400, 3_999])
def test_a_filter_lets_only_its_own_pass(many: tuple[NDArray[np.float16], VectorStore], passing: int) -> None:
    matrix, store = many
    mask = np.zeros(4_000, dtype=bool)
    mask[:passing] = True
    query = units(1, seed=3)[0].astype(np.float32)
    found = store.search(query, 10, mask)[1]
    assert len(found) == 10
    assert mask[found].all()
    exact = np.argsort(-np.where(mask, matrix.astype(np.float32) @ query, -2))[:10]
    assert len(set(exact.tolist()) & set(found.tolist())) >= 8


def test_the_latest_are_seen_beside_the_file(many: tuple[NDArray[np.float16], VectorStore]) -> None:
    _, store = many
    query = units(1, seed=4)[0].astype(np.float32)
    store.extend(query[None, :])
    assert store.search(query, 1)[1].tolist() == [4_000]
    mask = np.ones(4_001, dtype=bool)
    mask[4_000] = False
    assert store.search(query, 1, mask)[1][0] < 4_000


def test_few_vectors_need_no_inverted_file() -> None:
    assert build_approximate(units(100)) is None

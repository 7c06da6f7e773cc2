import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cartography.loading import load_version
from models.head import Head, TreeSums, softmax


@given(arrays(np.float32, (3, 5), elements=st.floats(-50, 50, width=32)))
def test_softmax_rows_are_distributions(logits: np.ndarray) -> None:
    rows = softmax(logits)
    assert np.all(rows >= 0)
    assert rows.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_a_parent_is_the_sum_of_its_children() -> None:
    tree = load_version()
    rng = np.random.default_rng(0)
    postes = rng.dirichlet(np.ones(len(tree.postes)), size=4).astype(np.float32)
    metiers, familles = TreeSums.of(tree).sums(postes)
    assert metiers.shape == (4, 36)
    assert familles.shape == (4, 6)
    assert familles.sum(axis=1) == pytest.approx(postes.sum(axis=1), abs=1e-5)
    rank = {p.id: i for i, p in enumerate(tree.postes)}
    cloud = next(i for i, m in enumerate(tree.metiers) if m.id == "cloud")
    children = [rank["architecte-cloud"], rank["technicien-cloud"], rank["ingenieur-cloud-computing"]]
    assert metiers[:, cloud] == pytest.approx(postes[:, children].sum(axis=1), abs=1e-6)


def test_a_higher_temperature_flattens() -> None:
    weight, bias = np.eye(3, dtype=np.float32), np.zeros(3, dtype=np.float32)
    vector = np.array([[1.0, 0.0, 0.0]], dtype=np.float32)
    sharp, flat = (Head(weight, bias, t).probabilities(vector)[0, 0] for t in (0.5, 2.0))
    assert sharp > flat > 1 / 3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cartography.loading import load_version
from models.head import Tempering, TreeSums, softmax, temper


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


SUMS = TreeSums(metier_of=np.array([0, 0, 1, 2]), famille_of=np.array([0, 0, 0, 1]))
TEMPERINGS = st.builds(
    Tempering,
    slope=st.floats(0.2, 5),
    shift=st.floats(-3, 3),
    famille=st.floats(0.2, 5),
    metier=st.floats(0.2, 5),
    poste=st.floats(0.2, 5),
)
LOGITS = arrays(np.float32, (3, 5), elements=st.floats(-20, 20, width=32))


@given(LOGITS)
def test_no_tempering_is_the_softmax(logits: np.ndarray) -> None:
    np.testing.assert_allclose(temper(logits, SUMS, Tempering()), softmax(logits), atol=1e-6)


@given(LOGITS, TEMPERINGS)
def test_tempered_rows_are_distributions_that_keep_the_order_within_a_metier(
    logits: np.ndarray, tempering: Tempering
) -> None:
    rows = temper(logits, SUMS, tempering)
    assert rows.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert np.all((logits[:, 0] <= logits[:, 1]) | (rows[:, 0] >= rows[:, 1]))


def test_a_higher_temperature_flattens_its_level_only() -> None:
    logits = np.array([[2.0, 0.0, 1.0, 0.0, 1.0]], dtype=np.float32)
    plain, flat = (temper(logits, SUMS, t)[0] for t in (Tempering(), Tempering(poste=3.0)))
    assert plain[0] > flat[0] > flat[1] > plain[1]
    assert flat[0] + flat[1] == pytest.approx(plain[0] + plain[1], abs=1e-6)
    np.testing.assert_allclose(flat[2:], plain[2:], atol=1e-6)


def test_the_shift_moves_the_decision_only() -> None:
    logits = np.array([[2.0, 0.0, 1.0, 0.0, 1.0]], dtype=np.float32)
    plain, moved = (temper(logits, SUMS, t)[0] for t in (Tempering(), Tempering(shift=-1.0)))
    assert moved[-1] > plain[-1]
    np.testing.assert_allclose(moved[:-1] / moved[:-1].sum(), plain[:-1] / plain[:-1].sum(), rtol=1e-4)

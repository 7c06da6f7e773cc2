from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.confidence import Confidence, Sureness, best_path
from models.head import TreeSums

SUMS = TreeSums(metier_of=np.array([0, 0, 1, 2]), famille_of=np.array([0, 0, 0, 1]))
WEIGHTS = st.floats(-3, 3)
CONFIDENCES = st.builds(Confidence, WEIGHTS, WEIGHTS, WEIGHTS)


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=5),
    st.builds(Sureness, CONFIDENCES, CONFIDENCES, CONFIDENCES),
)
def test_no_node_is_surer_than_the_one_above_it(rows: list[list[float]], sureness: Sureness) -> None:
    postes = np.array(rows, dtype=np.float32) / 4
    score = postes.sum(axis=1)
    famille, metier, poste = sureness.of(best_path(postes, SUMS), score)
    assert (famille <= score).all()
    assert (metier <= famille).all()
    assert (poste <= metier).all()
    assert (poste >= 0).all()


def test_untaught_it_gives_the_probability_back() -> None:
    postes = np.array([[0.5, 0.2, 0.1, 0.05]])
    sure = Sureness().of(best_path(postes, SUMS), postes.sum(axis=1))
    np.testing.assert_allclose(np.stack(sure)[:, 0], [0.8, 0.7, 0.5])


def test_the_path_follows_the_likeliest_parent() -> None:
    # The likeliest poste is the last; its famille is not the likeliest.
    postes = np.array([[0.25, 0.1, 0.25, 0.4]])
    (_, famille), (_, metier), (_, poste) = best_path(postes, SUMS)
    assert (famille[0], metier[0], poste[0]) == (0, 0, 0)

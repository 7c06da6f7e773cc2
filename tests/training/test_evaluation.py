from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartography.fiche import Fiche
from models.answer import Answer, Niveau, Scored
from training.errors import EvaluationError
from training.measure.evaluation import report
from training.measure.gold import Labelled, read_gold
from training.measure.metrics import bootstrap, calibration_error, chance_error, measure, ratio


def _gold(kind: str, poste: str | None, *more: str) -> Labelled:
    fiche = Fiche(id="x", type="offre" if kind == "offre" else "formation", intitule="x")
    return Labelled(fiche, True, ("F",), ("M",), (poste, *more)) if poste else Labelled(fiche, False)


def _answer(score: float, niveau: Niveau, path: tuple[str, str, str] | None, *candidats: str) -> Answer:
    f, m, p = (Scored(i, i, s) for i, s in zip(path, (0.8, 0.7, 0.6), strict=True)) if path else (None, None, None)
    return Answer("x", path is not None, score, niveau, f, m, p, tuple(Scored(c, c, 0.1) for c in candidats), (), {})


GOLD = [_gold("offre", "a"), _gold("offre", "b", "c"), _gold("formation", "d"), _gold("formation", None)]
ANSWERS = [
    _answer(0.95, "poste", ("F", "M", "a"), "a", "z", "y"),
    _answer(0.75, "famille", ("F", "N", "z"), "z", "c", "y"),
    _answer(0.35, "aucun", None, "z", "y", "x", "d"),
    _answer(0.65, "metier", ("G", "O", "q"), "q"),
]


def test_figures_against_hand_calculation() -> None:
    got = {name: figure.value for name, figure in report(GOLD, ANSWERS, draws=10)["tous"].items()}
    # Found digital: 1, 2 and 4; digital in truth: 1, 2 and 3.
    assert got["numerique_precision"] == pytest.approx(2 / 3)
    assert got["numerique_rappel"] == pytest.approx(2 / 3)
    assert got["numerique_f1"] == pytest.approx(2 / 3)
    # Of 1, 2 and 3: famille right for 1 and 2, métier and poste for 1; the second's candidates hold "c".
    assert (got["famille"], got["metier"], got["poste"]) == pytest.approx((2 / 3, 1 / 3, 1 / 3))
    assert got["poste_top3"] == pytest.approx(2 / 3)
    # Sure of the famille: 1, 2 and 4, of which 1 and 2 are right; of the métier: 1 and 4; of the poste: 1.
    assert (got["couverture_famille"], got["precision_famille"]) == pytest.approx((2 / 3, 2 / 3))
    assert (got["couverture_metier"], got["precision_metier"]) == pytest.approx((1 / 3, 1 / 2))
    assert (got["couverture_poste"], got["precision_poste"]) == pytest.approx((1 / 3, 1.0))
    # One record a bin: |.95-1| + |.75-1| + |.35-1| + |.65-0| over 4.
    assert got["ece_numerique"] == pytest.approx((0.05 + 0.25 + 0.65 + 0.65) / 4)
    # Postes given at .6 to 1, 2 and 4, one right: |.6 - 1/3|.
    assert got["ece_poste"] == pytest.approx(0.6 - 1 / 3)


def test_each_type_has_its_figures() -> None:
    got = report(GOLD, ANSWERS, draws=10)
    assert list(got) == ["tous", "formation", "offre"]
    assert got["offre"]["famille"].value == 1
    assert got["formation"]["famille"].value == 0
    assert got["formation"]["famille"].count == 1


def test_the_interval_is_seeded_and_holds_the_value() -> None:
    one, same = (report(GOLD * 30, ANSWERS * 30, seed=3)["tous"]["poste"] for _ in range(2))
    assert one == same
    assert one.low < one.value < one.high


def test_nothing_to_count_is_no_figure() -> None:
    figure = measure(ratio(np.array([0, 0]), np.array([0, 0])), 0, bootstrap(2, 5, 0))
    assert np.isnan(figure.value)


def test_calibration_error_of_a_calibrated_sample() -> None:
    right = np.array([True] * 7 + [False] * 3)
    assert calibration_error(np.full(10, 0.7), right)(np.ones((1, 10)))[0] == pytest.approx(0)


@given(st.lists(st.floats(0.02, 0.98), min_size=40, max_size=120), st.integers(0, 100))
@settings(max_examples=25)
def test_what_chance_shows_is_what_honest_scores_show(scores: list[float], seed: int) -> None:
    confidences, once = np.array(scores), np.ones((1, len(scores)))
    random = np.random.default_rng(seed)
    drawn = [calibration_error(confidences, random.random(len(scores)) < confidences)(once)[0] for _ in range(400)]
    assert chance_error(confidences)(once)[0] == pytest.approx(np.mean(drawn), rel=0.25)


def test_gold_is_read(gold_file: Path) -> None:
    one, two = read_gold(gold_file)
    assert (one.numerique, one.postes, one.fiche.rome) == (True, ("developpeur-web",), ("M1855",))
    assert not two.numerique


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "aucune fiche"),
        ("{", "ligne 1"),
        ('\n{"id": "a", "type": "offre", "intitule": "x"}', "ligne 2 : gold : champ obligatoire absent"),
        ('{"id": "a", "type": "offre", "intitule": "x", "gold": {"numerique": "peut-être"}}', "gold.numerique"),
        ('{"id": "a", "type": "stage", "intitule": "x", "gold": {"numerique": "non"}}', "ligne 1 : type"),
    ],
)
def test_bad_gold_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=message):
        read_gold(path)

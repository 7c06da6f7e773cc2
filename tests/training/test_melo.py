from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from models.encoder import Vectors
from training.errors import EvaluationError
from training.measure.cli import melo
from training.measure.melo import ANNOTATIONS, LABELS, QUERIES, measure_melo, read_melo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / QUERIES).write_text("q1\tboulanger\nq2\tdéveloppeur\nq3\tsans réponse\n", encoding="utf-8")
    (tmp_path / LABELS).write_text("a\tboulanger\nb\tdéveloppeur web\nc\tdéveloppeur\n", encoding="utf-8")
    (tmp_path / ANNOTATIONS).write_text("q1\t0\ta\t1\nq2\t0\tb\t1\nq2\t0\tc\t1\n", encoding="utf-8")
    return tmp_path


def _letters(texts: list[str]) -> Vectors:
    rows = np.array([[text.count(c) for c in "abcdefghijklmnopqrstuvwxyz"] for text in texts], dtype=np.float32)
    out: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return out


def test_the_task_is_read_and_queries_without_an_answer_left_out(folder: Path) -> None:
    task = read_melo(folder)
    assert task.queries == ("boulanger", "développeur")
    assert task.relevant == (frozenset({0}), frozenset({1, 2}))


def test_a_perfect_order_scores_one(folder: Path) -> None:
    figures = measure_melo(read_melo(folder), lambda texts: _letters(list(texts)))
    assert (figures.map, figures.first, figures.queries) == (1.0, 1.0, 2)


def test_a_wrong_first_place_costs_what_the_formula_says(folder: Path) -> None:
    (folder / ANNOTATIONS).write_text("q1\t0\tb\t1\n", encoding="utf-8")
    task = read_melo(folder)
    vectors = {"boulanger": [1.0, 0.0], "développeur web": [0.8, 0.6], "développeur": [0.0, 1.0]}
    figures = measure_melo(task, lambda texts: np.array([vectors[t] for t in texts], dtype=np.float32))
    assert (figures.map, figures.first) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [(ANNOTATIONS, "q9\t0\ta\t1\n", "q9"), (QUERIES, "q1 sans tabulation\n", "ligne 1"), (LABELS, None, LABELS)],
)
def test_a_damaged_task_is_named(folder: Path, name: str, content: str | None, said: str) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        read_melo(folder)
    assert said in caught.value.message


def test_the_command_prints_the_figures(folder: Path, tiny_bundle_dir: Path) -> None:
    result = CliRunner().invoke(melo, [str(folder), "--bundle", str(tiny_bundle_dir)])
    assert result.exit_code == 0, result.output
    assert "MAP 1.000" in result.output

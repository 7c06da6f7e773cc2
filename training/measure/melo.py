"""The MELO benchmark, French task: ROME appellations to be linked to ESCO labels (Retyk et al. 2024, MELO).

Zero-shot ranking: each query ranks every label by cosine; the figure is the mean over queries of average precision.
Its annotations are for measuring only: nothing here, and nothing in training, learns from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.encoder import Vectors
from training.errors import EvaluationError

FOLDER = Path("bench/melo-fra")
QUERIES, LABELS, ANNOTATIONS = "queries.tsv", "corpus_elements.tsv", "annotations.tsv"


@dataclass(frozen=True)
class Melo:
    """The task.

    Attributes:
        queries: texts to be linked.
        labels: texts to be ranked; several may belong to one concept.
        relevant: for each query, the ranks of its right labels in `labels`; never empty.
    """

    queries: tuple[str, ...]
    labels: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]


@dataclass(frozen=True)
class MeloFigures:
    """What an encoder reaches.

    Attributes:
        map: mean average precision, in [0, 1].
        first: share of queries whose first label is right.
        queries: how many.
    """

    map: float
    first: float
    queries: int


def read_melo(folder: Path) -> Melo:
    """Read the task's three files.

    Raises:
        EvaluationError: a file is missing or malformed, or annotations name what is not there; the message says where.
    """
    queries = dict(_rows(folder / QUERIES, 2))
    labels = dict(_rows(folder / LABELS, 2))
    rank = {key: i for i, key in enumerate(labels)}
    relevant: dict[str, set[int]] = {}
    for query, _, label, _ in _rows(folder / ANNOTATIONS, 4):
        if query not in queries or label not in rank:
            raise EvaluationError("melo_invalide", f"{folder / ANNOTATIONS} : {query} ou {label} est inconnu")
        relevant.setdefault(query, set()).add(rank[label])
    kept = [key for key in queries if key in relevant]
    return Melo(
        tuple(queries[key] for key in kept), tuple(labels.values()), tuple(frozenset(relevant[key]) for key in kept)
    )


def _rows(path: Path, columns: int) -> list[list[str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError("melo_illisible", f"{path} : illisible ({error})") from error
    rows = [line.split("\t") for line in lines if line.strip()]
    for number, row in enumerate(rows, 1):
        if len(row) != columns:
            raise EvaluationError("melo_invalide", f"{path}, ligne {number} : {columns} colonnes attendues")
    return rows


def average_precision(ranks: Sequence[int]) -> float:
    """Return the average precision of a query from the 0-based ranks of its right answers.

    Right answers at the first and the third place: precision 1/1 and 2/3 there, mean 5/6.

    >>> round(average_precision([0, 2]), 4)
    0.8333
    """
    return float(np.mean([(i + 1) / (rank + 1) for i, rank in enumerate(sorted(ranks))]))


def measure_melo(task: Melo, encode: Callable[[Sequence[str]], Vectors]) -> MeloFigures:
    """Rank every label for every query and measure.

    Args:
        task: the benchmark.
        encode: texts → unit vectors, float32 (n, dimension).
    """
    scores = encode(task.queries) @ encode(task.labels).T
    places = [_places(row, relevant) for row, relevant in zip(scores, task.relevant, strict=True)]
    return MeloFigures(
        map=float(np.mean([average_precision(p) for p in places])),
        first=float(np.mean([min(p) == 0 for p in places])),
        queries=len(places),
    )


def _places(scores: NDArray[np.float32], relevant: frozenset[int]) -> list[int]:
    """Return the 0-based ranks of the right labels; equal scores keep the order of the labels."""
    place = np.empty(len(scores), dtype=np.intp)
    place[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return [int(place[rank]) for rank in relevant]

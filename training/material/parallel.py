"""Sentences with their translation, technical documentation capped."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

FILE = Path("data/parallel/all_parallel_scored.tsv")
STS = Path("data/parallel/stsb_fr_en_train.jsonl")
LEAST_SCORE = 0.3
LONGEST = 300
"""Characters: longer sentences cost much and teach no more words."""

CAPS = {"php_docs": 12_000, "mdn_2021": 12_000, "django_docs": 8_000, "python_docs": 8_000}
DEFAULT_CAP = 100_000


def parallel_sentences(root: Path, *, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (French, English) sentences, at most `CAPS` of each source, drawn by seed.

    Args:
        root: folder that holds `data/`.
        seed: of the draw.
    """
    by_source: dict[str, list[tuple[str, str]]] = {}
    with (root / FILE).open(encoding="utf-8", newline="") as stream:
        for source, score, english, french in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if float(score) >= LEAST_SCORE and len(french) <= LONGEST:
                by_source.setdefault(source, []).append((french, english))
    draw = np.random.default_rng(seed)
    for source, pairs in sorted(by_source.items()):
        cap = CAPS.get(source, DEFAULT_CAP)
        if len(pairs) > cap:
            pairs = [pairs[i] for i in draw.choice(len(pairs), size=cap, replace=False)]
        yield from pairs

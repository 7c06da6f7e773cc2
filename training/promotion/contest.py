"""Both models answer the same records, in turns, on the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cartography.crosswalk import Crosswalk
from cartography.tree import Cartographie
from models.answer import Answer
from models.bundle import load_bundle
from models.classifier import Classifier
from training.corpus.learned import learned_splits
from training.corpus.record_examples import labelled_of
from training.measure.evaluation import TOP
from training.measure.gold import Labelled, read_gold
from training.promotion.corrections import corrected
from training.promotion.judgement import CORRECTIONS, Contender

TURNS = 3
"""Timings of each, in turns: the fastest of each counts, since whatever disturbs only slows."""
TIMED = 600
"""Records that are timed."""
GOLD, TEST = "jeu de développement", "fiches de test"


def judged_sets(gold: Path | None, data: Path, tree: Cartographie) -> dict[str, list[Labelled]]:
    """Return the labelled records to judge on, by name; empty sets are left out.

    Args:
        gold: development set, or another labelled file; None for none.
        data: folder of the labelled records' texts, which may be absent: the project's own records are then the test.
        tree: of the labels.
    """
    splits = learned_splits(data, tree, gold)
    sets = {
        GOLD: read_gold(gold) if gold is not None else [],
        TEST: [labelled_of(row) for row in splits["test"]],
        CORRECTIONS: corrected(data, tree),
    }
    return {name: labelled for name, labelled in sets.items() if labelled}


def contend(
    sets: Mapping[str, Sequence[Labelled]],
    champion: Path,
    challenger: Path,
    tree: Cartographie,
    crosswalk: Crosswalk,
    progress: Callable[[str], Any] = lambda said: None,
) -> tuple[Contender, Contender]:
    """Return what the two did.

    Args:
        sets: labelled records by name, not empty.
        champion: directory of its bundle.
        challenger: directory of its bundle.
        tree: that both answer with.
        crosswalk: ROME labels.
        progress: told what begins.

    Raises:
        GenscanError: a bundle cannot be loaded.
    """
    places = (champion, challenger)
    models = [Classifier(load_bundle(place, tree), tree, crosswalk) for place in places]
    answers: list[dict[str, Sequence[Answer]]] = []
    for model in models:
        progress(f"{model.versions['modele']} répond à {sum(map(len, sets.values()))} fiches")
        answers.append({name: model.classify([i.fiche for i in items], top_k=TOP) for name, items in sets.items()})
    progress("débit, à tour de rôle")
    fiches = [item.fiche for items in sets.values() for item in items][:TIMED]
    best = [float("inf"), float("inf")]
    for _ in range(TURNS):
        for rank, model in enumerate(models):
            start = time.perf_counter()
            model.classify(fiches, top_k=TOP)
            best[rank] = min(best[rank], time.perf_counter() - start)
    old, new = (
        Contender(model.versions["modele"], given, len(fiches) / seconds, _size(place))
        for model, given, seconds, place in zip(models, answers, best, places, strict=True)
    )
    return old, new


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir())

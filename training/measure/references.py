"""The plain classifiers beside a model, taught what the model itself was taught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import datasets

from cartography.crosswalk import load_crosswalk
from cartography.tree import Cartographie
from models.bundle import Bundle
from models.layout import LAYOUT
from training.corpus.examples import build_corpus
from training.corpus.labelled import HELD_OUT
from training.corpus.learned import learned_splits
from training.labels.sources import shared_root
from training.measure.comparison import System
from training.measure.gold import Labelled
from training.measure.opponents import Ground, opponents


def references(
    bundle: Bundle,
    directory: Path,
    tree: Cartographie,
    labelled: Sequence[Labelled],
    *,
    path: Path | None,
    cache: Path,
    say: Callable[[str], Any],
) -> list[System]:
    """Learn the reference classifiers from what a model learns from, and answer with them.

    Args:
        bundle: the model.
        directory: of its files.
        tree: as the model's.
        labelled: records to be answered.
        path: file of these; None for the sample catalogue, which nothing learns from.
        cache: folder of what is kept from one run to the next.
        say: called at each stage.
    """
    datasets.disable_progress_bars()
    say("corpus des références")
    # A model put in service learnt from every publisher, one that is measured held some back: its card says which.
    for held_out in ((), HELD_OUT):
        splits = learned_splits(shared_root(), tree, path, held_out=held_out)
        corpus = build_corpus(tree, load_crosswalk(), splits)
        if _learnt(corpus.digest, directory):
            break
    ground = Ground(bundle, corpus, splits, cache)
    say(_lessons(ground, directory))
    return opponents(ground, tree, [item.fiche for item in labelled], say)


def _lessons(ground: Ground, directory: Path) -> str:
    """Say what the references learn from, and whether the model learned from the same."""
    corpus = ground.corpus
    sides, sources = corpus.dataset["split"], corpus.dataset["source"]
    learned = [source for source, side in zip(sources, sides, strict=True) if side == "train"]
    records = learned.count("fiche")
    said = (
        f"{records} fiches étiquetées, {len(ground.reserve)} de la réserve hors numérique et "
        f"{len(learned) - records} textes des titres, comme le modèle ; corpus {corpus.digest}"
    )
    return (
        said
        if _learnt(corpus.digest, directory)
        else f"{said}, qui n'est plus celui que le modèle a appris (voir sa fiche)"
    )


def _learnt(digest: str, directory: Path) -> bool:
    """Return whether the card of a model names this corpus."""
    return digest in (directory / LAYOUT.card).read_text(encoding="utf-8")

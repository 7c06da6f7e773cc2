"""What a model is held against, learned in the same run from the same rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from datasets import DatasetDict
from sklearn import __version__ as sklearn_version

from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.bundle import Bundle
from models.classifier import text_of
from models.encoder import Encoder, Vectors
from training.corpus.examples import Corpus
from training.corpus.labelled import RESERVE
from training.corpus.record_examples import fiche_of, labelled_of
from training.encoder.base import load_base
from training.encoder.embeddings import cache_path, embed
from training.encoder.graphs import export
from training.encoder.names import DEFAULT_BASE
from training.measure.baselines import (
    LOGISTIC_C,
    NEIGHBOURS,
    SVM_C,
    Encode,
    Guess,
    Lessons,
    lessons_of,
    logistic,
    neighbours,
    remembered,
    tfidf_svm,
)
from training.measure.comparison import System
from training.measure.flat import Flat, calibrated, poste_answer

CALIBRATING = ("validation", "test")
"""Splits that set the flat thresholds, as they set the model's."""
PLAIN_TOKENS = 128
"""Where all-MiniLM-L6-v2 cuts its texts: it was trained on 128 pieces."""


@dataclass(frozen=True)
class Ground:
    """What opponents are made from.

    Attributes:
        bundle: the model to be held against.
        corpus: what it learns from.
        splits: the labelled splits of that corpus, the reserve among them.
        cache: folder of what is kept from one run to the next.
        base: encoder of the plain logistic regression; the default base when None.
    """

    bundle: Bundle
    corpus: Corpus
    splits: DatasetDict
    cache: Path
    base: str | None = None

    @property
    def reserve(self) -> list[Fiche]:
        """The out-of-scope records set aside, from which the model learns too."""
        return [fiche_of(row) for row in self.splits[RESERVE]] if RESERVE in self.splits else []

    @property
    def plain(self) -> str:
        """The encoder of the plain logistic regression."""
        return self.base or DEFAULT_BASE


def opponents(
    ground: Ground, tree: Cartographie, fiches: Sequence[Fiche], say: Callable[[str], Any] = lambda stage: None
) -> list[System]:
    """Return the four systems that a model is held against.

    Args:
        ground: what they are made from.
        tree: as the model's.
        fiches: records to be answered.
        say: called at each stage.
    """
    lessons = lessons_of(ground.corpus, ground.reserve)
    say("référence : TF-IDF et SVM")
    guesses = {"TF-IDF + SVM": _svm(ground, lessons, fiches)}
    say(f"référence : {Path(ground.plain).name} et régression logistique")
    guesses["MiniLM + logistique"] = _logistic(ground, lessons, fiches)
    say("référence : plus proches voisins dans l'espace du modèle")
    guesses[f"{NEIGHBOURS} voisins"] = _neighbours(ground, lessons, fiches)
    say("référence : modèle sans ROME ni hiérarchie")
    held = [labelled_of(row) for name in CALIBRATING if name in ground.splits for row in ground.splits[name]]
    flat = calibrated(Flat(ground.bundle.head, partial(_features, ground.bundle), tree), held)
    return [
        *(
            System(name, [poste_answer(f, g, tree) for f, g in zip(fiches, found, strict=True)], scored=False)
            for name, found in guesses.items()
        ),
        System("sans ROME ni arbre", flat.answers(fiches)),
    ]


def _own(bundle: Bundle, fiches: Sequence[Fiche]) -> Vectors:
    """Return the model's own vectors, made as when it answers."""
    return bundle.encoder.read([bundle.reader.text(fiche) for fiche in fiches]).embedding


def _features(bundle: Bundle, fiches: Sequence[Fiche]) -> Vectors:
    """Return what the model's head reads."""
    return bundle.encoder.read([bundle.reader.text(fiche) for fiche in fiches]).features


def _svm(ground: Ground, lessons: Lessons, fiches: Sequence[Fiche]) -> list[Guess]:
    recipe = f"tfidf-svm 1 {SVM_C} {sklearn_version} {lessons.digest}"
    return remembered(ground.cache, recipe, fiches, lambda: tfidf_svm(lessons)(fiches))


def _neighbours(ground: Ground, lessons: Lessons, fiches: Sequence[Fiche]) -> list[Guess]:
    recipe = f"voisins 1 {ground.bundle.manifest.version} {NEIGHBOURS} {lessons.digest}"
    learn = partial(neighbours, lessons, partial(_own, ground.bundle))
    return remembered(ground.cache, recipe, fiches, lambda: learn()(fiches))


def _logistic(ground: Ground, lessons: Lessons, fiches: Sequence[Fiche]) -> list[Guess]:
    recipe = f"logistique 1 {ground.plain} {PLAIN_TOKENS} {LOGISTIC_C} {sklearn_version} {lessons.digest}"
    return remembered(ground.cache, recipe, fiches, lambda: logistic(lessons, _plain(ground, lessons))(fiches))


def _plain(ground: Ground, lessons: Lessons) -> Encode:
    """Return the base encoder as it comes, through the same export as a model's."""
    base = load_base(ground.plain)
    with tempfile.TemporaryDirectory(prefix="genscan-") as directory:
        texts = [text_of(fiche) for fiche in lessons.fiches]
        graphs = export(base, min(PLAIN_TOKENS, base.limit), texts, Path(directory))
        cache = cache_path(ground.cache, graphs.graph, graphs.encoder.max_tokens)
    return partial(_encode, graphs.encoder, cache)


def _encode(encoder: Encoder, cache: Path, fiches: Sequence[Fiche]) -> Vectors:
    return embed(encoder, [text_of(fiche) for fiche in fiches], cache)

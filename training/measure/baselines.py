"""Plain classifiers that the model is held against, learned from the same rows as the model.

Each takes the best of its classes, the postes and hors numérique, and gives no score. What they are set to was chosen
on the validation split of the corpus, never on the development set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC

from cartography.fiche import Fiche
from cartography.files import write_atomic
from cartography.text import fold
from models.classifier import text_of
from models.encoder import Vectors
from training.corpus.examples import Corpus
from training.head.lessons import RECORD, RESERVE_SHARE

SVM_C = 1.0
"""The best of .1, .3, 1 and 3 on validation, or as good."""
LOGISTIC_C = 10.0
"""Better than 1 on validation."""
NEIGHBOURS = 10
"""The best of 5, 10, 20 and 50 on validation."""

Guess = str | None
"""A poste, or None for hors numérique."""

Baseline = Callable[[Sequence[Fiche]], list[Guess]]
"""A text classifier, already learned: one guess a record, in order."""

Encode = Callable[[Sequence[Fiche]], Vectors]


@dataclass(frozen=True)
class Lessons:
    """What a model is trained on: labelled records, titles and the reserve, with the weights that it gives them.

    Attributes:
        fiches: n texts as records.
        targets: float32 (n, postes + 1), rows summing to 1.
        weights: float64 (n,).
        labels: postes in class order; the class after the last is hors numérique.
        digest: of all the above.
    """

    fiches: tuple[Fiche, ...]
    targets: NDArray[np.float32]
    weights: NDArray[np.float64]
    labels: tuple[str, ...]
    digest: str

    @cached_property
    def hard(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Rows, classes and weights for those that know no soft target: a row a class, weighing its share."""
        rows, classes = np.nonzero(self.targets)
        return rows, classes, self.weights[rows] * self.targets[rows, classes]

    def guesses(self, classes: NDArray[np.integer]) -> list[Guess]:
        """Return the poste of each class rank, None for hors numérique."""
        return [self.labels[c] if c < len(self.labels) else None for c in classes]


def lessons_of(corpus: Corpus, reserve: Sequence[Fiche] = ()) -> Lessons:
    """Return the training side of a corpus, and the out-of-scope reserve with the weight that the model gives it.

    Args:
        corpus: titles and labelled records.
        reserve: records out of scope that the model learns from beside the titles.
    """
    side = corpus.side("train")
    texts, targets = list(corpus.dataset["text"]), corpus.targets()[side]
    weights = np.array(corpus.dataset["weight"], dtype=np.float64)[side]
    fiches = [_fiche(texts[row]) for row in side]
    if reserve:
        is_title = np.array(corpus.dataset["source"])[side] != RECORD
        each = weights[is_title].sum() * RESERVE_SHARE / (1 - RESERVE_SHARE) / len(reserve)
        outside = np.zeros((len(reserve), targets.shape[1]), dtype=np.float32)
        outside[:, -1] = 1
        fiches += reserve
        targets, weights = np.concatenate([targets, outside]), np.append(weights, np.full(len(reserve), each))
    digest = hashlib.sha256("\0".join(text_of(fiche) for fiche in fiches).encode())
    for part in (targets, weights):
        digest.update(part.tobytes())
    return Lessons(tuple(fiches), targets, weights, corpus.labels, digest.hexdigest()[:16])


def _fiche(text: str) -> Fiche:
    intitule, _, description = text.partition("\n")
    return Fiche("", "formation", intitule, description)


def tfidf_svm(lessons: Lessons) -> Baseline:
    """Learn a linear SVM on TF-IDF: words and pairs of words of the text, 3 to 5 letters of the title."""
    words = _tfidf(preprocessor=_whole, tokenizer=str.split, token_pattern=None, ngram_range=(1, 2))
    letters = _tfidf(preprocessor=_title, analyzer="char_wb", ngram_range=(3, 5))
    features = make_union(words, letters)
    rows, classes, weights = lessons.hard
    known = features.fit_transform(lessons.fiches)[rows]
    svm = LinearSVC(C=SVM_C, random_state=0).fit(known, classes, sample_weight=weights)
    return lambda fiches: lessons.guesses(svm.predict(features.transform(fiches)))


def _tfidf(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(min_df=2, sublinear_tf=True, dtype=np.float32, **settings)


def _whole(fiche: Fiche) -> str:
    return fold(text_of(fiche))


def _title(fiche: Fiche) -> str:
    return fold(fiche.intitule)


def logistic(lessons: Lessons, encode: Encode) -> Baseline:
    """Learn a multinomial logistic regression on the vectors of an encoder."""
    rows, classes, weights = lessons.hard
    model = LogisticRegression(C=LOGISTIC_C, max_iter=300, tol=1e-3)
    model.fit(encode(lessons.fiches)[rows], classes, sample_weight=weights)
    return lambda fiches: lessons.guesses(model.predict(encode(fiches)))


def neighbours(lessons: Lessons, encode: Encode, k: int = NEIGHBOURS) -> Baseline:
    """Let the k nearest training rows vote for their targets, by cosine and by weight."""
    known = encode(lessons.fiches)
    k = min(k, len(known))

    def classify(fiches: Sequence[Fiche]) -> list[Guess]:
        cosines = encode(fiches) @ known.T
        nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
        voices = np.take_along_axis(cosines, nearest, axis=1) * np.sqrt(lessons.weights)[nearest]
        votes = np.einsum("nk,nkc->nc", voices, lessons.targets[nearest])
        return lessons.guesses(votes.argmax(axis=1))

    return classify


def remembered(cache: Path, recipe: str, fiches: Sequence[Fiche], guess: Callable[[], list[Guess]]) -> list[Guess]:
    """Return guesses, from disk where they were made before: learning takes minutes, and changes with no model.

    Args:
        cache: folder.
        recipe: everything that the guesses depend on, besides the records.
        fiches: the records.
        guess: makes the guesses.
    """
    texts = "\0".join([recipe, *(text_of(f) for f in fiches)])
    path = cache / f"reference-{hashlib.sha256(texts.encode()).hexdigest()[:16]}.json"
    if path.is_file():
        kept: list[Guess] = json.loads(path.read_bytes())
        return kept
    made = guess()
    cache.mkdir(parents=True, exist_ok=True)
    write_atomic(path, json.dumps(made).encode())
    return made

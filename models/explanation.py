"""The words that weighed most: what an answer becomes when each is taken away.

Li, Monroe & Jurafsky 2016, Understanding Neural Networks through Representation Erasure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartography.fiche import Fiche
from models.answer import Answer, Preuve
from models.classifier import Classifier, Encoded
from models.encoder import Text
from models.head import Probabilities
from models.reading import words
from models.wide import READ

MOST_WORDS = 48
"""Distinct words of a record that are tried, the title's first: each costs a pass of the encoder."""
GIVEN = 5
LEAST = 0.1
"""Score under which a word is not said to have weighed."""
LONGEST_ARTICLE = 4
"""Letters of the mute words that are never told; longer ones ("communication") may name the job in a title."""
_TOGETHER = 16
"""Records explained at a time: bounds the memory."""


def explain(
    classifier: Classifier,
    fiches: Sequence[Fiche],
    answers: Sequence[Answer],
    *,
    progress: Callable[[int], Any] = lambda done: None,
) -> list[tuple[Preuve, ...]]:
    """Return the words that speak most for each answer, the strongest first.

    The answer is the best poste, or hors numérique where that was decided. A word's score is the share of the odds of
    that answer that goes with it: at .9, odds of 10 to 1 would become even.

    Args:
        classifier: that answered.
        fiches: n records.
        answers: theirs, in order.
        progress: called with the number of records done since its last call.
    """
    found: list[tuple[Preuve, ...]] = []
    for start in range(0, len(fiches), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        found += _explained(classifier, fiches[part], answers[part])
        progress(len(fiches[part]))
    return found


def without(text: Text, word: str) -> Text:
    """Return what was read with every occurrence of a word taken out.

    >>> without(("Développeur React", "React et Redux."), "react"), without("Data", "data")
    (('Développeur', 'et Redux.'), '')
    """
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?![\w+#])\s*", re.IGNORECASE)
    left = [whole.sub("", part).strip() for part in ((text,) if isinstance(text, str) else text)]
    return left[0] if isinstance(text, str) or not left[1] else (left[0], left[1])


def _explained(classifier: Classifier, fiches: Sequence[Fiche], answers: Sequence[Answer]) -> list[tuple[Preuve, ...]]:
    bundle = classifier.bundle
    reader = bundle.reader
    # Words that settle a record stand in passages which the encoder does not read then: they are tried too.
    tried = [_tried(" ".join(reader.read(fiche)), reader.mute) for fiche in fiches]
    texts = classifier.texts(fiches)
    variants = [[text, *(without(text, word) for word in said)] for text, said in zip(texts, tried, strict=True)]
    reading = bundle.encoder.read([text for some in variants for text in some])
    owners = [owner for fiche, said in zip(fiches, tried, strict=True) for owner in (fiche, *_shorter(fiche, said))]
    probabilities = classifier.probabilities(owners, Encoded(*reading, bundle.wide.logits(owners)))
    ranks = {poste.id: rank for rank, poste in enumerate(classifier.cartographie.postes)}
    found, place = [], 0
    for answer, said in zip(answers, tried, strict=True):
        rows = probabilities[place : place + len(said) + 1]
        place += len(rows)
        target = ranks[answer.poste.id] if answer.poste else -1
        found.append(_strongest(said, _log_odds(rows, target), answer.poste.id if answer.poste else None))
    return found


def _shorter(fiche: Fiche, said: Sequence[str]) -> Iterator[Fiche]:
    """Yield the record without each of the words: all of its text is read for its words."""
    for word in said:
        title, text = (str(without(part, word)) for part in (fiche.intitule, fiche.description[:READ]))
        yield replace(fiche, intitule=title, description=text)


def _tried(text: str, mute: Collection[str]) -> list[str]:
    """Return the distinct words that may be told, articles and the like left out: they weigh by what they stand by.

    >>> _tried("Chef de projet web et chef de produit", {"de", "et", "projet"})
    ['chef', 'projet', 'web', 'produit']
    """
    found = dict.fromkeys(words(text))
    return [word for word in found if word not in mute or len(word) > LONGEST_ARTICLE][:MOST_WORDS]


def _log_odds(probabilities: Probabilities, rank: int) -> NDArray[np.float64]:
    share = np.clip(probabilities[:, rank].astype(np.float64), 1e-6, 1 - 1e-6)
    odds: NDArray[np.float64] = np.log(share / (1 - share))
    return odds


def _strongest(said: Sequence[str], odds: NDArray[np.float64], poste: str | None) -> tuple[Preuve, ...]:
    losses = 1 - np.exp(np.minimum(odds[1:] - odds[0], 0.0))
    ranks = sorted(range(len(said)), key=lambda i: (-losses[i], i))[:GIVEN]
    postes = (poste,) if poste else ()
    return tuple(Preuve("mot", said[i], postes, float(losses[i])) for i in ranks if losses[i] >= LEAST)

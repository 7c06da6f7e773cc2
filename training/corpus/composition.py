"""What the corpus is made of: how many out-of-scope records it keeps, which ones, and which are set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from cartography.fiche import Fiche, FicheType
from cartography.text import fold, title_key
from training.corpus.split import number
from training.labels.log import Key, Label
from training.labels.records import LabelledRecord
from training.labels.sources import OWN

OUT_OF_SCOPE_SHARE = 0.35
"""Share of the real records of a type that are out of scope.

Enough of them to learn where the field ends. More would be far trades, which outnumber the digital courses among what
was labelled, and which ROME's titles already teach by the thousand.
"""
LEAST = 2500
"""Real records of a type under which none is set aside: an exact share is not worth a smaller corpus."""

FOLDS = 5
START = 100
"""Words of the description that are read with the title: the job or the aim comes first, the notices last."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Records in two parts that share none.

    Attributes:
        kept: what the corpus is made of.
        reserve: real out-of-scope records beyond the share.
    """

    kept: frozenset[Key]
    reserve: frozenset[Key]


def out_of_scope_wanted(digital: int, share: float = OUT_OF_SCOPE_SHARE, least: int = LEAST) -> int:
    """Return how many out-of-scope records go with the digital ones of a type.

    They are a `share` of the whole when there are digital · share / (1 - share) of them: 1,950 · .35 / .65 = 1,050, and
    1,050 of 3,000 is .35. With 1,600 digital records the same share makes 2,462 in all; 900 make up `least`.

    >>> out_of_scope_wanted(1950), out_of_scope_wanted(1600), out_of_scope_wanted(1600, least=0)
    (1050, 900, 862)
    """
    return max(round(digital * share / (1 - share)), least - digital)


def compose(
    records: Sequence[LabelledRecord],
    groups: Sequence[str],
    share: float = OUT_OF_SCOPE_SHARE,
    least: int = LEAST,
) -> Composition:
    """Keep every digital record, every record of the project's own, and the near misses of each type.

    An out-of-scope record is the nearer to the field the less sure its reader was that it lies outside; among those of
    one certainty, the more a separation that has not seen it takes it for digital (see `digital_scores`). The same
    records give the same composition in any order.

    Args:
        records: to choose from; no two with one key.
        groups: for each, the name of its group of near-duplicates.
        share: of out-of-scope records among the real ones of each type.
        least: real records of a type under which none is set aside.
    """
    real = [(r, group) for r, group in zip(records, groups, strict=True) if r.label.source != OWN.name]
    outside: dict[FicheType, list[Label]] = {"formation": [], "offre": []}
    digital: Counter[FicheType] = Counter()
    for record, _ in real:
        if record.label.numerique:
            digital[record.fiche.type] += 1
        else:
            outside[record.fiche.type].append(record.label)
    wanted = {kind: out_of_scope_wanted(digital[kind], share, least) for kind in outside}
    reserve: set[Key] = set()
    if any(len(labels) > wanted[kind] for kind, labels in outside.items()):
        scores = digital_scores([record for record, _ in real], [group for _, group in real])
        for kind, labels in outside.items():
            nearest = sorted(labels, key=lambda label: (-label.certitude, -scores[label.key], label.key))
            reserve.update(label.key for label in nearest[wanted[kind] :])
    return Composition(frozenset(record.label.key for record in records) - reserve, frozenset(reserve))


def digital_scores(records: Sequence[LabelledRecord], groups: Sequence[str]) -> dict[Key, float]:
    """Return for each record how digital it looks to a linear separation that has not seen it; higher is more digital.

    A logistic regression on TF-IDF, by title and start of the description, out of fold: the records of a group share a
    fold, so that a copy does not answer for the record. It was chosen by reading what each way keeps and drops, against
    the cosine to the nearest digital records, which takes the words of every diploma ("licence", "gestion") for the
    field's.

    Args:
        records: of both types, since they share their words; no two with one key.
        groups: for each, the name of its group of near-duplicates.
    """
    # In one order, or sums of floating-point numbers would depend on it.
    rows = sorted(zip(records, groups, strict=True), key=lambda row: row[0].label.key)
    names: dict[str, str] = {}
    for record, group in rows:
        names.setdefault(group, ":".join(record.label.key))
    folds = np.array([number(f"composition:{names[group]}") % FOLDS for _, group in rows], dtype=np.intp)
    digital = np.array([record.label.numerique for record, _ in rows], dtype=np.bool_)
    features = _features([record.fiche for record, _ in rows])
    scores = np.zeros(len(rows))
    for rank in range(FOLDS):
        held = folds == rank
        seen = digital[~held]
        if held.any() and seen.any() and not seen.all():
            # Solved to its optimum, which is one: another machine ranks the same.
            model = LogisticRegression(class_weight="balanced", solver="newton-cg", tol=1e-6, max_iter=1000)
            model.fit(features[~held], seen)
            scores[held] = model.decision_function(features[held])
    return {record.label.key: round(float(score), 3) for (record, _), score in zip(rows, scores, strict=True)}


def _features(fiches: Sequence[Fiche]) -> Any:
    """Return letters of the title, which know "mécatronique" by "électronique", beside words of title and text."""
    letters = TfidfVectorizer(sublinear_tf=True, preprocessor=_title, analyzer="char_wb", ngram_range=(2, 5))
    words = TfidfVectorizer(sublinear_tf=True, analyzer=_words)
    return make_union(letters, words).fit_transform(fiches)


def _title(fiche: Fiche) -> str:
    # A title of signs alone has no word; its type stands in.
    return title_key(fiche.intitule) or fiche.type


def _words(fiche: Fiche) -> list[str]:
    return [*_title(fiche).split(), *fold(" ".join(fiche.description.split()[:START])).split()]

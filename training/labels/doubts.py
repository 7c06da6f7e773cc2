"""Which labels a person should look at first: those most likely wrong, and the unlabelled records that teach most."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cartography.crosswalk import HORS, Crosswalk
from cartography.fiche import Fiche
from cartography.readers.prose import prose_of
from cartography.text import fold
from cartography.tree import Cartographie
from models.encoder import Vectors
from models.head import Head, Probabilities, softmax
from models.prior import ROME_OF
from training.corpus.near_duplicates import near_groups
from training.corpus.split import number
from training.head.linear import Examples, HeadSettings, train_head
from training.head.temperature import fit_temperature
from training.labels.log import NON, Key, Label, libelle
from training.labels.outliers import Accepted, isolation, nearest_rows
from training.labels.records import LabelledRecord
from training.labels.sources import Source, SourceText, read_source, text_hash

Kind = Literal["etiquette", "rome", "isole", "manquante"]
KINDS: tuple[Kind, ...] = get_args(Kind)

WEIGHTS: Mapping[Kind, float] = {"etiquette": 0.8, "rome": 0.5, "isole": 0.5, "manquante": 0.5}
"""What a full sign is worth. No sign is worth 1, so that two that agree come before one that shouts. ROME is often the
one that is wrong and an isolated record may just be rare; a missing label costs less than a wrong one."""
FOLDS = 5
HEAD = HeadSettings(epochs=15, patience=15, rate=0.05)
"""A few seconds for ten thousand records; the rate and the length that gave the best out-of-fold likelihood of .02 and
.05, 10 to 30 epochs."""
ROME_SURE = 0.5
"""Share from which a coding is said to mean one class."""
SHOWN = 3
"""Likeliest postes and nearest titles kept beside a doubt."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A record that a person should read.

    Attributes:
        record: the record.
        kind: its strongest sign: "etiquette" (the model, trained without it, says otherwise), "rome" (its coding says
            otherwise), "isole" (its neighbours have another label), "manquante" (no label, the model hesitates).
        score: all signs together, in [0, 1] (see `fuse`).
        suggestion: the label that the strongest sign speaks for.
        why: French, for the annotator; one clause a sign.
        label: the label that counts today; None when missing.
        signs: each sign's strength in (0, 1].
        candidats: the model's `SHOWN` likeliest postes, and `NON`, with their probabilities, the likeliest first.
        voisins: title and label of the nearest labelled records.
    """

    record: SourceText
    kind: Kind
    score: float
    suggestion: str
    why: str
    label: Label | None
    signs: Mapping[Kind, float]
    candidats: tuple[tuple[str, float], ...] = ()
    voisins: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        """(source, id) of the record."""
        return self.record.source, self.record.fiche.id


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: Kind
    strength: float
    suggestion: str
    why: str


def fuse(signs: Mapping[Kind, float]) -> float:
    """Return the strength of several signs together: the chance that not all of them are mistaken.

    A sign of strength s and weight w (`WEIGHTS`) leaves 1 - w · s of the doubt unsaid, and signs add up as if they
    were independent. A label at .5 that ROME contradicts outright leaves (1 - .8 · .5) · (1 - .5 · 1) = .3; ROME alone
    gives no more than .5.

    >>> round(fuse({"etiquette": 0.5, "rome": 1.0}), 3), fuse({"rome": 1.0}), fuse({})
    (0.7, 0.5, 0)
    """
    return 1 - prod(1 - WEIGHTS[kind] * strength for kind, strength in signs.items())


def margin(own: float, other: float) -> float:
    """Return how much likelier another answer is than the label, 0 where it is not.

    Out-of-fold self-confidence and its margin are those of Northcutt, Jiang & Chuang (2021, Confident Learning).

    >>> round(margin(0.1, 0.7), 3), margin(0.7, 0.1)
    (0.6, 0.0)
    """
    return min(1.0, max(0.0, other - own))


def hesitation(hors: float, best: float, second: float) -> float:
    """Return how little a model knows of a record, in [0, 1].

    The mean of two hesitations, so that a record it cannot place at all comes before a close call between two postes:
    in or out of the cartographie, 1 - |1 - 2 · hors|, and between the two likeliest classes, 1 - (best - second).
    With .4 for hors and .4 against .3: (.8 + .9) / 2.

    >>> round(hesitation(0.4, 0.4, 0.3), 3)
    0.85
    """
    return ((1 - abs(1 - 2 * hors)) + (1 - (best - second))) / 2


def accepted_classes(label: Label, tree: Cartographie) -> tuple[int, ...]:
    """Return the ranks that a label accepts, hors numérique being the last; a métier or famille accepts its postes."""
    if not label.numerique:
        return (len(tree.postes),)
    if label.postes:
        return tuple(i for i, p in enumerate(tree.postes) if p.id in label.postes)
    if label.label.startswith("metier:"):
        return tuple(i for i, p in enumerate(tree.postes) if p.metier_id in label.metiers(tree))
    return tuple(i for i, p in enumerate(tree.postes) if p.famille_id in label.familles(tree))


def sample_unlabelled(
    sources: Iterable[Source], root: Path, known: Mapping[Key, Label], count: int, seed: int
) -> list[SourceText]:
    """Draw records that have no label, or one for another text than today's, as many from each source.

    The draw is by hash of the identifier: the same seed gives the same records, whatever was added since.

    Args:
        sources: to draw from.
        root: folder that holds `data/`.
        known: the label that counts for each record.
        count: at most, all sources together.
        seed: another one draws others.
    """
    kept: list[SourceText] = []
    several = list(sources)
    for source in several:
        unread = (t for t in read_source(source, root) if not _is_known(t, known))
        drawn = heapq.nsmallest(
            count // len(several),
            ((number(f"doutes:{seed}:{source.name}:{t.fiche.id}"), rank, t) for rank, t in enumerate(unread)),
        )
        kept += {(t.source, t.fiche.id): t for _, _, t in reversed(drawn)}.values()
    return kept


def _is_known(text: SourceText, known: Mapping[Key, Label]) -> bool:
    label = known.get((text.source, text.fiche.id))
    return label is not None and label.hash == text_hash(text.fiche)


def folds_of(groups: NDArray[np.intp], identities: Sequence[str]) -> NDArray[np.intp]:
    """Return each record's fold, decided by hash; the records of a group share one.

    Args:
        groups: (n,) number of each record's group.
        identities: (n,) what names each record; the least of a group names the group.
    """
    first: dict[int, str] = {}
    for group, identity in zip(groups.tolist(), identities, strict=True):
        first[group] = min(identity, first.get(group, identity))
    return np.array([number(f"doutes:{first[g]}") % FOLDS for g in groups.tolist()], dtype=np.intp)


def group_numbers(fiches: Sequence[Fiche]) -> NDArray[np.intp]:
    """Return the number of each record's group of near-duplicates."""
    return np.array([int(name) for name in near_groups([f"{f.intitule}\n{prose_of(f)}" for f in fiches])], np.intp)


def cross_validate(
    vectors: Vectors, accepted: Accepted, folds: NDArray[np.intp], others: Vectors
) -> tuple[Probabilities, Probabilities]:
    """Return what models that did not see a record say of it, and what they say together of other records.

    Args:
        vectors: float32 (n, dimension), unit rows.
        accepted: bool (n, classes), at least one a row; the classes of a row share it equally.
        folds: (n,) fold of each record.
        others: float32 (m, dimension), records that none has seen.

    Returns:
        Out-of-fold probabilities (n, classes), and the mean of the folds' models (m, classes), both calibrated on the
        former.
    """
    targets = (accepted / accepted.sum(axis=1, keepdims=True)).astype(np.float32)
    logits = np.zeros(accepted.shape, dtype=np.float64)
    heads = []
    for rank in range(FOLDS):
        held = folds == rank
        head = _train(vectors[~held], targets[~held])
        logits[held] = head.logits(vectors[held])
        heads.append(head)
    # A head that knows its own rows by heart is far too sure of others; one scalar mends it.
    temperature = fit_temperature(logits, targets.astype(np.float64), np.ones(len(logits))) if len(logits) else 1.0
    together = np.mean([softmax(h.logits(others) / temperature) for h in heads], axis=0)
    return softmax(logits / temperature), together.astype(np.float32)


def _train(vectors: Vectors, targets: NDArray[np.float32]) -> Head:
    if not len(vectors):
        return Head(np.zeros((targets.shape[1], vectors.shape[1]), np.float32), np.zeros(targets.shape[1], np.float32))
    rows = Examples(vectors, targets, np.ones(len(vectors)))
    # Its own rows also say which epoch is the best: a held-out part would only stop it earlier.
    return train_head(rows, rows, HEAD).head


class Doubts:
    """Reads every sign once; `rank` then gives the records to show."""

    def __init__(
        self,
        records: Sequence[LabelledRecord],
        unlabelled: Sequence[SourceText],
        encode: Callable[[Sequence[Fiche]], Vectors],
        tree: Cartographie,
        crosswalk: Crosswalk,
    ) -> None:
        """Measure.

        Args:
            records: every labelled record; all of them teach, whichever are shown.
            unlabelled: drawn records without a label.
            encode: gives one unit vector a record.
            tree: the cartographie.
            crosswalk: what ROME codes mean in it.
        """
        self._records, self._unlabelled, self._tree, self._crosswalk = records, unlabelled, tree, crosswalk
        self._classes = (*(p.id for p in tree.postes), NON)
        fiches = [*(r.fiche for r in records), *(t.fiche for t in unlabelled)]
        vectors, self._groups = encode(fiches), group_numbers(fiches)
        self._vectors, self._others = vectors[: len(records)], vectors[len(records) :]
        self._accepted = np.zeros((len(records), len(self._classes)), dtype=np.bool_)
        for row, record in enumerate(records):
            self._accepted[row, list(accepted_classes(record.label, tree))] = True
        groups = self._groups[: len(records)]
        folds = folds_of(groups, [f"{r.label.source}:{r.fiche.id}" for r in records])
        self._probabilities, self._guesses = cross_validate(self._vectors, self._accepted, folds, self._others)
        self._isolation = isolation(self._vectors, self._accepted, groups)

    def rank(
        self, count: int, kind: Kind | None = None, hidden: Collection[Key] = (), sources: Collection[str] | None = None
    ) -> list[Doubt]:
        """Return the most doubtful records, the most doubtful first; the same material always gives the same order.

        Args:
            count: how many at most.
            kind: only records with this sign, by its strength; every sign by default, by `Doubt.score`.
            hidden: records that are not to be shown.
            sources: only those; all by default.
        """
        found = []
        for row, (text, signs) in enumerate([*self._labelled(), *self._missing()]):
            wanted = [s for s in signs if kind in (None, s.kind)]
            if not wanted or (text.source, text.fiche.id) in hidden or (sources and text.source not in sources):
                continue
            strength = fuse({s.kind: s.strength for s in wanted})
            found.append((-strength, text.source, text.fiche.id, row, text, signs))
        return [self._doubt(row, text, signs) for *_, row, text, signs in sorted(found, key=lambda f: f[:4])[:count]]

    def _labelled(self) -> Iterable[tuple[SourceText, list[_Sign]]]:
        for row, record in enumerate(self._records):
            signs = (self._of_model(row), self._of_rome(row, record), self._of_neighbours(row))
            yield record.text, [s for s in signs if s is not None and s.strength > 0]

    def _missing(self) -> Iterable[tuple[SourceText, list[_Sign]]]:
        taken = set(self._groups[: len(self._records)].tolist())
        rest = self._groups[len(self._records) :].tolist()
        for row, (text, group) in enumerate(zip(self._unlabelled, rest, strict=True)):
            # A near-duplicate of a labelled record, or of one already asked about, teaches nothing more.
            yield text, ([] if group in taken else [self._of_hesitation(row)])
            taken.add(group)

    def _of_model(self, row: int) -> _Sign | None:
        said, mine = self._probabilities[row], self._accepted[row]
        own = float(said[mine].sum())
        best = int(np.where(mine, -1.0, said).argmax())
        # Against hors numérique every poste speaks: a digital record may be torn between many of them.
        other = 1 - own if mine[-1] else float(said[best])
        strength = margin(own, other)
        where = f"« {self.name(self._classes[best])} »"
        where = f"numérique, {where}" if mine[-1] else where
        why = f"un modèle qui ne l'a pas lue dit {where} ({other:.0%}) plutôt que son étiquette ({own:.0%})"
        return _Sign("etiquette", strength, self._classes[best], why)

    def _of_rome(self, row: int, record: LabelledRecord) -> _Sign | None:
        fiche = record.fiche
        if "rome" in fold(record.label.note).split():
            # "ROME faux": the reader saw the coding and set it aside.
            return None
        shares = self._crosswalk.shares(fiche.rome, fiche.appellation, ROME_OF[fiche.type])
        shares = {NON if key == HORS else key: share for key, share in shares.items()}
        best = max(shares, key=lambda key: shares[key], default=NON)
        named = {self._classes[i] for i in np.flatnonzero(self._accepted[row])}
        if shares.get(best, 0.0) < ROME_SURE or any(shares.get(key, 0.0) > 0 for key in named):
            return None
        # Where the text speaks for the label, the coding is what is wrong.
        strength = shares[best] * (1 - float(self._probabilities[row][self._accepted[row]].sum()))
        code = fiche.appellation or ", ".join(fiche.rome)
        why = f"son codage ROME ({code}) mène à « {self.name(best)} » ({shares[best]:.0%}), jamais à son étiquette"
        return _Sign("rome", strength, best, why)

    def _of_neighbours(self, row: int) -> _Sign:
        found = self._isolation
        suggestion = self._records[int(found.nearest[row])].label.label
        why = (
            f"ses voisines d'une autre étiquette sont plus proches (cosinus {found.other[row]:.2f}) que celles de la "
            f"sienne ({found.same[row]:.2f})"
        )
        return _Sign("isole", float(found.score[row]), suggestion, why)

    def _of_hesitation(self, row: int) -> _Sign:
        said = self._guesses[row]
        first, second = (int(i) for i in np.argsort(-said, kind="stable")[:2])
        strength = hesitation(float(said[-1]), float(said[first]), float(said[second]))
        why = (
            f"sans étiquette ; le modèle hésite entre « {self.name(self._classes[first])} » ({said[first]:.0%}) et "
            f"« {self.name(self._classes[second])} » ({said[second]:.0%}), numérique à {1 - said[-1]:.0%}"
        )
        return _Sign("manquante", strength, self._classes[first], why)

    def _doubt(self, row: int, text: SourceText, signs: Sequence[_Sign]) -> Doubt:
        labelled = row < len(self._records)
        rest = row - len(self._records)
        said = self._probabilities[row] if labelled else self._guesses[rest]
        vector = self._vectors[row] if labelled else self._others[rest]
        strengths = {s.kind: s.strength for s in signs}
        ordered = sorted(signs, key=lambda s: -WEIGHTS[s.kind] * s.strength)
        nearest = nearest_rows(self._vectors, vector, SHOWN, but=row if labelled else None)
        return Doubt(
            record=text,
            kind=ordered[0].kind,
            score=fuse(strengths),
            suggestion=ordered[0].suggestion,
            why=" ; ".join(s.why for s in ordered),
            label=self._records[row].label if labelled else None,
            signs=strengths,
            candidats=self._likeliest(said),
            voisins=tuple((self._records[r].fiche.intitule, self._records[r].label.label) for r in nearest),
        )

    def _likeliest(self, said: Probabilities) -> tuple[tuple[str, float], ...]:
        postes = [int(i) for i in np.argsort(-said[:-1], kind="stable")[:SHOWN]]
        ranks = sorted([*postes, len(said) - 1], key=lambda i: -float(said[i]))
        return tuple((self._classes[i], float(said[i])) for i in ranks)

    def name(self, label: str) -> str:
        """Return what people call a class or a label."""
        return libelle(label, self._tree)

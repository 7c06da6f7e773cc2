"""What the head learns from: titles and labelled records as texts, soft targets, weights, a split without leaks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from datasets import Dataset, DatasetDict
from numpy.typing import NDArray

from cartography.crosswalk import HORS, Crosswalk
from cartography.text import title_key
from cartography.tree import Cartographie
from training.corpus.composites import phrases_of
from training.corpus.composites import records as dressed_records
from training.corpus.record_examples import texts_and_shares
from training.corpus.split import Side, groups, side_of
from training.corpus.units import Source, Unit, gather

HORS_SHARE = 0.5
"""Weight of hors numérique against all postes together: even odds, since the share in a catalogue is not known here.

The postes share the other half equally: the usual titles of a poste say nothing of how many offers it has.
"""


TITLES_SHARE = 1 / 3
"""Weight of the titles against all training together, once labelled records are there; measured on validation, a
tenth to a half make little difference to the loss, and titles help the rare postes."""

RARE_POWER = 0.3
"""A class of n records weighs n ** -RARE_POWER a record: rare postes count more, without drowning the others."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text.

    Attributes:
        text: title, or title and description on the next line.
        shares: class rank → share, summing to 1.
        source: where the label comes from.
        group: name of the group that the split keeps together.
        side: train or validation.
    """

    text: str
    shares: Mapping[int, float]
    source: Source
    group: str
    side: Side


@dataclass(frozen=True)
class Corpus:
    """The corpus.

    Attributes:
        dataset: columns text, classes (ranks), shares (same length, summing to 1), source, group, split, weight (mean
            1 within a split).
        labels: postes in class order; the class after the last is hors numérique.
        digest: 16 hex digits of every row.
    """

    dataset: Dataset
    labels: tuple[str, ...]
    digest: str

    def targets(self) -> NDArray[np.float32]:
        """Return the soft targets as a matrix, float32 (rows, postes + 1)."""
        matrix = np.zeros((len(self.dataset), len(self.labels) + 1), dtype=np.float32)
        for row, (classes, shares) in enumerate(zip(self.dataset["classes"], self.dataset["shares"], strict=True)):
            matrix[row, classes] = shares
        return matrix

    def side(self, side: Side) -> NDArray[np.intp]:
        """Return the rows of one side."""
        return np.flatnonzero(np.array(self.dataset["split"]) == side)


def build_corpus(cartographie: Cartographie, crosswalk: Crosswalk, labelled: DatasetDict | None = None) -> Corpus:
    """Make the corpus; the same data always gives the same rows in the same order.

    Args:
        cartographie: gives the classes and their titles.
        crosswalk: gives the ROME appellations their postes.
        labelled: labelled records by split. Their validation split is then the whole validation, since it looks like
            what the model will meet; every title serves training.
    """
    labels = tuple(poste.id for poste in cartographie.postes)
    ranks = {label: rank for rank, label in enumerate((*labels, HORS))}
    records = [] if labelled is None else list(_records(labelled, cartographie, ranks))
    known = {example.text for example in records}
    titles = [e for e in _unique(_examples(cartographie, crosswalk, ranks)) if e.text not in known]
    if records:
        titles = [replace(e, side="train") for e in titles]
    examples = [*titles, *records]
    weights = np.concatenate([_weights(titles, len(ranks)), _record_weights(records, len(ranks))])
    if records:
        weights[: len(titles)] *= (
            TITLES_SHARE / (1 - TITLES_SHARE) * sum(e.side == "train" for e in records) / len(titles)
        )
    rows = {
        "text": [e.text for e in examples],
        "classes": [list(e.shares) for e in examples],
        "shares": [list(e.shares.values()) for e in examples],
        "source": [e.source for e in examples],
        "group": [e.group for e in examples],
        "split": [e.side for e in examples],
        "weight": weights.tolist(),
    }
    return Corpus(Dataset.from_dict(rows), labels, _digest(rows))


def _records(labelled: DatasetDict, cartographie: Cartographie, ranks: Mapping[str, int]) -> Iterator[Example]:
    sides: tuple[Side, Side] = ("train", "validation")
    for side in sides:
        rows = labelled[side]
        for group, (text, shares) in zip(rows["groupe"], texts_and_shares(rows, cartographie), strict=True):
            yield Example(text, {ranks[key]: share for key, share in shares.items()}, "fiche", group, side)


def _record_weights(records: Sequence[Example], classes: int) -> NDArray[np.float64]:
    """Return weights of mean 1 on the training side that raise rare classes gently; 1 on the validation side."""
    train = [e for e in records if e.side == "train"]
    counts = np.zeros(classes)
    for example in train:
        for rank, share in example.shares.items():
            counts[rank] += share
    each = np.maximum(counts, 1.0) ** -RARE_POWER
    weights = np.array([sum(share * each[rank] for rank, share in e.shares.items()) for e in records])
    is_train = np.array([e.side == "train" for e in records], dtype=bool)
    return np.where(is_train, weights / weights[is_train].mean(), 1.0) if train else weights


def _examples(cartographie: Cartographie, crosswalk: Crosswalk, ranks: Mapping[str, int]) -> Iterator[Example]:
    units = gather(cartographie, crosswalk)
    names = groups([[title_key(text) or text for text in unit.texts] for unit in units])
    by_side: dict[tuple[str, Side], list[str]] = {}
    for material, said in phrases_of(cartographie).items():
        for phrase in said:
            by_side.setdefault((material, side_of(phrase)), []).append(phrase)
    for unit, name in zip(units, names, strict=True):
        side = side_of(name)
        if not ranks.keys() >= {key for key, share in unit.shares.items() if share > 0}:
            continue  # a poste that this cartographie lacks: neither its title nor a wrong one for it
        shares = _ranked(unit, ranks)
        for text in dressed_records(unit, by_side.get((unit.material, side), [])):
            yield Example(text, shares, unit.source, name, side)
    for (material, side), phrases in by_side.items():
        for phrase in phrases:
            rank = ranks.get(material, ranks[HORS])
            yield Example(phrase, {rank: 1.0}, "phrase", phrase, side)


def _ranked(unit: Unit, ranks: Mapping[str, int]) -> dict[int, float]:
    return {ranks[key]: share for key, share in unit.shares.items() if share > 0}


def _unique(examples: Iterator[Example]) -> list[Example]:
    """Merge equal texts of a side into one example whose target is the mean of theirs.

    A text on both sides (two titles that differ by more than gender, dressed into the same words) stays in training.
    """
    kept: dict[str, list[Example]] = {}
    for example in examples:
        kept.setdefault(example.text, []).append(example)
    merged = []
    for same in kept.values():
        side: Side = "train" if any(e.side == "train" for e in same) else "validation"
        ours = [e for e in same if e.side == side]
        shares: dict[int, float] = {}
        for example in ours:
            for rank, share in example.shares.items():
                shares[rank] = shares.get(rank, 0.0) + share / len(ours)
        merged.append(Example(ours[0].text, shares, ours[0].source, ours[0].group, side))
    return merged


def _weights(examples: Sequence[Example], classes: int) -> NDArray[np.float64]:
    """Return weights of mean 1 within each side that give hors its share and every poste an equal part of the rest.

    The counts are those of both sides together: a poste with one validation title does not outweigh the others there.
    """
    counts = np.zeros(classes)
    for example in examples:
        for rank, share in example.shares.items():
            counts[rank] += share
    present = counts[:-1] > 0
    wanted = np.append(np.where(present, (1 - HORS_SHARE) / max(1, present.sum()), 0.0), HORS_SHARE)
    each = np.divide(wanted, counts, out=np.zeros(classes), where=counts > 0)
    weights = np.array([sum(share * each[rank] for rank, share in e.shares.items()) for e in examples])
    for side in ("train", "validation"):
        rows = [i for i, e in enumerate(examples) if e.side == side]
        if rows:
            weights[rows] /= weights[rows].mean()
    return weights


def _digest(rows: Mapping[str, Sequence[object]]) -> str:
    lines = json.dumps({k: list(v) for k, v in rows.items() if k != "weight"}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]

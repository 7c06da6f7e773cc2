"""The corpus as the network reads it: titles and passages, targets, weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from datasets import Dataset, DatasetDict
from numpy.typing import NDArray

from cartography.crosswalk import HORS
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.classifier import text_of
from models.encoder import Text
from models.head import TreeSums
from models.reading import Reader, mute_forms
from training.corpus.composition import OUT_OF_SCOPE_SHARE
from training.corpus.examples import Corpus
from training.corpus.record_examples import fiche_of, texts_and_shares
from training.corpus.split import number
from training.head.rows import Rows
from training.head.salience import learn_mute, learn_salience
from training.labels.sources import OWN

RECORD = "fiche"
RESERVE_SHARE = 0.3
"""Share of the out-of-scope reserve among the texts drawn beside the records: far from the field and many, they teach
little each, yet a catalogue is full of them."""

HELD_RESERVE = 0.2
"""Share of the reserve kept to calibrate on: that of the records in validation and test, so that the out-of-scope rows
are a fair draw of all those labelled, and not the near misses alone that the corpus keeps."""
LEAST_REAL = 200
"""Digital records that were really published, from which on the project's own ones are not calibrated on: written for
thin postes and hard cases, they are wrong more often than a catalogue's at the same score."""
LEAST_SALIENCE, LEAST_SHARE = 0.08, 0.6
"""Nats a word, and share of the best sentence's, of the sentences read in service."""
LEARNT_SHARE = 0.4
"""That share in the last passes, and for the rows that stop them: more is learnt from than is read."""
DRAWN_TITLES, TITLE_WEIGHT = 12_000, 0.3
"""Titles that the layer on words learns from, and what each weighs beside a record."""
WIDER = 2
"""How many times more of a description the wider reading holds."""


@dataclass(frozen=True)
class Lessons:
    """What a network is trained and stopped on.

    Attributes:
        records: labelled records; the titles where there are none.
        polished: the same records as the last passes read them, chosen as in service, once a reading length.
        titles: titles and easy out-of-scope records, drawn by weight beside them.
        whole: all the text of the records and of the out-of-scope ones, and titles: what words are learnt from.
        validation: rows that nothing is trained on; they say which epoch is the best.
        held: rows to calibrate on, read as in service: the published records of validation and test, without which a
            threshold hangs on a dozen errors, and a part of the reserve; the out-of-scope rows weigh
            `OUT_OF_SCOPE_SHARE` of the whole.
            Titles where there are no records.
        fiches: the records behind the held rows; empty where they are titles.
        reader: what is read of a fiche.
    """

    records: Rows
    polished: tuple[Rows, ...]
    titles: Rows
    whole: Rows
    validation: Rows
    held: Rows
    fiches: tuple[Fiche, ...]
    reader: Reader


def prepare(
    corpus: Corpus,
    labelled: DatasetDict | None,
    tree: Cartographie,
    characters: int,
    polished: Sequence[int] = (),
    served: int | None = None,
) -> Lessons:
    """Fit the readers on the training records and read everything with them.

    Short readings, some of them wider, are quick to learn from, and what is learnt holds for longer ones; the model is
    chosen, calibrated and served on the longer reading, without the mute words.

    Args:
        corpus: titles and labelled records.
        labelled: labelled records by split, `reserve` among them.
        tree: of the labels.
        characters: of a description that are learnt from.
        polished: of a description that the last passes learn from, for each of them.
        served: of a description that the model will read; as many when None.
    """
    sums = TreeSums.of(tree)
    texts, targets = list(corpus.dataset["text"]), corpus.targets()
    weights = np.array(corpus.dataset["weight"], dtype=np.float64)
    is_record = np.array(corpus.dataset["source"]) == RECORD
    train, validation = (np.array(corpus.dataset["split"]) == side for side in ("train", "validation"))
    ranks = np.flatnonzero(train & is_record if is_record.any() else train)
    taught_texts, classes = [texts[r] for r in ranks], _classes(targets[ranks], sums)
    learning = Reader(learn_salience(taught_texts, classes), characters, neutral=True)
    mute = mute_forms(learn_mute(taught_texts, classes))
    reader = Reader(
        learning.salience, served or characters, mute=mute, least=LEAST_SALIENCE, share=LEAST_SHARE, neutral=True
    )
    last = replace(reader, characters=max(polished, default=reader.characters), share=LEARNT_SHARE)

    def rows(picked: NDArray[np.intp], how: Reader) -> Rows:
        return Rows([read_text(texts[r], how) for r in picked], targets[picked], weights[picked])

    titles = rows(np.flatnonzero(train & ~is_record), learning)
    taught: list[Mapping[str, Any]] = []
    aside: list[Mapping[str, Any]] = []
    if labelled is not None and "reserve" in labelled:
        taught, aside = _part(labelled["reserve"])
        titles = _with_reserve(titles, taught, learning)
    watched = rows(np.flatnonzero(validation), last)
    held, fiches = rows(np.flatnonzero(validation), reader), tuple[Fiche, ...]()
    if labelled is not None:
        extra = [*labelled.get("test", ()), *aside]
        behind = [*labelled["validation"], *extra]
        every = _with_records(held, list(texts_and_shares(extra, tree)), (*corpus.labels, HORS), reader)
        real = _real(behind, every)
        fiches = tuple(fiche_of(behind[rank]) for rank in real)
        held = _balanced(_only(every, real))
    wide = Reader(learning.salience, WIDER * characters, neutral=True)
    records = replace(rows(ranks, learning), wider=[read_text(texts[r], wide) for r in ranks])
    passes = tuple(rows(ranks, replace(last, characters=length)) for length in polished)
    whole = _whole(texts, targets, weights, (ranks, np.flatnonzero(train & ~is_record)), taught)
    return Lessons(records, passes, titles, whole, watched, held, fiches, reader)


def _whole(
    texts: Sequence[str],
    targets: NDArray[np.float32],
    weights: NDArray[np.float64],
    picked: tuple[NDArray[np.intp], NDArray[np.intp]],
    reserve: Sequence[Mapping[str, Any]],
) -> Rows:
    """Return records, titles drawn by weight, and out-of-scope records, with all of their text.

    Args:
        texts: of the corpus.
        targets: theirs.
        weights: theirs.
        picked: ranks of the records, and of the titles.
        reserve: out-of-scope records to learn from.
    """
    records, titles = picked
    drawn = titles
    if len(titles):
        share = weights[titles] / weights[titles].sum()
        drawn = np.random.default_rng(0).choice(titles, size=DRAWN_TITLES, p=share)
    ranks = np.concatenate([records, drawn])
    outside = np.zeros((len(reserve), targets.shape[1]), dtype=np.float32)
    outside[:, -1] = 1
    each = np.concatenate([np.ones(len(records)), np.full(len(drawn), TITLE_WEIGHT), np.ones(len(reserve))])
    found = [texts[rank] for rank in ranks] + [text_of(fiche_of(row)) for row in reserve]
    parts = [text.partition("\n") for text in found]
    return Rows([(title, rest) for title, _, rest in parts], np.concatenate([targets[ranks], outside]), each)


def read_text(text: str, reader: Reader) -> Text:
    r"""Return what is read of a title with its description on the next line.

    >>> read_text("Data engineer\nSpark", Reader({}, 100)), read_text("Data engineer", Reader({}, 100))
    (('Data engineer', 'Spark'), 'Data engineer')
    """
    title, _, description = text.partition("\n")
    return reader.text(Fiche("", "offre", title, description))


def title_read(text: Text) -> Fiche:
    """Return a fiche of which this much was read."""
    title, passage = text if isinstance(text, tuple) else (text, "")
    return Fiche("", "offre", title, passage)


def _classes(targets: NDArray[np.float32], sums: TreeSums) -> NDArray[np.intp]:
    """Return each row's likeliest métier, hors numérique being the class after the last."""
    metiers, _ = sums.sums(targets[:, :-1])
    ranks: NDArray[np.intp] = np.concatenate([metiers, targets[:, -1:]], axis=1).argmax(axis=1)
    return ranks


def _with_records(
    rows: Rows, records: Sequence[tuple[str, Mapping[str, float]]], classes: Sequence[str], reader: Reader
) -> Rows:
    """Return the rows with records after them, of weight 1."""
    ranks = {name: rank for rank, name in enumerate(classes)}
    targets = np.zeros((len(records), len(classes)), dtype=np.float32)
    for row, (_, shares) in enumerate(records):
        for name, share in shares.items():
            targets[row, ranks[name]] = share
    return Rows(
        [*rows.texts, *(read_text(text, reader) for text, _ in records)],
        np.concatenate([rows.targets, targets]),
        np.append(rows.weights, np.ones(len(records))),
    )


def _part(reserve: Dataset) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Split the reserve by group: what is taught, and what is kept to calibrate on."""
    taught: list[Mapping[str, Any]] = []
    aside: list[Mapping[str, Any]] = []
    for row in reserve:
        (aside if number(f"reserve:{row['groupe']}") / 2**64 < HELD_RESERVE else taught).append(row)
    return taught, aside


def _real(records: Sequence[Mapping[str, Any]], rows: Rows) -> NDArray[np.intp]:
    """Return the ranks of the records that somebody published; of all of them where too few of those are digital."""
    real = np.array([record["source"] != OWN.name for record in records], dtype=bool)
    digital = rows.targets[:, -1] == 0
    return np.flatnonzero(real) if (real & digital).sum() >= LEAST_REAL else np.arange(len(records))


def _only(rows: Rows, ranks: NDArray[np.intp]) -> Rows:
    return Rows([rows.texts[rank] for rank in ranks], rows.targets[ranks], rows.weights[ranks])


def _balanced(rows: Rows) -> Rows:
    """Return the rows with the weight of hors numérique brought to its share, that of the others to 1 each."""
    outside = rows.targets[:, -1] > 0
    inside = int((~outside).sum())
    if not outside.any() or not inside:
        return rows
    each = OUT_OF_SCOPE_SHARE / (1 - OUT_OF_SCOPE_SHARE) * inside / int(outside.sum())
    return replace(rows, weights=np.where(outside, each, 1.0))


def _with_reserve(titles: Rows, reserve: Sequence[Mapping[str, Any]], reader: Reader) -> Rows:
    targets = np.zeros((len(reserve), titles.targets.shape[1]), dtype=np.float32)
    targets[:, -1] = 1
    weight = titles.weights.sum() * RESERVE_SHARE / (1 - RESERVE_SHARE) / len(reserve)
    return Rows(
        [*titles.texts, *(reader.text(fiche_of(row)) for row in reserve)],
        np.concatenate([titles.targets, targets]),
        np.append(titles.weights, np.full(len(reserve), weight)),
    )

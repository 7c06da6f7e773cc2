"""The labelled corpus: records, labels and splits that share no text, no near-duplicate and, for one, no publisher."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from datasets import Dataset, DatasetDict, Features, Value
from datasets import Sequence as Many

from cartography.readers.prose import prose_of
from cartography.tree import Cartographie
from training.corpus.composition import LEAST, compose
from training.corpus.near_duplicates import near_any, near_groups
from training.corpus.split import number
from training.labels.records import LabelledRecord
from training.measure.gold import read_gold

Split = Literal["train", "validation", "test", "test_editeurs", "reserve"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test", "test_editeurs", "reserve")
RESERVE: Split = "reserve"
"""Out-of-scope records beyond their share (see `composition`): easy negatives, drawn beside the titles or calibrated on
(`training.head.lessons`)."""
VALIDATION_SHARE, TEST_SHARE = 0.1, 0.1

HELD_OUT = (
    "offres/vimchun/Job-Market-in-France",
    "offres/julienbole-cybersup/Docker_RAG",
    "formations/clevercouncil",
    "formations/serli",
    "formations/simplon",
)
"""Publishers whose records are only in `test_editeurs`: one seen in training does not vouch for a new one."""

FEATURES = Features(
    {
        "source": Value("string"),
        "id": Value("string"),
        "type": Value("string"),
        "intitule": Value("string"),
        "description": Value("string"),
        "rome": Many(Value("string")),
        "appellation": Value("string"),
        "rncp": Value("string"),
        "formacode": Many(Value("string")),
        "langue": Value("string"),
        "numerique": Value("bool"),
        "postes": Many(Value("string")),
        "metiers": Many(Value("string")),
        "familles": Many(Value("string")),
        "certitude": Value("int8"),
        "origine": Value("string"),
        "groupe": Value("string"),
    }
)

_ENGLISH = frozenset(
    [
        "the",
        "and",
        "of",
        "with",
        "for",
        "to",
        "you",
        "your",
        "we",
        "our",
        "will",
        "is",
        "are",
        "be",
        "as",
        "an",
        "in",
        "on",
    ]
)
_FRENCH = frozenset(
    [
        "le",
        "la",
        "les",
        "et",
        "de",
        "des",
        "du",
        "vous",
        "votre",
        "nous",
        "notre",
        "est",
        "sont",
        "en",
        "un",
        "une",
        "pour",
        "dans",
        "sur",
        "au",
        "aux",
    ]
)
_WORD = re.compile(r"[a-zà-ÿ]+")


@dataclass(frozen=True)
class LabelledCorpus:
    """The corpus and what was left out of it.

    Attributes:
        splits: train, validation, test, test_editeurs, reserve, those that have records; columns `FEATURES`.
        near_gold: records left out because they are, or nearly are, records of the development set.
    """

    splits: DatasetDict
    near_gold: int

    @property
    def proper(self) -> DatasetDict:
        """The splits without the reserve: the corpus proper."""
        return DatasetDict({name: split for name, split in self.splits.items() if name != RESERVE})


def text_of_record(record: LabelledRecord) -> str:
    """Return the title and the prose, as near-duplicates are looked for."""
    return f"{record.fiche.intitule}\n{prose_of(record.fiche)}"


def language(text: str) -> str:
    """Return "en" or "fr" by counting small words; French where neither speaks.

    >>> language("We are looking for a developer to join our team"), language("Développeur web")
    ('en', 'fr')
    """
    words = _WORD.findall(text.lower())
    return "en" if sum(w in _ENGLISH for w in words) > sum(w in _FRENCH for w in words) else "fr"


def build_labelled_corpus(
    records: Sequence[LabelledRecord],
    tree: Cartographie,
    judged: Sequence[Path] = (),
    *,
    least: int = LEAST,
    held_out: Collection[str] = HELD_OUT,
) -> LabelledCorpus:
    """Make the corpus; the same records always give the same splits.

    A record that a model helped to choose goes to train, unless a near-duplicate was drawn for a
    test: it is then left out.

    The share of out-of-scope records is reached last: setting some aside moves no other record to another split.

    Args:
        records: labelled records.
        tree: the cartographie.
        judged: files of records that models are measured on, none of which, nor any near-duplicate, may enter.
        least: real records of a type under which no out-of-scope record is set aside.
        held_out: publishers whose records are only in `test_editeurs`; none makes a corpus that holds no publisher
            back, for a model to be put in service.
    """
    # A group is named after its first record: one drawn by chance, so that what a model chose later moves nothing.
    kept = sorted(records, key=lambda record: record.chosen)
    if judged:
        kept_out = [f"{item.fiche.intitule}\n{item.fiche.description}" for path in judged for item in read_gold(path)]
        near = near_any([text_of_record(r) for r in kept], kept_out)
        kept = [record for record, is_near in zip(kept, near, strict=True) if not is_near]
    names = near_groups([text_of_record(r) for r in kept])
    # A group's name is a rank, which moves with what is added; its first record's identity does not.
    named = {name: f"{kept[int(name)].label.source}:{kept[int(name)].fiche.id}" for name in set(names)}
    grouped = [(record, named[name]) for record, name in zip(kept, names, strict=True)]
    places = _Places(
        held_out,
        frozenset(group for record, group in grouped if record.text.origin in held_out),
        frozenset(group for record, group in grouped if not record.chosen),
    )
    placed = [
        (record, group, split) for record, group in grouped if (split := _split_of(record, group, places)) is not None
    ]
    reserve = compose([record for record, _, _ in placed], [group for _, group, _ in placed], least=least).reserve
    rows: dict[Split, list[dict[str, object]]] = {split: [] for split in SPLITS}
    for record, group, split in placed:
        rows[RESERVE if record.label.key in reserve else split].append(_row(record, group, tree))
    splits = DatasetDict({split: Dataset.from_list(found, features=FEATURES) for split, found in rows.items() if found})
    return LabelledCorpus(splits, len(records) - len(kept))


def _split_of(record: LabelledRecord, group: str, places: _Places) -> Split | None:
    """Return a record's split, None for one left out.

    Left out are near-duplicates of a held-out publisher's record published by another, and those, chosen by a model, of
    a record that is measured on.
    """
    if record.text.origin in places.held_out:
        return None if record.chosen else "test_editeurs"
    if group in places.touching:
        return None
    draw = number(f"corpus:{group}") / 2**64
    if draw >= TEST_SHARE + VALIDATION_SHARE or group not in places.drawn:
        return "train"
    if record.chosen:
        return None
    return "test" if draw < TEST_SHARE else "validation"


@dataclass(frozen=True)
class _Places:
    """What a split hangs on: the held-out publishers, the groups that touch them, those with a record not chosen."""

    held_out: Collection[str]
    touching: frozenset[str]
    drawn: frozenset[str]


def _row(record: LabelledRecord, group: str, tree: Cartographie) -> dict[str, object]:
    fiche, label = record.fiche, record.label
    return {
        "source": label.source,
        "id": fiche.id,
        "type": fiche.type,
        "intitule": fiche.intitule,
        "description": fiche.description,
        "rome": list(fiche.rome),
        "appellation": fiche.appellation,
        "rncp": fiche.rncp,
        "formacode": list(fiche.formacode),
        "langue": fiche.langue or language(text_of_record(record)),
        "numerique": label.numerique,
        "postes": list(label.postes),
        "metiers": list(label.metiers(tree)),
        "familles": list(label.familles(tree)),
        "certitude": label.certitude,
        "origine": record.text.origin,
        "groupe": group,
    }

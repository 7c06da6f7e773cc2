"""Labels joined with their texts: what a model learns from and is measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cartography.fiche import Fiche
from cartography.tree import Cartographie
from training.labels.log import LABELS, NON, Key, Label, effective, read_labels
from training.labels.sources import CORRECTIONS, OWN, Source, SourceText, available, read_source, text_hash


@dataclass(frozen=True, slots=True)
class LabelledRecord:
    """A record, who published it, and the label that counts.

    Attributes:
        text: the record with its place.
        label: the one that counts.
        chosen: whether a model helped to choose it, mostly because it hesitated or was wrong: such records teach, but
            to measure on them would show another catalogue than there is.
    """

    text: SourceText
    label: Label
    chosen: bool = False

    @property
    def fiche(self) -> Fiche:
        """The record."""
        return self.text.fiche


@dataclass(frozen=True)
class Joined:
    """What became of the labels.

    Attributes:
        records: those whose text is there and unchanged, the project's own first, then in the order of the log.
        changed: labels whose record has another text now; they wait for a new reading.
        missing: labels whose record, or whole source, is not there, by source.
    """

    records: list[LabelledRecord]
    changed: list[Label]
    missing: Counter[str]


def load_records(root: Path, tree: Cartographie, log: Path = LABELS, until: str = "") -> Joined:
    """Read the labels and the texts and join them.

    Args:
        root: folder that holds `data/`; sources that are not there are counted as missing.
        tree: the cartographie.
        log: the label log.
        until: ISO 8601 day after which a reading does not count; "" for all of them.
    """
    lines = readings(log, tree) if log.exists() else written()
    if until:
        lines = [line for line in lines if line.date <= until]
    labels = effective(lines)
    # What a person corrects where the service answers is what a model got wrong, for the most part.
    chosen = {line.key for line in lines if line.passe == "ciblee" or line.source == CORRECTIONS.name}
    wanted = {source for source, _ in labels}
    texts = read_texts(root, [s for s in available(root) if s.name in wanted])
    records, changed, missing = [], [], Counter[str]()
    for key, label in labels.items():
        text = texts.get(key)
        if text is None:
            missing[label.source] += 1
        elif text_hash(text.fiche) != label.hash:
            changed.append(label)
        else:
            records.append(LabelledRecord(text, label, key in chosen))
    return Joined(records, changed, missing)


def readings(log: Path, tree: Cartographie) -> list[Label]:
    """Return every reading: the log's, after the labels that the project's own records were written with.

    A correction in the log replaces the label that a record was written with, a second reading does not.

    Raises:
        LabelError: see `training.labels.log.read_labels`.
    """
    return [*written(), *read_labels(log, tree)]


def written() -> list[Label]:
    """Return the labels that the project's own records were written with, first readings all."""
    return [record.label for record in own_records()]


def read_texts(root: Path, sources: Iterable[Source]) -> Mapping[Key, SourceText]:
    """Return the records of sources by (source, id); of two with one identifier the first counts."""
    texts: dict[Key, SourceText] = {}
    for source in sources:
        for text in read_source(source, root):
            texts.setdefault((source.name, text.fiche.id), text)
    return texts


def own_records() -> list[LabelledRecord]:
    """Return the project's own records: written for thin postes, their label in the record itself."""
    return [LabelledRecord(text, _own_label(text)) for text in read_source(OWN, Path())]


def _own_label(text: SourceText) -> Label:
    fiche = text.fiche
    postes = fiche.extras.get("postes", [])
    return Label(
        text.source, fiche.id, fiche.type, text_hash(fiche), "|".join(postes) or NON, 1, "1", "auteur", "2026-11-22"
    )

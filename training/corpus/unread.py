"""The records of the catalogues that nobody has read: no label, but a text, and often a ROME code."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from datasets import DatasetDict

from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.classifier import text_of
from training.corpus.labelled import HELD_OUT
from training.corpus.learned import DEVELOPMENT
from training.corpus.near_duplicates import near_any
from training.corpus.record_examples import fiche_of
from training.labels.log import LABELS, effective
from training.labels.records import read_texts, readings
from training.labels.sources import CORRECTIONS, OWN, available
from training.measure.gold import read_gold

APART = (OWN.name, CORRECTIONS.name)
"""Sources whose records all have a label."""


def unread_beside(
    data: Path, tree: Cartographie, splits: DatasetDict | None, *, every_publisher: bool = False
) -> tuple[Fiche, ...]:
    """Return the records without a label that a model may learn from beside the labelled splits, see `unread_records`.

    Args:
        data: see `unread_records`.
        tree: the cartographie.
        splits: labelled records; None for none.
        every_publisher: whether the held-out publishers' may teach too.
    """
    kept = splits or DatasetDict()
    measured = [fiche_of(row) for name in ("validation", "test", "test_editeurs") for row in kept.get(name, ())]
    return unread_records(data, tree, measured, held_out=() if every_publisher else HELD_OUT)


def unread_records(
    data: Path,
    tree: Cartographie,
    measured: Iterable[Fiche] = (),
    *,
    held_out: Collection[str] = HELD_OUT,
    log: Path = LABELS,
) -> tuple[Fiche, ...]:
    """Return the records without a label, in the order of their catalogues.

    None is a record, or nearly one, that a model is measured or calibrated on: not the development set's, not those of
    `measured`, not a held-out publisher's.

    Args:
        data: folder that holds `data/` and `gold/`; where they are not, there is no such record.
        tree: the cartographie.
        measured: labelled records that a model is measured or calibrated on.
        held_out: publishers whose records teach nothing.
        log: the label log.
    """
    labelled = effective(readings(log, tree)) if log.exists() else {}
    texts = read_texts(data, [source for source in available(data) if source.name not in APART])
    found = [text.fiche for key, text in texts.items() if key not in labelled and text.origin not in held_out]
    judged = [text_of(fiche) for fiche in measured]
    if (data / DEVELOPMENT).is_file():
        judged += [text_of(item.fiche) for item in read_gold(data / DEVELOPMENT)]
    if not judged:
        return tuple(found)
    near = near_any([text_of(fiche) for fiche in found], judged)
    return tuple(fiche for fiche, is_near in zip(found, near, strict=True) if not is_near)

"""The labelled splits that a model may learn from, whatever it is measured on."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from datasets import DatasetDict

from cartography.tree import Cartographie
from training.corpus.labelled import HELD_OUT, build_labelled_corpus
from training.labels.records import load_records

DEVELOPMENT = Path("gold/dev.jsonl")
"""The development set, under the folder of the data: nothing ever learns from it."""


def learned_splits(
    data: Path,
    cartographie: Cartographie,
    *measured: Path | None,
    held_out: Collection[str] = HELD_OUT,
    until: str = "",
) -> DatasetDict:
    """Return the labelled corpus without any record, or near-duplicate of one, that a model is measured on.

    Args:
        data: folder that holds `data/` and `gold/`; where they are not, the project's own records are the only ones.
        cartographie: tree of the labels.
        measured: files of labelled records, the development set aside, which is kept out in any case.
        held_out: publishers whose records are only in `test_editeurs`.
        until: ISO 8601 day after which a reading does not count; "" for all of them.
    """
    named = {*measured, data / DEVELOPMENT}
    judged = sorted(path for path in named if path is not None and path.is_file())
    records = load_records(data, cartographie, until=until).records
    return build_labelled_corpus(records, cartographie, judged, held_out=held_out).splits

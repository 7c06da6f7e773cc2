"""What the tests of this folder share: a small corpus of the project's own records, with titles of a small ROME."""

from __future__ import annotations

from functools import cache

from datasets import DatasetDict

from cartography.crosswalk import Crosswalk
from cartography.loading import load_version
from training.corpus.examples import Corpus, build_corpus
from training.corpus.labelled import build_labelled_corpus
from training.labels.records import own_records

TREE = load_version()


@cache
def small_splits() -> DatasetDict:
    return build_labelled_corpus(own_records()[::8], TREE).splits


def small_corpus(crosswalk: Crosswalk) -> Corpus:
    """The records of a corpus and one title in twenty, so that everything is learned in a second."""
    whole = build_corpus(TREE, crosswalk, small_splits())
    rows = [i for i, source in enumerate(whole.dataset["source"]) if source == "fiche" or i % 20 == 0]
    return Corpus(whole.dataset.select(rows), whole.labels, whole.digest)

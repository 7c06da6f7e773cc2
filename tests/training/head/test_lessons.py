from __future__ import annotations

import numpy as np
from datasets import Dataset, DatasetDict

from cartography.crosswalk import Crosswalk
from cartography.loading import load_version
from training.corpus.examples import build_corpus
from training.corpus.labelled import FEATURES
from training.head.lessons import DRAWN_TITLES, LEARNT_SHARE, LEAST_SHARE, RESERVE_SHARE, prepare

EMPTY = {"rome": [], "appellation": "", "rncp": "", "formacode": [], "langue": "fr", "certitude": 1, "origine": "essai"}


def row(rank: int, intitule: str, poste: str | None) -> dict[str, object]:
    tree = load_version()
    node = next((p for p in tree.postes if p.id == poste), None)
    return {
        **EMPTY,
        "source": "essai",
        "id": str(rank),
        "type": "offre",
        "intitule": intitule,
        "description": f"{intitule} chez nous, dans une équipe. " * 20,
        "numerique": node is not None,
        "postes": [node.id] if node else [],
        "metiers": [node.metier_id] if node else [],
        "familles": [node.famille_id] if node else [],
        "groupe": str(rank),
    }


def _labelled() -> DatasetDict:
    rows = [row(i, "Data engineer", "data-engineer") for i in range(6)] + [row(9, "Boulanger", None)]
    splits = {"train": rows, "validation": rows[:2], "test": rows[5:], "reserve": [row(20, "Maçon", None)]}
    return DatasetDict({name: Dataset.from_list(found, features=FEATURES) for name, found in splits.items()})


def test_records_titles_and_the_reserve(small_crosswalk: Crosswalk) -> None:
    tree, labelled = load_version(), _labelled()
    corpus = build_corpus(tree, small_crosswalk, labelled)
    lessons = prepare(corpus, labelled, tree, 100)
    assert len(lessons.records.texts) == 7
    assert len(lessons.validation.texts) == 2
    assert [fiche.id for fiche in lessons.fiches] == ["0", "1", "5", "9"]
    assert len(lessons.held.texts) == len(lessons.held.targets) == 4
    assert lessons.held.targets[-1, -1] == 1
    assert all(isinstance(text, tuple) and len(text[1]) <= 100 for text in lessons.records.texts)
    reserve = [i for i, text in enumerate(lessons.titles.texts) if text[0] == "Maçon" and isinstance(text, tuple)]
    share = lessons.titles.weights[reserve].sum() / lessons.titles.weights.sum()
    assert np.isclose(share, RESERVE_SHARE, atol=0.02)
    assert (lessons.titles.targets[reserve, -1] == 1).all()
    # Words are learnt from all the text: the records, titles, and what is taught of the reserve.
    whole = lessons.whole
    assert len(whole.texts) == len(whole.targets) == len(whole.weights) == 7 + DRAWN_TITLES + 1
    assert [text[0] for text in whole.texts[:7]] == ["Data engineer"] * 6 + ["Boulanger"]
    assert whole.texts[-1][0] == "Maçon"
    assert len(whole.texts[0][1]) > 100


def test_more_is_learnt_from_than_is_read_in_service(small_crosswalk: Crosswalk) -> None:
    tree, labelled = load_version(), _labelled()
    lessons = prepare(build_corpus(tree, small_crosswalk, labelled), labelled, tree, 100, (60, 90), 50)
    assert (lessons.reader.characters, lessons.reader.share) == (50, LEAST_SHARE)
    assert LEARNT_SHARE < LEAST_SHARE
    bounded = zip((*lessons.polished, lessons.validation, lessons.held), (60, 90, 90, 50), strict=True)
    assert all(len(text[1]) <= most for rows, most in bounded for text in rows.texts if isinstance(text, tuple))


def test_without_records_the_titles_are_the_lessons(small_crosswalk: Crosswalk) -> None:
    tree = load_version()
    lessons = prepare(build_corpus(tree, small_crosswalk), None, tree, 100)
    assert lessons.records.texts == lessons.titles.texts
    assert len(lessons.held.texts) == len(lessons.validation.texts) > 0
    assert (lessons.held.targets == lessons.validation.targets).all()
    assert lessons.fiches == ()

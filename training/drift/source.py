"""A file of records, in any format, or of answers → its profile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, get_args

from cartography.fiche import Fiche
from cartography.readers import read_records
from cartography.readers.streams import Opened, open_stream
from models.answer import Answer, Niveau
from models.classifier import Classifier
from training.drift.profile import Profile, Said
from training.errors import EvaluationError

BATCH = 250
_ANSWER = {"numerique", "niveau", "famille", "poste"}
"""Fields that tell an answer from a record."""


def profile_of(path: Path, classifier: Classifier) -> Profile:
    """Return the profile of a file; records are classified, answers taken as they are.

    Raises:
        EvaluationError: nothing in the file can be measured.
        GenscanError: it cannot be read.
    """
    profile = Profile(path.name)
    opened = open_stream(path)
    with opened.stream:
        if _holds_answers(opened):
            _add_answers(profile, opened)
    if not profile.records:
        _add_records(profile, path, classifier)
    if not profile.records:
        raise EvaluationError("fichier_vide", f"{path} : ni fiche ni réponse lisible")
    return profile


def _holds_answers(opened: Opened) -> bool:
    """Say whether the first lines hold an answer; those of bad records look like no answer."""
    values = (_object(line) for line in opened.head.splitlines()[:200])
    return any(value is not None and value.keys() >= _ANSWER for value in values)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _add_answers(profile: Profile, opened: Opened) -> None:
    for line in opened.stream:
        if not line.strip():
            continue
        value = _object(line)
        try:
            if value is None:
                raise ValueError(line)
            profile.add(_said(value))
        except (KeyError, TypeError, ValueError):
            profile.errors += 1


def _said(value: dict[str, Any]) -> Said:
    """Return what the JSON of an answer says. Raises KeyError, TypeError or ValueError where it is none."""
    if not value["numerique"]["decision"]:
        return Said(None, "aucun", None)
    # Told in a version of the cartographie that has no postes, an answer has none.
    score = float(value["poste"]["score"]) if value["poste"] else None
    if not 0 <= (score or 0) <= 1 or value["niveau"] not in get_args(Niveau):
        raise ValueError(value)
    return Said(str(value["famille"]["libelle"]), value["niveau"], score)


def _add_records(profile: Profile, path: Path, classifier: Classifier) -> None:
    records = read_records(path)
    for batch in _batches(records):
        fiches = [record for record in batch if isinstance(record, Fiche)]
        profile.errors += len(batch) - len(fiches)
        for fiche, answer in zip(fiches, classifier.classify(fiches, top_k=1, evidence=False), strict=True):
            profile.add(_of_answer(answer), fiche)


def _of_answer(answer: Answer) -> Said:
    famille = answer.famille.libelle if answer.famille else None
    return Said(famille, answer.niveau, answer.poste.score if answer.poste else None)


def _batches(records: Iterable[Any]) -> Iterator[list[Any]]:
    stream = iter(records)
    while batch := list(islice(stream, BATCH)):
        yield batch

"""The judged set: queries of many kinds over the real courses, records graded from 0 to 3 by reading.

It holds identifiers and grades only; the courses' texts stay where they are published.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cartography.errors import RecordError
from cartography.fiche import Fiche
from cartography.readers import read_records
from training.errors import EvaluationError

FOLDER = Path(__file__).parents[1] / "data" / "recherche"
QUERIES, GRADES = "requetes.jsonl", "jugements.tsv"
COURSES = (Path("data/formations/formations.jsonl"), Path("data/onisep/formations.jsonl"))
"""Catalogues that are searched, relative to the data folder's parent of `data`."""

BEST = 3
"""The highest grade: 3 exactly what is looked for, 2 a good answer, 1 related, 0 off."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One query.

    Attributes:
        id: of the query.
        genre: kind of query.
        texte: what is typed.
        grades: id of a record → 0 to 3; what is not there was in nobody's first results.
    """

    id: str
    genre: str
    texte: str
    grades: dict[str, int]


def read_judged(folder: Path = FOLDER) -> list[Judged]:
    """Read the judged set.

    Raises:
        EvaluationError: a file is missing or malformed; the message says where.
    """
    grades: dict[str, dict[str, int]] = {}
    try:
        with (folder / GRADES).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                grades.setdefault(row["requete"], {})[row["fiche"]] = _grade(row["note"])
        lines = (folder / QUERIES).read_text(encoding="utf-8").splitlines()
        queries = [json.loads(line) for line in lines]
        return [Judged(q["id"], q["genre"], q["texte"], grades.get(q["id"], {})) for q in queries]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise EvaluationError("jugements_illisibles", f"{folder} : jugements illisibles ({error})") from error


def _grade(text: str) -> int:
    grade = int(text)
    if not 0 <= grade <= BEST:
        raise ValueError(f"note {text} hors de 0 à {BEST}")
    return grade


def read_courses(root: Path, files: Sequence[Path] = COURSES) -> list[Fiche]:
    """Return the courses that are searched; of two with one identifier the second is named after it, with "#2".

    Raises:
        EvaluationError: a catalogue is not there.
    """
    found: dict[str, Fiche] = {}
    for file in files:
        path = root / file
        if not path.is_file():
            raise EvaluationError("catalogue_absent", f"{path} : catalogue absent")
        for record in read_records(path, default_type="formation"):
            if not isinstance(record, RecordError):
                name = record.id if record.id not in found else f"{record.id}#2"
                found.setdefault(name, replace(record, id=name))
    return list(found.values())

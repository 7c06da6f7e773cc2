"""The records that a model gets wrong, each at the highest level where it errs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from cartography.files import write_atomic
from models.answer import Answer
from training.measure.gold import Labelled

Level = Literal["numerique", "famille", "metier", "poste"]
LEVELS: tuple[Level, ...] = ("numerique", "famille", "metier", "poste")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong answer; never the record's text.

    Attributes:
        id: of the record.
        type: formation or offre.
        source: who published it.
        niveau: the highest level that is wrong.
        attendu: what is accepted there, the best first; "oui" or "non" for numerique.
        obtenu: what was answered.
        score: of the answer, in [0, 1]; for numerique the probability of digital.
    """

    id: str
    type: str
    source: str
    niveau: Level
    attendu: tuple[str, ...]
    obtenu: str
    score: float


def mistakes(labelled: Sequence[Labelled], answers: Sequence[Answer]) -> list[Mistake]:
    """Return the wrong answers, in order.

    Args:
        labelled: n records.
        answers: n answers, in the same order.
    """
    found = (_mistake(item, answer) for item, answer in zip(labelled, answers, strict=True))
    return [mistake for mistake in found if mistake]


def _mistake(item: Labelled, answer: Answer) -> Mistake | None:
    about = (item.fiche.id, item.fiche.type, item.source)
    if item.numerique != answer.numerique:
        said = ("oui", "non") if item.numerique else ("non", "oui")
        return Mistake(*about, "numerique", said[:1], said[1], answer.score)
    if not item.numerique:
        return None
    nodes = (answer.famille, answer.metier, answer.poste)
    for niveau, accepted, node in zip(LEVELS[1:], (item.familles, item.metiers, item.postes), nodes, strict=True):
        if accepted and node and node.id not in accepted:
            return Mistake(*about, niveau, accepted, node.id, node.score)
    return None


def write_mistakes(path: Path, found: Sequence[Mistake]) -> dict[Level, int]:
    """Write mistakes as JSON Lines, the file being replaced whole; return how many there are of each level."""
    lines = [json.dumps(asdict(mistake), ensure_ascii=False) for mistake in found]
    write_atomic(path, "".join(line + "\n" for line in lines).encode())
    return {level: sum(mistake.niveau == level for mistake in found) for level in LEVELS}

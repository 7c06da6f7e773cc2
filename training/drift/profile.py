"""What is kept of a file while it is read: counts, never a text."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from zlib import crc32

from cartography.fiche import Fiche
from models.reading import words
from training.measure.drift import HORS

LEAST = 5
"""Records that must use a word for it to be counted, and named: rarer ones say who wrote, not what about."""
LONGEST_TEXT = 20_000
"""Characters of a record whose words are counted."""
_LEVELS = {"poste": "poste sûr", "metier": "métier sûr", "famille": "famille sûre", "aucun": "aucun niveau sûr"}
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says, whether it was just made or read from a file.

    Attributes:
        famille: label; None out of the cartographie.
        niveau: deepest safe level; "aucun" where there is none.
        confidence: how sure the poste is, in [0, 1]; None out of the cartographie.
    """

    famille: str | None
    niveau: str
    confidence: float | None


@dataclass(slots=True)
class Profile:
    """What a batch looks like.

    Attributes:
        name: for people.
        records: answered.
        errors: records that could not be read.
        familles: records by famille, `HORS` among them.
        niveaux: records by deepest safe level, `HORS` among them.
        confidences: of the digital ones.
        lengths: words of each description.
        words: word → records that use it.
        half: the same over one half of the records, drawn by their identifiers: what chance does to words.
    """

    name: str
    records: int = 0
    errors: int = 0
    familles: Counter[str] = field(default_factory=Counter)
    niveaux: Counter[str] = field(default_factory=Counter)
    confidences: array[float] = field(default_factory=lambda: array("d"))
    lengths: array[int] = field(default_factory=lambda: array("l"))
    words: Counter[str] = field(default_factory=Counter)
    half: Counter[str] = field(default_factory=Counter)

    @property
    def has_texts(self) -> bool:
        """Whether records were read, and not answers alone."""
        return bool(self.lengths)

    def add(self, said: Said, fiche: Fiche | None = None) -> None:
        """Count one record; without its text where only the answer is known."""
        self.records += 1
        self.familles[said.famille or HORS] += 1
        self.niveaux[_LEVELS[said.niveau] if said.famille else HORS] += 1
        if said.confidence is not None:
            self.confidences.append(said.confidence)
        if fiche is None:
            return
        self.lengths.append(len(fiche.description.split()))
        used = vocabulary(fiche)
        self.words.update(used)
        if crc32(fiche.id.encode("utf-8", "replace")) & 1:
            self.half.update(used)


def vocabulary(fiche: Fiche) -> set[str]:
    """Return the words of a record, without addresses, numbers and single letters.

    >>> sorted(vocabulary(Fiche("1", "offre", "Data engineer", "Écrire à moi@ici.fr : bac 5, www.ici.fr")))
    ['bac', 'data', 'engineer', 'écrire']
    """
    text = _ADDRESS.sub(" ", f"{fiche.intitule}\n{fiche.description}"[:LONGEST_TEXT])
    return {word for word in words(text) if len(word) > 1 and not _DIGIT.search(word)}

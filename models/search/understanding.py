"""What a person typed, as search understands it: corrected, spelled out, encoded, classified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartography.fiche import Fiche
from cartography.sigles import expansions
from models.answer import SCORE_DIGITS
from models.classifier import MAX_CHARS, Classifier
from models.encoder import Vectors
from models.search.asked import asked_levels
from models.search.spelling import Spelling
from models.search.words import terms

SHORT = 200
"""Characters up to which a text is a query, whose spelling and abbreviations are looked at; beyond it is a document."""


@dataclass(frozen=True)
class Understood:
    """A query.

    Attributes:
        texte: as typed.
        lu: as read: corrected.
        corrections: word as typed → as read.
        developpes: abbreviation → what it stands for.
        termes: what the words' side looks for, those of the expansions after the query's own.
        vector: float32 (dimension,), unit.
        postes: probability of each poste, float32 (postes,).
        niveaux: levels that are asked for, none where nothing is said of them.
        numerique: probability that the query is about the field.
    """

    texte: str
    lu: str
    corrections: Mapping[str, str]
    developpes: Mapping[str, str]
    termes: tuple[str, ...]
    vector: Vectors
    postes: NDArray[np.float32]
    numerique: float
    niveaux: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Return what is told of it."""
        return {
            "texte": self.texte,
            "lu": self.lu,
            "corrections": dict(self.corrections),
            "developpes": dict(self.developpes),
            "numerique": {"score": round(self.numerique, SCORE_DIGITS)},
        }


@dataclass(frozen=True)
class Heard:
    """A query before the model has read it: `texte` to `termes` and `niveaux` as in `Understood`.

    Attributes:
        texts: what the model reads, in one or several ways.
    """

    texte: str
    lu: str
    corrections: Mapping[str, str]
    developpes: Mapping[str, str]
    termes: tuple[str, ...]
    niveaux: frozenset[str]
    texts: tuple[str, ...]


class Reader:
    """Understands queries."""

    def __init__(self, classifier: Classifier, spelling: Spelling) -> None:
        """Take what a query is encoded and corrected with."""
        self._classifier = classifier
        self._spelling = spelling

    def read(self, texte: str) -> Understood:
        """Return what a text means."""
        return self.understand(self.hear(texte))

    def hear(self, texte: str) -> Heard:
        """Return a text corrected and spelled out, which takes no time."""
        short = texte[:MAX_CHARS]
        lu, corrections = self._spelling.correct_text(short) if len(short) < SHORT else (short, {})
        # The first of several readings is the likeliest.
        developpes = dict(reversed(expansions(lu))) if len(short) < SHORT else {}
        said = ", ".join(developpes.values())
        # The words as typed too: a record just stored may hold one that nobody else uses.
        own = tuple(dict.fromkeys([*terms(lu), *(terms(short) if corrections else ())]))
        more = tuple(term for text in developpes.values() for term in terms(text))
        return Heard(
            texte=texte,
            lu=lu,
            corrections=corrections,
            developpes=developpes,
            termes=tuple(dict.fromkeys([*own, *more])),
            niveaux=asked_levels(lu) if len(short) < SHORT else frozenset(),
            texts=(f"{lu} ({said})", said) if said else (lu,),
        )

    def understand(self, heard: Heard) -> Understood:
        """Return what a text means to the model."""
        # What an abbreviation stands for says better than it does what the query is about.
        texts = [Fiche("", "formation", text) for text in heard.texts]
        encoded = self._classifier.encode(texts)
        probabilities = self._classifier.probabilities(texts, encoded)
        probable = probabilities[int(probabilities[:, -1].argmin())]
        return Understood(
            texte=heard.texte,
            lu=heard.lu,
            corrections=heard.corrections,
            developpes=heard.developpes,
            termes=heard.termes,
            vector=encoded.embedding[0],
            postes=probable[:-1],
            numerique=float(1 - probable[-1]),
            niveaux=heard.niveaux,
        )

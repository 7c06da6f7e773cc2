"""The answer to one fiche, in the form of the output contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Niveau = Literal["poste", "metier", "famille", "aucun"]

SCORE_DIGITS = 4
"""Scores are given to a ten-thousandth: finer digits are noise of the arithmetic, not knowledge."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A node of the tree and its calibrated probability."""

    id: str
    libelle: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """Return `{"id", "libelle", "score"}`."""
        return {"id": self.id, "libelle": self.libelle, "score": round(self.score, SCORE_DIGITS)}


@dataclass(frozen=True, slots=True)
class Preuve:
    """One piece of evidence.

    Attributes:
        type: "voisin" (nearest reference title), "appellation" (ROME title given), "rome" (ROME code given), "mot" (a
            word of the record, see `models.explanation`).
        texte: what a person reads.
        postes: the postes it speaks for, the best first; empty when it speaks for hors numérique.
        score: cosine in [-1, 1] for a neighbour, share in [0, 1] for ROME, share of the odds in [0, 1] for
            a word.
        code: OGR number or ROME code, where there is one.
    """

    type: Literal["voisin", "appellation", "rome", "mot"]
    texte: str
    postes: tuple[str, ...]
    score: float
    code: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object, `code` only where there is one."""
        body: dict[str, Any] = {
            "type": self.type,
            "texte": self.texte,
            "postes": list(self.postes),
            "score": round(self.score, SCORE_DIGITS),
        }
        return body if self.code is None else {**body, "code": self.code}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier says of one fiche.

    Attributes:
        id: the fiche's identifier.
        numerique: whether it belongs to the cartographie.
        score: calibrated probability that it does.
        niveau: deepest level at which the best guess is safe.
        famille: best guess of its level when `numerique`, else None; likewise metier and poste. The three lie on
            one path of the tree. The score is the probability that people accept this node (`models.confidence`).
        metier: see famille.
        poste: see famille.
        candidats: the likeliest postes, first the likeliest. Their scores share one probability between the postes:
            where two are accepted each has a part, while `poste` says how sure the first is to be one of them.
        preuves: evidence, the strongest first.
        versions: what made the answer: modele, cartographie, rome.
    """

    id: str
    numerique: bool
    score: float
    niveau: Niveau
    famille: Scored | None
    metier: Scored | None
    poste: Scored | None
    candidats: tuple[Scored, ...]
    preuves: tuple[Preuve, ...]
    versions: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the object of the output contract."""
        return {
            "id": self.id,
            "numerique": {"decision": self.numerique, "score": round(self.score, SCORE_DIGITS)},
            "niveau": self.niveau,
            "famille": self.famille.as_json() if self.famille else None,
            "metier": self.metier.as_json() if self.metier else None,
            "poste": self.poste.as_json() if self.poste else None,
            "candidats": [
                {"poste": c.id, "libelle": c.libelle, "score": round(c.score, SCORE_DIGITS)} for c in self.candidats
            ],
            "preuves": [p.as_json() for p in self.preuves],
            "versions": dict(self.versions),
        }

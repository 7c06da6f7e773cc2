"""Results as they are told: the record, its stored answer, why it was found, and where else it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cartography.fiche import Fiche
from cartography.places import load_places
from models.answer import SCORE_DIGITS
from models.search.catalogue import Entry
from models.search.highlights import (
    Extract,
    Spans,
    Wanted,
    first_lines,
    matching_extract,
    nearest_passage,
    spans,
)
from models.search.index import Index
from models.search.understanding import Understood

if TYPE_CHECKING:
    from models.search.searcher import Ranked


@dataclass(frozen=True, slots=True)
class Hit:
    """One result.

    Attributes:
        entry: the record and its stored answer.
        score: probability in [0, 1] that it is wanted; None where there is no text.
        proximite: cosine of its vector with the query's, in [-1, 1]; None where there is no text.
        extrait: what is shown of the description, and where words match in it.
        reperes: where words match in the title.
        mots: whether any word matches; else the extract is the passage nearest in meaning.
        doublons: (type, id) of the other publications of the same record.
    """

    entry: Entry
    score: float | None
    proximite: float | None
    extrait: Extract
    reperes: Spans
    mots: bool
    doublons: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the result as the API and the command line give it."""
        fiche, reponse = self.entry.fiche, self.entry.reponse
        return {
            "id": fiche["id"],
            "type": fiche["type"],
            "intitule": fiche["intitule"],
            "score": _rounded(self.score),
            "proximite": _rounded(self.proximite),
            "extrait": self.extrait.texte,
            "reperes": {"intitule": [*map(list, self.reperes)], "extrait": [*map(list, self.extrait.reperes)]},
            "trouve_par": "mots" if self.mots else "sens",
            "doublons": [{"type": kind, "id": fiche_id} for kind, fiche_id in self.doublons],
            "numerique": reponse["numerique"],
            "niveau": reponse["niveau"],
            "famille": reponse["famille"],
            "metier": reponse["metier"],
            "poste": reponse["poste"],
            **_position(fiche),
            "fiche": fiche,
        }


def told(index: Index, page: Ranked, understood: Understood | None, *, extraits: bool = True) -> list[Hit]:
    """Return the results of a page, in order; records that went in the meantime are left out."""
    rows = index.columns.rows(page.positions).tolist()
    groups = index.columns.groups(page.positions).tolist()
    known = {entry.row: entry for entry in index.catalogue.entries(rows)}
    entries = [known.get(row) for row in rows]
    wanted = Wanted(frozenset(understood.termes if understood else ()))
    extracts = _extracts([entry for entry in entries if entry], understood, wanted, index) if extraits else {}
    hits: list[Hit] = []
    for entry, group, score, cosine in zip(entries, groups, page.scores.tolist(), page.cosines.tolist(), strict=True):
        if entry is None:
            continue
        title = spans(entry.fiche["intitule"], wanted) if extraits else []
        extract = extracts.get(entry.row) or first_lines(entry.fiche.get("description", ""))
        key = (entry.fiche["type"], entry.fiche["id"])
        others = tuple(other for other in index.catalogue.group(group) if other != key)
        words = bool(title or extract.reperes)
        hits.append(Hit(entry, _real(score), _real(cosine), extract, title, words, others))
    return hits


def _extracts(entries: list[Entry], understood: Understood | None, wanted: Wanted, index: Index) -> dict[int, Extract]:
    """Return row → extract: where words match, else, unless the title tells, the passage nearest in meaning."""
    if understood is None:
        return {}
    found: dict[int, Extract] = {}
    distant: list[Entry] = []
    for entry in entries:
        description = entry.fiche.get("description", "")
        extract = matching_extract(description, wanted)
        if extract is not None:
            found[entry.row] = extract
        elif description:
            distant.append(entry)
    telling = index.catalogue.passages([entry.row for entry in distant])
    for entry in distant:
        passages = telling.get(entry.row)
        found[entry.row] = nearest_passage(entry.fiche["description"], passages, understood.vector)
    return found


def _position(fiche: Mapping[str, Any]) -> dict[str, float | None]:
    """Return where a stored record is, as the filter by distance reads it; None where it does not say."""
    place = load_places().of_fiche(Fiche(fiche["id"], fiche["type"], fiche["intitule"], extras=fiche))
    return {"latitude": place.latitude if place else None, "longitude": place.longitude if place else None}


def _real(value: float) -> float | None:
    return None if np.isnan(value) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, SCORE_DIGITS)

"""A correction: what a person says of a record against the answer that they were given, as one line of JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from cartography.errors import FicheInvalid, GenscanError, RecordError
from cartography.fiche import Fiche, explain, fiche_from_mapping
from cartography.readers.base import Source
from cartography.readers.jsonguard import json_fault
from cartography.readers.jsonlines import decode
from cartography.readers.prose import text_hash

NON = "non"
"""Label of a record that is out of the cartographie."""
MAX_POSTES = 3
"""Postes that one label may name."""
MAX_NOTE = 500
"""Characters of a note."""


class CorrectionInvalid(GenscanError):
    """A correction that says nothing usable.

    Attributes:
        champ: the field at fault.
    """

    def __init__(self, message: str, champ: str) -> None:
        super().__init__("correction_invalide", f"{champ} : {message}")
        self.champ = champ


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says of a record.

    Attributes:
        fiche: the record that they read.
        label: "non", or 1 to 3 poste ids separated by "|", the best first.
        date: ISO 8601 instant, in UTC.
        versions: what gave the answer that is corrected: modele, cartographie, rome.
        note: why; may be empty.
    """

    fiche: Fiche
    label: str
    date: str
    versions: Mapping[str, str]
    note: str = ""

    @property
    def record(self) -> str:
        """12 hex digits of the record as it was read.

        The text counts: texts typed one after the other may share an identifier, and a record whose text changes is
        another one to judge.
        """
        return _digest(self.fiche.type, self.fiche.id, text_hash(self.fiche))

    @property
    def id(self) -> str:
        """12 hex digits of the record and what is said of it."""
        return _digest(self.record, self.label)

    def as_line(self) -> bytes:
        """Return the line that a file of corrections holds, the record's and its own identifiers first."""
        said = {
            "empreinte": self.record,
            "id": self.id,
            "label": self.label,
            "date": self.date,
            "versions": dict(self.versions),
            "note": self.note,
            "fiche": self.fiche.as_json(),
        }
        return json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


def label_of(numerique: bool, postes: Sequence[str], known: Collection[str]) -> str:
    """Return the label of a decision.

    Args:
        numerique: whether the record belongs to the cartographie.
        postes: identifiers of those that fit, the best first.
        known: identifiers of all postes.

    Raises:
        CorrectionInvalid: postes where there can be none, none where there must be, one twice, or an unknown one.

    >>> label_of(True, ["data-analyst", "data-engineer"], {"data-analyst", "data-engineer"}), label_of(False, [], ())
    ('data-analyst|data-engineer', 'non')
    """
    if not numerique:
        if postes:
            raise CorrectionInvalid("une fiche hors du numérique n'a aucun poste", "postes")
        return NON
    for rank, poste in enumerate(postes):
        if poste not in known:
            raise CorrectionInvalid(f"poste inconnu : {poste[:100]!r}", f"postes.{rank}")
    if not 1 <= len(postes) <= MAX_POSTES or len(set(postes)) != len(postes):
        raise CorrectionInvalid(f"une fiche du numérique a 1 à {MAX_POSTES} postes différents", "postes")
    return "|".join(postes)


def fiche_of(value: object) -> Fiche:
    """Return the record of a correction.

    Raises:
        FicheInvalid: no record, or one that a file of corrections could not give back.
    """
    if not isinstance(value, dict):
        raise FicheInvalid("fiche_invalide", "un objet JSON est attendu")
    fiche = fiche_from_mapping(value)
    if fault := json_fault(value):
        raise FicheInvalid(*fault, fiche_id=fiche.id)
    return fiche


class _Line(BaseModel):
    """A line of a file of corrections; its identifiers follow from the rest."""

    label: str = Field(min_length=1, max_length=1_000)
    date: str = Field(max_length=50)
    versions: dict[str, str] = {}
    note: str = Field(default="", max_length=MAX_NOTE)
    fiche: dict[str, Any]


def correction_of(line: bytes, position: int, name: str) -> Correction | RecordError:
    """Return the correction of a line, or what is wrong with it.

    Args:
        line: UTF-8 bytes.
        position: its number, from 1.
        name: of its file, for the message.
    """
    source = Source(name)
    value = decode(line, position, source)
    if isinstance(value, RecordError):
        return value
    try:
        said = _Line.model_validate(value)
        datetime.fromisoformat(said.date)
        return Correction(fiche_of(said.fiche), said.label, said.date, said.versions, said.note)
    except ValidationError as error:
        champ, message = explain(error)
        return source.error("correction_invalide", f"{champ} : {message}", position, champ=champ)
    except ValueError:
        return source.error("correction_invalide", "date : date ISO 8601 attendue", position, champ="date")
    except FicheInvalid as error:
        return source.error(error.code, f"fiche : {error.message}", position, champ="fiche", fiche_id=error.fiche_id)

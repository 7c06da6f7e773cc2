"""Labelled records: what annotators accept for each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from cartography.errors import FicheInvalid
from cartography.fiche import Fiche, explain, fiche_from_mapping
from training.errors import EvaluationError


class _Gold(BaseModel):
    model_config = ConfigDict(extra="ignore")

    numerique: Literal["oui", "non"]
    familles: tuple[str, ...] = ()
    metiers: tuple[str, ...] = ()
    postes: tuple[str, ...] = ()


class _Line(BaseModel):
    model_config = ConfigDict(extra="allow")

    gold: _Gold


@dataclass(frozen=True, slots=True)
class Labelled:
    """A record and its labels.

    Attributes:
        fiche: the record.
        numerique: whether it belongs to the cartographie.
        familles: accepted ones, the best first; likewise metiers and postes. Empty when not digital.
        metiers: see familles.
        postes: see familles.
        source: who published it; empty when not known.
    """

    fiche: Fiche
    numerique: bool
    familles: tuple[str, ...] = ()
    metiers: tuple[str, ...] = ()
    postes: tuple[str, ...] = ()
    source: str = ""


def read_gold(path: Path) -> list[Labelled]:
    """Read a JSON Lines file of records with a `gold` object.

    Raises:
        EvaluationError: unreadable, empty or malformed; the message names the file and the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError("fiches_illisibles", f"{path} : illisible ({error})") from error
    labelled = list(_parse(path, lines))
    if not labelled:
        raise EvaluationError("fiches_absentes", f"{path} : aucune fiche annotée")
    return labelled


def digest_of(*paths: Path) -> str:
    """Return 16 hex digits of what files hold, one after the other: which records were measured on, whatever the name.

    Raises:
        EvaluationError: a file cannot be read.
    """
    found = hashlib.sha256()
    for path in paths:
        try:
            found.update(path.read_bytes())
        except OSError as error:
            raise EvaluationError("fiches_illisibles", f"{path} : illisible ({error})") from error
    return found.hexdigest()[:16]


def _parse(path: Path, lines: list[str]) -> Iterator[Labelled]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            parsed = _Line.model_validate_json(line)
            fiche = fiche_from_mapping(parsed.model_extra or {})
        except ValidationError as error:
            champ, message = explain(error)
            text = f"{path}, ligne {number} : {champ or 'JSON'} : {message}"
            raise EvaluationError("annotation_invalide", text) from error
        except FicheInvalid as error:
            raise EvaluationError("annotation_invalide", f"{path}, ligne {number} : {error.message}") from error
        gold = parsed.gold
        source = str(fiche.extras.get("source", ""))
        yield Labelled(fiche, gold.numerique == "oui", gold.familles, gold.metiers, gold.postes, source)

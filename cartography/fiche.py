"""The one record type: a formation or an offre, as every reader makes it and every answer refers to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from cartography.errors import FicheInvalid
from cartography.text import clean_text

FicheType = Literal["formation", "offre"]

MAX_ID = 512
MAX_INTITULE = 10_000
MAX_DESCRIPTION = 1_000_000
MAX_CODES = 200

_ROME_CODE = re.compile(r"[A-Za-z]\d{4}\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fiche:
    """A training course or a job offer.

    Attributes:
        id: identifier in its source, kept through every stage; never empty.
        type: "formation" or "offre".
        intitule: title, cleaned of markup; never empty.
        description: everything else said in prose, cleaned of markup, possibly empty.
        rome: ROME codes (3 or 4.0) in the source's order, upper case; unknown codes are kept.
        appellation: ROME appellation, as an OGR code or a label.
        rncp: RNCP or RS number with its prefix, e.g. "RNCP37873".
        formacode: Formacodes, five digits each.
        langue: ISO 639-1 code if the source says one.
        extras: every other field of the source, JSON values, kept with the record. The readers use these names
            where the source has the fact: organisme, entreprise, lieu, code_postal, commune (INSEE), latitude,
            longitude, niveau_entree, niveau_sortie, modalite, duree_heures, certifiante, contrat, debut, fin,
            date, url, nsf.
    """

    id: str
    type: FicheType
    intitule: str
    description: str = ""
    rome: tuple[str, ...] = ()
    appellation: str | None = None
    rncp: str | None = None
    formacode: tuple[str, ...] = ()
    langue: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the record in the JSON Lines form of the contract, empty fields left out."""
        known: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "intitule": self.intitule,
            "description": self.description,
            "rome": list(self.rome),
            "appellation": self.appellation,
            "rncp": self.rncp,
            "formacode": list(self.formacode),
            "langue": self.langue,
        }
        return {k: v for k, v in known.items() if v} | {k: v for k, v in self.extras.items() if k not in known}


class FicheSchema(BaseModel):
    """The record at the border: types checked and coerced once, unknown fields kept."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True, coerce_numbers_to_str=True)

    id: str = Field(min_length=1, max_length=MAX_ID, description="Identifiant, rendu tel quel.")
    type: FicheType = Field(description="formation ou offre.")
    intitule: str = Field(min_length=1, max_length=MAX_INTITULE, description="Intitulé de la fiche.")
    description: str | None = Field(default=None, max_length=MAX_DESCRIPTION, description="Texte libre, HTML admis.")
    rome: list[str] | None = Field(default=None, max_length=MAX_CODES, description="Codes ROME 3 ou 4.0.")
    appellation: str | None = Field(default=None, max_length=1_000, description="Code OGR ou libellé.")
    rncp: str | None = Field(default=None, max_length=50, description="Numéro RNCP ou RS.")
    formacode: list[str] | None = Field(default=None, max_length=MAX_CODES, description="Formacodes.")
    langue: str | None = Field(default=None, max_length=20, description="Code de langue ISO 639-1.")

    @field_validator("rome", "formacode", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        """Accept a single code, or several in one string, where a list is due."""
        if isinstance(value, (str, int)):
            return [part for part in re.split(r"[\s,;|]+", str(value)) if part and part != "-"]
        return value

    @field_validator("id", "intitule", "description", "appellation", "rncp", "langue")
    @classmethod
    def _is_text(cls, value: str | None) -> str | None:
        """Refuse lone surrogates: they are no text and cannot be written back as UTF-8."""
        if value is not None and _SURROGATE.search(value):
            raise ValueError("caractère de substitution isolé (texte Unicode invalide)")
        return value


_MESSAGES = {
    "missing": "champ obligatoire absent",
    "string_type": "un texte est attendu",
    "string_too_short": "champ obligatoire vide",
    "string_too_long": "texte trop long (au plus {max_length} caractères)",
    "string_unicode": "texte Unicode invalide",
    "literal_error": "valeur inconnue ; attendu : {expected}",
    "list_type": "une liste est attendue",
    "too_long": "liste trop longue (au plus {max_length} éléments)",
    "value_error": "{error}",
}


def explain(error: ValidationError) -> tuple[str, str]:
    """Return (field path, French message) of the first fault that pydantic found.

    >>> try:
    ...     FicheSchema.model_validate({"id": "a", "type": "offre"})
    ... except ValidationError as e:
    ...     explain(e)
    ('intitule', 'champ obligatoire absent')
    """
    first = error.errors(include_url=False)[0]
    champ = ".".join(str(part) for part in first["loc"])
    template = _MESSAGES.get(first["type"])
    message = template.format(**first.get("ctx", {})) if template else first["msg"]
    return champ, message.replace("' or '", "' ou '")


def fiche_from_schema(schema: FicheSchema) -> Fiche:
    """Return the frozen record of a checked one, its texts cleaned of markup.

    Raises:
        FicheInvalid: the title holds nothing but markup.
    """
    intitule = clean_text(schema.intitule)
    if not intitule:
        raise FicheInvalid("champ_vide", "intitule : champ obligatoire vide", champ="intitule", fiche_id=schema.id)
    description = clean_text(schema.description or "")
    return Fiche(
        id=schema.id,
        type=schema.type,
        intitule=intitule,
        description="" if description == "-" else description,
        rome=tuple(dict.fromkeys(c.upper() if _ROME_CODE.match(c) else c for c in schema.rome or () if c)),
        appellation=schema.appellation or None,
        rncp=schema.rncp or None,
        formacode=tuple(dict.fromkeys(c for c in schema.formacode or () if c)),
        langue=schema.langue or None,
        extras=schema.model_extra or {},
    )


def fiche_from_mapping(values: Mapping[str, Any]) -> Fiche:
    """Make a `Fiche` from a JSON object whose keys are those of the contract.

    Args:
        values: the object; unknown keys are kept in `extras`.

    Raises:
        FicheInvalid: names the field at fault.

    >>> fiche_from_mapping({"id": 7, "type": "offre", "intitule": "Dev <b>web</b>", "rome": "m1855"}).rome
    ('M1855',)
    """
    try:
        schema = FicheSchema.model_validate(values)
    except ValidationError as error:
        champ, message = explain(error)
        raw_id = values.get("id")
        fiche_id = str(raw_id) if isinstance(raw_id, (str, int)) and champ != "id" else None
        raise FicheInvalid("fiche_invalide", f"{champ} : {message}", champ=champ, fiche_id=fiche_id) from error
    return fiche_from_schema(schema)

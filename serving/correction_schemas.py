"""The HTTP contract of corrections: what a person may say of a record, and what is told back."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, StrictBool

from cartography.corrections import MAX_NOTE, MAX_POSTES
from cartography.fiche import FicheSchema


class CorrectionRequest(BaseModel):
    """Ce qu'une personne dit d'une fiche."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    fiche: SkipValidation[FicheSchema] = Field(description="La fiche telle qu'elle a été lue.")
    numerique: StrictBool = Field(description="Dans la cartographie (true) ou hors d'elle.")
    postes: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[],
        max_length=MAX_POSTES,
        description="Identifiants des postes qui conviennent, le meilleur d'abord ; aucun hors de la cartographie.",
    )
    note: str | None = Field(default=None, max_length=MAX_NOTE, description="Pourquoi, en quelques mots.")


class CorrectionResponse(BaseModel):
    """What was kept: the same correction of the same text always has the same `id`."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern="^[0-9a-f]{12}$")
    label: str = Field(description="« non », ou des identifiants de postes séparés par |.")

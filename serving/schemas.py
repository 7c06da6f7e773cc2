"""The HTTP contract: what requests may hold and what answers do. Limits are in `serving.limits`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, StrictBool, StrictInt

from cartography.fiche import FicheSchema
from models.answer import Niveau


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ClassifyOptions(_Request):
    """Ce que doivent dire les réponses ; avec un corps NDJSON ou XML, des paramètres de l'adresse."""

    top_k: StrictInt = Field(default=5, ge=1, description="Nombre de postes candidats par réponse.")
    preuves: StrictBool = Field(default=True, description="Donne les preuves ; sans elles `preuves` est vide.")
    cartographie: str | None = Field(
        default=None,
        max_length=50,
        description="Version dont les réponses disent les nœuds, celle du service par défaut ; « toutes » ajoute les "
        "autres à celle-ci, dans `autres_cartographies`.",
    )
    mots: StrictBool = Field(
        default=False, description="Donne aussi les mots qui ont le plus pesé ; dix à quarante fois plus lent."
    )


class ClassifyRequest(ClassifyOptions):
    """Des fiches à classer.

    Each record is checked alone, later: the list takes any JSON value, so that a bad one only spoils its own answer.
    """

    fiches: list[SkipValidation[FicheSchema]] = Field(min_length=1, description="Formations et offres, mêlées ou non.")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


Probability = Annotated[float, Field(ge=0, le=1)]
Cosine = Annotated[float, Field(ge=-1, le=1)]


class Noeud(_Answer):
    """A node of the cartographie and its calibrated probability."""

    id: str
    libelle: str
    score: Probability


class Candidat(_Answer):
    """A likely poste."""

    poste: str
    libelle: str
    score: Probability


class PreuveSchema(_Answer):
    """One piece of evidence; `code` is the OGR number or ROME code where there is one."""

    type: Literal["voisin", "appellation", "rome", "mot"]
    texte: str
    postes: list[str]
    score: Cosine
    code: str | None = None


class Decision(_Answer):
    """Whether a record belongs to the cartographie, and the probability that it does."""

    decision: bool
    score: Probability


class Versions(_Answer):
    """What made an answer."""

    modele: str
    cartographie: str
    rome: str


class Ailleurs(_Answer):
    """The same answer in another version of the cartographie.

    A version of which only the familles are known has no `metier` nor `poste`; its famille is that of the best poste,
    and `niveau` is "famille" where all that was safe of the answer lies in that one famille.
    """

    niveau: Niveau
    famille: Noeud | None
    metier: Noeud | None
    poste: Noeud | None


class Resultat(_Answer):
    """The answer to one record; `niveau` is the deepest level at which the best guess is safe.

    Told in another version than the service's, its nodes are those of `Ailleurs`, and `candidats` is empty where that
    version knows no postes; `preuves` always name the postes of the service's own.
    """

    id: str
    numerique: Decision
    niveau: Niveau
    famille: Noeud | None
    metier: Noeud | None
    poste: Noeud | None
    candidats: list[Candidat]
    preuves: list[PreuveSchema]
    versions: Versions
    autres_cartographies: dict[str, Ailleurs] | None = Field(
        default=None, description="Version → la même réponse dans ses nœuds ; avec `cartographie: toutes` seulement."
    )


class Erreur(_Answer):
    """What went wrong: a stable code, a French sentence, the field and the record if one is in question.

    `position` is the line of an NDJSON body, or the rank of the record in an XML one, both from 1.
    """

    code: str
    message: str
    champ: str | None = None
    id: str | None = None
    position: int | None = None


class ErreurReponse(_Answer):
    """The body of every error."""

    erreur: Erreur


class ErreurDeFiche(_Answer):
    """The place of a bad record among the answers."""

    id: str | None
    erreur: Erreur


class ClassifyResponse(_Answer):
    """One object a record, in the order of the request."""

    resultats: list[Resultat | ErreurDeFiche]


class VersionsResponse(Versions):
    """What answers here; `index` is the index's manifest."""

    index: dict[str, Any]

"""The HTTP contract: what requests may hold and what answers do. Limits are in `serving.limits`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, StrictBool, StrictInt, model_validator

from cartography.fiche import FicheSchema, FicheType
from models.answer import Niveau


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ClassifyRequest(_Request):
    """Des fiches à classer.

    Each record is checked alone, later: the list takes any JSON value, so that a bad one only spoils its own answer.
    """

    fiches: list[SkipValidation[FicheSchema]] = Field(min_length=1, description="Formations et offres, mêlées ou non.")
    top_k: StrictInt = Field(default=5, ge=1, description="Nombre de postes candidats par réponse.")
    mots: StrictBool = Field(
        default=False, description="Donne aussi les mots qui ont le plus pesé ; dix à quarante fois plus lent."
    )


class _Filtered(_Request):
    k: StrictInt = Field(default=10, ge=1, description="Nombre de résultats.")
    famille: str | None = Field(default=None, description="Identifiant ou libellé d'une famille.")
    metier: str | None = Field(default=None, description="Identifiant ou libellé d'un métier.")
    poste: str | None = Field(default=None, description="Identifiant, libellé ou intitulé usuel d'un poste.")
    numerique: StrictBool | None = Field(default=None, description="Dans la cartographie (true) ou hors d'elle.")


class SearchRequest(_Filtered):
    """Un texte et des filtres."""

    texte: str = Field(min_length=1, description="Ce que la personne a tapé.")
    type: FicheType | None = Field(default=None, description="Formations ou offres seulement.")


class SimilarRequest(_Filtered):
    """Une fiche de l'index (`id`), une autre (`fiche`) ou un texte, et des filtres."""

    id: str | None = Field(default=None, description="Identifiant d'une fiche de l'index.")
    type: FicheType | None = Field(default=None, description="Type de cette fiche, si l'identifiant existe deux fois.")
    fiche: SkipValidation[FicheSchema] | None = Field(default=None, description="Une fiche, dans l'index ou non.")
    texte: str | None = Field(default=None, min_length=1, description="Un texte.")
    cible: FicheType | None = Field(default=None, description="Formations ou offres seulement.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(value is not None for value in (self.id, self.fiche, self.texte)) != 1:
            raise ValueError("donnez un seul de ces champs : id, fiche, texte")
        if self.type is not None and self.id is None:
            raise ValueError("type ne va qu'avec id ; pour filtrer les résultats : cible")
        return self


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


class Resultat(_Answer):
    """The answer to one record; `niveau` is the deepest level at which the best guess is safe."""

    id: str
    numerique: Decision
    niveau: Niveau
    famille: Noeud | None
    metier: Noeud | None
    poste: Noeud | None
    candidats: list[Candidat]
    preuves: list[PreuveSchema]
    versions: Versions


class Erreur(_Answer):
    """What went wrong: a stable code, a French sentence, the field and the record if one is in question."""

    code: str
    message: str
    champ: str | None = None
    id: str | None = None


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


class Trouvee(_Answer):
    """A record found, its stored answer and its cosine with the query."""

    id: str
    type: FicheType
    intitule: str
    score: Cosine
    extrait: str
    numerique: Decision
    niveau: Niveau
    famille: Noeud | None
    metier: Noeud | None
    poste: Noeud | None
    fiche: dict[str, Any]


class SearchVersions(Versions):
    """What made a search's answer, the index included."""

    index: str


class SearchResponse(_Answer):
    """The nearest records, the nearest first; `requete` is the query as understood."""

    resultats: list[Trouvee]
    requete: dict[str, Any]
    versions: SearchVersions


class VersionsResponse(Versions):
    """What answers here; `index` is the index's manifest."""

    index: dict[str, Any]

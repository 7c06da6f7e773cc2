"""The HTTP contract of search: what may be asked, and what is told of it. Limits are in `serving.limits`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, StrictBool, StrictInt, model_validator

from cartography.fiche import FicheSchema, FicheType
from models.answer import Niveau
from models.search.criteria import Critere
from serving.schemas import Cosine, Decision, ErreurDeFiche, Noeud, Probability, Versions

MAX_VALUES = 50
"""Values that one filter may list."""
MAX_TEXT = 300
"""Characters of a filter's value."""

_Short = Annotated[str, Field(max_length=MAX_TEXT)]
_Values = _Short | Annotated[list[_Short], Field(max_length=MAX_VALUES)]
_Level = Annotated[StrictInt, Field(ge=1, le=8)]
_Levels = _Level | Annotated[list[_Level], Field(max_length=8)]
_Hours = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PointSchema(_Request):
    """Un point, en degrés."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class FiltersSchema(_Request):
    """Ce que doit être un résultat ; un critère à plusieurs valeurs en admet une quelconque."""

    famille: _Values | None = Field(default=None, description="Identifiants ou libellés de familles.")
    metier: _Values | None = Field(default=None, description="Identifiants ou libellés de métiers.")
    poste: _Values | None = Field(default=None, description="Identifiants, libellés ou intitulés usuels de postes.")
    numerique: StrictBool | None = Field(default=None, description="Dans la cartographie (true) ou hors d'elle.")
    region: _Values | None = Field(default=None, description="Codes Insee ou noms de régions.")
    departement: _Values | None = Field(default=None, description="Codes ou noms de départements.")
    lieu: _Short | PointSchema | None = Field(
        default=None, description="Centre d'un cercle : commune, code postal, ou point en degrés."
    )
    rayon_km: float = Field(default=30, gt=0, le=2_000, allow_inf_nan=False, description="Rayon autour du lieu.")
    niveau_sortie: _Levels | None = Field(default=None, description="Niveau visé, de 1 à 8.")
    niveau_entree: _Levels | None = Field(default=None, description="Niveau requis, de 1 à 8.")
    modalite: _Values | None = Field(default=None, description="présentiel, à distance, mixte.")
    certifiante: StrictBool | None = Field(default=None, description="Mène à une certification, ou non.")
    certification: _Values | None = Field(default=None, description="Numéros RNCP ou RS, avec leur préfixe.")
    organisme: _Values | None = Field(default=None, description="Organismes de formation, ou employeurs.")
    label: _Values | None = Field(default=None, description="Labels.")
    contrat: _Values | None = Field(default=None, description="CDI, CDD, intérim, apprentissage…")
    duree: _Values | None = Field(default=None, description="Tranches de durée, telles que la facette les nomme.")
    duree_min: _Hours | None = Field(default=None, description="Heures, au moins.")
    duree_max: _Hours | None = Field(default=None, description="Heures, au plus.")
    depuis: _Short | None = Field(default=None, description="Date AAAA-MM-JJ : les fiches plus anciennes sont tues.")


class SearchRequest(FiltersSchema):
    """Un texte, vide pour parcourir, et des filtres."""

    texte: str = Field(default="", description="Ce que la personne a tapé ; vide, tout le catalogue.")
    type: FicheType | None = Field(default=None, description="Formations ou offres seulement.")
    k: StrictInt = Field(default=10, ge=1, description="Nombre de résultats.")
    debut: StrictInt = Field(default=0, ge=0, le=1_000, description="Résultats avant la page.")
    tri: Literal["pertinence", "date", "duree", "distance", "intitule"] = Field(default="pertinence")
    facettes: list[Critere] = Field(default=[], max_length=16, description="Critères dont les valeurs sont comptées.")
    extraits: StrictBool = Field(default=True, description="Dit où les mots se retrouvent.")


class SimilarRequest(FiltersSchema):
    """Une fiche de l'index (`id`), une autre (`fiche`) ou un texte, et des filtres."""

    id: str | None = Field(default=None, description="Identifiant d'une fiche de l'index.")
    type: FicheType | None = Field(default=None, description="Type de cette fiche, si l'identifiant existe deux fois.")
    fiche: SkipValidation[FicheSchema] | None = Field(default=None, description="Une fiche, dans l'index ou non.")
    texte: str | None = Field(default=None, min_length=1, description="Un texte.")
    cible: FicheType | None = Field(default=None, description="Formations ou offres seulement.")
    k: StrictInt = Field(default=10, ge=1, description="Nombre de résultats.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(value is not None for value in (self.id, self.fiche, self.texte)) != 1:
            raise ValueError("donnez un seul de ces champs : id, fiche, texte")
        if self.type is not None and self.id is None:
            raise ValueError("type ne va qu'avec id ; pour filtrer les résultats : cible")
        return self


class Cle(_Request):
    """Ce qui désigne une fiche."""

    type: FicheType
    id: str = Field(min_length=1, max_length=512)


class UpsertRequest(_Request):
    """Des fiches à ranger dans l'index, à la place de celles de mêmes type et identifiant."""

    fiches: list[SkipValidation[FicheSchema]] = Field(min_length=1)


class DeleteRequest(_Request):
    """Des fiches à retirer de l'index."""

    fiches: list[Cle] = Field(min_length=1)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Reperes(_Answer):
    """Where words match, as [start, end] in characters."""

    intitule: list[list[int]]
    extrait: list[list[int]]


class Trouvee(_Answer):
    """A record found, its stored answer and why it was found."""

    id: str
    type: FicheType
    intitule: str
    score: Probability | None = Field(description="Probabilité d'être ce qui est cherché ; nulle part sans texte.")
    proximite: Cosine | None = Field(description="Proximité de sens, de -1 à 1.")
    extrait: str
    reperes: Reperes
    trouve_par: Literal["mots", "sens"]
    doublons: list[Cle] = Field(description="Les autres parutions de la même fiche.")
    numerique: Decision
    niveau: Niveau
    famille: Noeud | None
    metier: Noeud | None
    poste: Noeud | None
    latitude: float | None = Field(default=None, description="Du lieu de la fiche, en degrés ; nulle s'il est inconnu.")
    longitude: float | None = Field(default=None, description="Avec la latitude.")
    fiche: dict[str, Any]


class Raison(_Answer):
    """Why a record is near."""

    type: Literal["poste", "metier", "famille", "rncp", "rome", "mots", "lieu"]
    texte: str


class Proche(Trouvee):
    """A near record and why."""

    raisons: list[Raison]


class Valeur(_Answer):
    """A facet's value."""

    valeur: str
    libelle: str
    nombre: int = Field(ge=0)


class SearchVersions(Versions):
    """What made a search's answer, the index included."""

    index: str


class SearchResponse(_Answer):
    """A page of results, the best first; `requete` is the query as understood."""

    resultats: list[Trouvee]
    total: int = Field(ge=0)
    hors_domaine: bool = Field(description="Le texte parle d'autre chose que du numérique.")
    facettes: dict[str, list[Valeur]]
    requete: dict[str, Any]
    versions: SearchVersions


class FicheResponse(_Answer):
    """One record of the index."""

    fiche: Trouvee
    versions: SearchVersions


class SimilarResponse(_Answer):
    """The nearest records, varied."""

    resultats: list[Proche]
    requete: dict[str, Any]
    versions: SearchVersions


class SuggestionSchema(_Answer):
    """What a text may go on as."""

    texte: str
    genre: Literal["poste", "metier", "famille", "appellation", "intitule"]
    id: str | None = None


class SuggestResponse(_Answer):
    """Suggestions, the best first."""

    suggestions: list[SuggestionSchema]


class ChangeResponse(_Answer):
    """What a change did; `erreurs` holds the records that could not be stored, with their place in the request."""

    nouvelles: int = Field(ge=0)
    remplacees: int = Field(ge=0)
    retirees: int = Field(ge=0)
    erreurs: list[ErreurDeFiche]
    versions: SearchVersions

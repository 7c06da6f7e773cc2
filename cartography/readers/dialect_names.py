"""The names that real catalogues give to the fields of a record, folded: no case, no accent, `_` between words."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cartography.text import fold

CONTRACT: Final[dict[str, tuple[str, ...]]] = {
    "id": ("id", "identifiant", "numero"),
    "intitule": ("intitule", "titre", "libelle", "libelle_complet", "intitule_formation", "title", "poste"),
    # The code resolved through the appellation comes first: the offers' own code is noisy.
    "rome": ("rome_v460", "rome", "romes", "code_rome", "codes_rome", "romecode", "rome_code", "coderome"),
    "appellation": ("appellation", "appellationlibelle", "appellation_libelle", "code_ogr", "ogr"),
    "rncp": ("rncp", "code_rncp", "coderncp", "numero_rncp"),
    "formacode": ("formacode", "formacodes", "code_formacode", "codes_formacode"),
    "langue": ("langue", "lang"),
}
"""Contract field → names it goes by, the most trustworthy first."""

TABLE_ID: Final = ("id", "identifiant", "numero", "code", "reference", "ref", "certifinfo")
"""Names of the identifier's column in a table, where a bare `code` means the row's own."""

PROSE: Final = (
    "description", "descriptif", "resume", "presentation", "en_bref",
    "objectif", "objectifs", "objectif_formation", "objectifs_contexte", "missions", "mission",
    "emplois", "debouches",
    "contenu", "contenu_formation", "contenus", "programme", "nature_du_travail",
    "activites_visees", "capacites_attestees", "competences_requises",
    "resultats", "resultats_attendus", "resultats_attendus_formation", "points_forts", "attendus",
    "prerequis", "pre_requis", "conditions_de_travail", "acces_au_metier", "profil", "blocs",
)  # fmt: skip
"""Prose fields in the order they are joined: what one learns and becomes first, conditions last."""

WHOLE_TEXT: Final = ("text", "texte")
"""Fields in which some bases repeat all the others: read only where there is no other prose."""

KIND: Final = ("type_libelle", "libelle_type", "type_certification")
"""Names for the kind of a certificate, in words: read only where there is no prose at all."""

EXTRAS: Final[dict[str, tuple[str, ...]]] = {
    "organisme": ("nom_of", "nom_organisme", "organisme_formation"),
    "entreprise": ("nom_entreprise", "employeur"),
    "lieu": ("ville", "lieutravail", "localisation"),
    "code_postal": ("codepostal", "cp"),
    "commune": ("code_insee", "code_commune", "commune_insee"),
    "latitude": ("lat",),
    "longitude": ("lon", "lng"),
    "niveau_sortie": ("niveau", "niveau_certification"),
    "duree_heures": ("duree", "nombre_heures"),
    "contrat": ("typecontrat", "type_contrat"),
    "date": ("datecreation", "date_creation"),
    "url": ("lien", "url_formation"),
}
"""Extra, as `Fiche` names it → other names it goes by."""

OFFRE_SIGNS: Final = frozenset(
    (
        "romecode", "appellationlibelle", "typecontrat", "type_contrat", "typecontratlibelle", "lieutravail",
        "naturecontrat", "entreprise", "nom_entreprise", "employeur", "datecreation", "dateactualisation",
        "experienceexige", "experiencelibelle", "salaire", "codenaf", "nombrepostes", "contrat", "recruteur",
        "rome_v460", "origineoffre",
    )
)  # fmt: skip
FORMATION_SIGNS: Final = frozenset(
    (
        "objectif", "objectifs", "objectif_formation", "objectifs_contexte", "contenu", "contenu_formation",
        "programme", "organisme", "nom_of", "duree", "duree_heures", "niveau", "niveau_sortie", "niveau_entree",
        "acces", "attendus", "prerequis", "rncp", "code_rncp", "formacode", "formacodes", "certification",
        "certifiante", "poursuite", "capacites_attestees", "activites_visees", "resultats_attendus",
        "intitule_formation",
    )
)  # fmt: skip


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    return fold(name).replace(" ", "_")


def key(name: str) -> str:
    """Return the folded form of a field's name.

    >>> key("résultats-attendus"), key("romeCode"), key("Code ROME")
    ('resultats_attendus', 'romecode', 'code_rome')
    """
    # Names come from files: a long one is no alias, and the cache must not keep it.
    return _folded(name) if len(name) <= 64 else name

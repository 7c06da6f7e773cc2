"""A small catalogue with places, sisters, offers and a record published twice."""

from __future__ import annotations

from cartography.fiche import Fiche

_RENNES = {"lieu": "Rennes", "code_postal": "35000"}
_LYON = {"lieu": "Lyon", "code_postal": "69003"}
_LILLE = {"lieu": "Lille", "code_postal": "59000"}

_LEARN = "Construire des sites, interroger une base de données, travailler en équipe."

FICHES = (
    Fiche("f1", "formation", "Développeur web et mobile", _LEARN, rome=("M1855",),
          extras={**_RENNES, "organisme": "École du Port", "modalite": "présentiel", "duree_heures": 420}),
    Fiche("f2", "formation", "Développeur web", "Pages, scripts et bases de données.", rome=("M1855",),
          extras={**_LYON, "organisme": "Atelier du Code", "modalite": "à distance", "duree_heures": 100}),
    Fiche("f3", "formation", "Développeur full stack", "Du serveur à l'écran.",
          extras={**_LILLE, "organisme": "Campus Nord", "modalite": "présentiel", "duree_heures": 600}),
    Fiche("f4", "formation", "Data engineer", "Bases de données et flux.",
          extras={**_LYON, "organisme": "Campus Nord", "modalite": "à distance"}),
    Fiche("f5", "formation", "Administrateur réseau", "Supervision et sécurité.", extras=_RENNES),
    Fiche("f6", "formation", "Community manager", "Animer les réseaux sociaux."),
    Fiche("f7", "formation", "Développeur web et mobile", _LEARN, rome=("M1855",),
          extras={**_RENNES, "organisme": "École du Port", "modalite": "présentiel", "duree_heures": 420}),
    Fiche("f8", "formation", "CAP Cuisinier", "Préparer des plats.", extras=_LYON),
    Fiche("o1", "offre", "Développeur web (H/F)", "Vous développez des sites.", rome=("M1855",),
          extras={**_LYON, "entreprise": "Toile & Fils", "contrat": "CDI"}),
    Fiche("o2", "offre", "Data scientist", "Python et statistiques.", extras={**_LILLE, "contrat": "CDD"}),
    Fiche("o3", "offre", "Boulanger", "Pétrir et cuire le pain.", extras=_RENNES),
)  # fmt: skip

"""What ONISEP's IDÉO formats share: one course from folded field names, as CSV and XML exports write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cartography.readers.levels import level
from cartography.readers.prose import join_prose, stand_in
from cartography.readers.values import decimal, hours, register_number
from cartography.text import clean_text

_IDEO = re.compile(r"\b(?:FOR|MET)\.\d+")
_CERTIFICATION_URL = re.compile(r"francecompetences\.fr/recherche/(rncp|rs)/(\d+)")
_DOMAINS = ("domaines", "domaine_sous_domaine", "for_indexation_domaine_web_onisep")
_UNKNOWN = frozenset(("", "-", "non renseigne", "non renseigné"))


def ideo_id(text: str) -> str:
    """Return the IDÉO identifier that an address or a text holds, "" if none.

    >>> ideo_id("https://www.onisep.fr/http/redirection/formation/slug/FOR.3651")
    'FOR.3651'
    """
    match = _IDEO.search(text)
    return match[0] if match else ""


def course(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return a course under the contract's keys; fields not listed here stay under their own names.

    Args:
        fields: folded name → text, from either export.
    """
    given = {name: text for name, text in fields.items() if text.strip().casefold() not in _UNKNOWN}
    taken: set[str] = set()

    def take(*names: str) -> str:
        taken.update(names)
        return next((given[name] for name in names if name in given), "")

    url = take("url", "lien", "url_et_id_onisep", "for_url_et_id_onisep")
    fiche_id = take("id", "identifiant", "ideo_identifiant_formation") or ideo_id(url)
    title = take("intitule", "libelle_complet", "libelle_formation_principal", "formation_for_libelle", "libelle")
    prose = [take(name) for name in ("description", "descriptif_format_court", "attendus")]
    certification = take("niveau_certification", "niveau_de_certification", "libelle_niveau_de_certification")
    study = take("niveau_sortie", "niveau_de_sortie_indicatif", "niveau_etudes", "for_niveau_de_sortie")
    duration = take("duree", "duree_formation").strip("\"'")
    kind = take("type", "libelle_type_formation", "sigle_type_formation", "for_type")
    domains = [domain.strip() for domain in take(*_DOMAINS).split("|") if domain.strip()]
    values = {
        "id": fiche_id,
        "type": "formation",
        "intitule": title,
        "description": join_prose(prose, title) or stand_in(kind, domains),
        "rncp": _certification(take("rncp", "code_rncp"), url),
        "type_diplome": kind,
        "url": url,
        "duree": duration,
        "duree_heures": None if decimal(duration) is not None else hours(duration),
        "niveau_sortie": level(certification) or level(given.get("certification", "")) or level(study),
        "niveau_etudes": study,
        "niveau_certification": certification,
        "nsf": [code for code in re.split(r"[\s|,;]+", take("nsf", "code_nsf")) if code],
        "domaines": domains,
    }
    return {name: clean_text(text) for name, text in given.items() if name not in taken} | values


def _certification(number: str, url: str) -> str | None:
    if found := register_number(number):
        return found
    match = _CERTIFICATION_URL.search(url)
    return register_number(match[2], match[1].upper()) if match else None

"""LHÉO, the French exchange language of training supply: versions 1.3, 2.2, 2.3 and summaries (`resume-offre`).

1.3 says `offre-formation` / `action-formation` / `intitule-action`, 2.x says `formation` / `intitule-formation`;
the names below are looked for at any depth, so that both read the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from cartography.readers.base import Reader, Record, Source
from cartography.readers.levels import lheo_level
from cartography.readers.prose import join_prose
from cartography.readers.sniffing import head_text, xml_root
from cartography.readers.values import coordinate, decimal, iso_date, register_number
from cartography.readers.xmlstream import read_xml
from cartography.readers.xmltree import Node
from cartography.text import clean_text

_RECORDS = frozenset(("formation", "offre-formation", "resume-offre"))
_ROOTS = frozenset(("lheo", "lheo-leger", "lheo-index", "lheo-plus", "offres", "resumes-offres"))
_TEACHING = {"0": "présentiel", "1": "à distance", "2": "mixte"}
# Version 1.3 only says whether some of it is taught at a distance.
_FOAD = {"0": "présentiel", "1": "mixte"}
_MAX_PLACES = 50


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the courses of a LHÉO file; one record a course, whatever the number of its sessions."""
    return read_xml(stream, source, _RECORDS, _course)


def _course(node: Node) -> dict[str, Any]:
    title = node.text("intitule-formation") or node.text("intitule-action")
    prose = [node.first_prose(name) for name in ("objectif-formation", "contenu-formation", "resultats-attendus")]
    return {
        "id": node.attrib.get("numero") or node.attrib.get("id") or node.attrib.get("file"),
        "type": "formation",
        "intitule": title,
        "description": join_prose(prose, title),
        # Only the course's own domain: the provider's potential has Formacodes too.
        "rome": _codes(node, "code-rome"),
        "formacode": _codes(node, "code-formacode"),
        "nsf": _codes(node, "code-nsf"),
        "rncp": _certification(node),
        **_teaching(node),
        **_provider(node),
        **_places(node),
    }


def _codes(node: Node, tag: str) -> list[str]:
    return list(dict.fromkeys(node.texts("domaine-formation", tag)))


def _certification(node: Node) -> str | None:
    rncp = (register_number(code) for code in node.texts("certification", "code-rncp"))
    specific = (register_number(code, "RS") for code in node.texts("certification", "code-rs"))
    return next((number for number in (*rncp, *specific) if number), None)


def _teaching(node: Node) -> dict[str, Any]:
    """Return how the course is taught: levels, mode, duration, dates."""
    certifying = node.text("certifiante") or node.text("diplomante")
    return {
        "niveau_entree": lheo_level(node.text("code-niveau-entree")),
        "niveau_sortie": lheo_level(node.text("code-niveau-sortie")),
        "modalite": _TEACHING.get(node.text("modalites-enseignement")) or _FOAD.get(node.text("foad")),
        "duree_heures": decimal(node.text("nombre-heures-total")) or None,
        "duree": node.text("duree-indicative"),
        "rythme": node.text("rythme-formation"),
        "certifiante": certifying == "1" if certifying else None,
        "debut": iso_date(node.text("session", "periode", "debut")),
        "fin": iso_date(node.text("session", "periode", "fin")),
        "prerequis": clean_text(node.first_prose("conditions-specifiques")),
        "public": list(dict.fromkeys(node.texts("code-public-vise"))),
        "certifinfo": node.text("certification", "code-certifinfo"),
        "url": node.text("url-formation", "urlweb") or node.text("url-action", "urlweb"),
    }


def _provider(node: Node) -> dict[str, Any]:
    responsible = next(iter(node.all("organisme-formation-responsable")), node)
    return {
        "organisme": responsible.text("nom-organisme") or responsible.text("raison-sociale"),
        "siret": responsible.text("siret-organisme-formation", "siret") or responsible.text("siret"),
    }


def _places(node: Node) -> dict[str, Any]:
    """Return the first place of the course, and all of them under `lieux` when there are several.

    The provider's seat stands in where no place is given.
    """
    sites = node.all("lieu-de-formation", "adresse") or (
        [node] if node.tag == "resume-offre" else node.all("coordonnees-organisme", "adresse")[:1]
    )
    places = [place for site in sites[:_MAX_PLACES] if (place := _place(site))]
    distinct = [place for index, place in enumerate(places) if place not in places[:index]]
    first = dict(distinct[0]) if distinct else {}
    return first | ({"lieux": distinct} if len(distinct) > 1 else {})


def _place(site: Node) -> dict[str, Any]:
    located = {
        "lieu": site.text("ville"),
        "code_postal": site.text("codepostal"),
        "commune": site.text("code-insee-commune"),
        "departement": site.text("departement"),
        "latitude": coordinate(site.text("geolocalisation", "latitude") or _extra(site, "latitude"), 90),
        "longitude": coordinate(site.text("geolocalisation", "longitude") or _extra(site, "longitude"), 180),
    }
    return {name: value for name, value in located.items() if value not in (None, "")}


def _extra(node: Node, info: str) -> str:
    """Return the text of LHÉO's extension element `<extra info="…">`."""
    return next((extra.prose() for extra in node.all("extra") if extra.attrib.get("info") == info), "")


def sniff(head: bytes) -> bool:
    """Tell LHÉO by its root element; a dictionary of the standard is not LHÉO."""
    root = xml_root(head_text(head))
    return root is not None and root[0] in _ROOTS


READER = Reader("lheo", "LHÉO (XML)", sniff, read)

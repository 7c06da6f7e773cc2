"""Répertoire national (RNCP) and répertoire spécifique (RS) of France compétences, XML flow version 4.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from cartography.readers.base import Reader, Record, Source
from cartography.readers.levels import level
from cartography.readers.prose import join_prose
from cartography.readers.sniffing import head_text, xml_root
from cartography.readers.values import iso_date, register_number
from cartography.readers.xmlstream import read_xml
from cartography.readers.xmltree import Node
from cartography.text import clean_text

# Thousands of partners and decrees a record, with nothing about what is learnt.
_SKIPPED = frozenset(
    ("partenaires", "publications_jo", "statistiques_promotions", "modalites_evaluation", "liste_competences")
)
_PROSE = ("objectifs_contexte", "type_emploi_accessibles", "activites_visees", "capacites_attestees")


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the certifications of a RNCP or RS file as courses."""
    return read_xml(stream, source, frozenset(("fiche",)), _certification, _SKIPPED)


def _certification(node: Node) -> dict[str, Any]:
    # Direct children only: blocks and replacing certifications have numbers and titles of their own.
    own = {part.tag: part for part in reversed(node.parts) if isinstance(part, Node)}

    def said(name: str) -> str:
        return " ".join(own[name].prose().split()) if name in own else ""

    title = said("intitule")
    blocks = node.texts("bloc_competences", "libelle")
    number = register_number(said("numero_fiche"))
    description = join_prose([*(own[n].prose() for n in _PROSE if n in own), "\n".join(blocks)], title)
    return {
        "id": said("numero_fiche") or said("id_fiche"),
        "type": "formation",
        "intitule": title,
        "description": description,
        "rome": node.texts("rome", "code"),
        "formacode": node.texts("formacode", "code"),
        "rncp": number,
        "nsf": node.texts("nsf", "code"),
        "niveau_sortie": level(node.text("nomenclature_europe", "niveau")),
        "certifiante": True,
        "type_diplome": node.text("abrege", "libelle"),
        "organisme": node.text("certificateur", "nom_certificateur"),
        "actif": said("actif").casefold() == "oui" if said("actif") else None,
        "fin_enregistrement": iso_date(said("date_fin_enregistrement")),
        "secteurs": clean_text(said("secteurs_activite")),
        "prerequis": clean_text(said("prerequis_entree_formation")),
        "blocs": [
            {"code": block.text("code"), "libelle": block.text("libelle")} for block in node.all("bloc_competences")
        ],
    }


def sniff(head: bytes) -> bool:
    """Tell the flow by its root element and its version or first record."""
    root = xml_root(head_text(head))
    return root is not None and root[0] == "fiches" and ("<VERSION_FLUX" in root[1] or "<NUMERO_FICHE" in root[1])


READER = Reader("rncp", "RNCP et RS de France compétences (XML)", sniff, read)

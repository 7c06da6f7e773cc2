"""ONISEP's IDÉO "fiches formations" (XML), and the XML form of its tables (`<item>`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from cartography.readers.base import Reader, Record, Source
from cartography.readers.dialect_names import key
from cartography.readers.onisep import course
from cartography.readers.sniffing import head_text, xml_root
from cartography.readers.xmlstream import read_xml
from cartography.readers.xmltree import Node

_RECORDS = frozenset(("formation", "item"))
_SKIPPED = frozenset(("publications", "synonymes"))
_SIGNS = ("<libelle_complet", "<type_formation", "<type_Formation", "<descriptif_", "<libelle_formation_principal")
# Elements with elements of their own: (name, what of them is kept, under which name).
_NESTED = {
    "niveau_etudes": ("libelle", "niveau_etudes"),
    "nsf_discipline": ("nsf_discipline_code", "nsf"),
}
_LISTS = {
    "metiers_formation": (("metier", "libelle"), ("metier", "nom_metier"), "metiers_associes"),
    "sous_domaines_web": (("sous_domaine_web", "libelle"), ("sous_domaine_web",), "domaines"),
    "poursuites_etudes": (("formation_poursuite_etudes",), ("poursuite_etudes",), "poursuites_etudes"),
}


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the courses of an IDÉO file."""
    return read_xml(stream, source, _RECORDS, _course, _SKIPPED)


def _course(node: Node) -> dict[str, Any]:
    fields: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for part in node.parts:
        if not isinstance(part, Node):
            continue
        if part.tag in _LISTS:
            path, other, name = _LISTS[part.tag]
            lists[name] = list(dict.fromkeys(part.texts(*path) or part.texts(*other)))
        elif part.tag in _NESTED:
            child, name = _NESTED[part.tag]
            fields.setdefault(name, part.text(child) or part.prose())
        elif part.tag == "type_formation":
            fields.setdefault("type", _diploma(part))
        else:
            fields.setdefault(key(part.tag), part.prose())
    if not fields.get("libelle_complet"):
        generic = (fields.get("libelle_generique", ""), fields.get("libelle_specifique", ""))
        fields["libelle_complet"] = " ".join(filter(None, generic))
    values = course(fields)
    # The title of a page may be broken over lines.
    values["intitule"] = " ".join(str(values["intitule"]).split())
    return values | {name: texts for name, texts in lists.items() if texts}


def _diploma(node: Node) -> str:
    """Return the kind of diploma as ONISEP writes it elsewhere: "brevet de technicien supérieur (BTS)"."""
    label = node.text("type_formation_libelle") or node.text("type_formation_libelle_court")
    short = node.text("type_formation_sigle")
    return f"{label} ({short})" if label and short else label or short or node.prose()


def sniff(head: bytes) -> bool:
    """Tell IDÉO by a list of courses with ONISEP's own field names; LHÉO's courses have others."""
    text = head_text(head)
    root = xml_root(text)
    return root is not None and root[0] not in ("lheo", "fiches") and any(sign in root[1] for sign in _SIGNS)


READER = Reader("onisep_xml", "ONISEP IDÉO (XML)", sniff, read)

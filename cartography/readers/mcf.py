"""Mon Compte Formation: the Caisse des Dépôts' open catalogue of courses (CSV)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from cartography.errors import RecordError
from cartography.readers.base import Reader, Record, Source
from cartography.readers.columns import is_table, read_objects
from cartography.readers.dialect_names import key
from cartography.readers.levels import level
from cartography.readers.prose import join_prose
from cartography.readers.sniffing import head_text
from cartography.readers.values import decimal, filled, register_number

_PROSE = (
    "intitule_certification", "objectif_formation", "contenu_formation", "resultats_attendus_formation", "points_forts",
)  # fmt: skip
_TAKEN = frozenset((*_PROSE[1:], "intitule_formation", "numero_formation", "code_rncp"))


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the courses of the catalogue."""
    for rank, row in enumerate(read_objects(stream, source, _suits, "intitule_formation, nom_of"), 1):
        if isinstance(row, RecordError):
            yield row
            continue
        position, cells = row
        values = filled(_course({key(name): cell for name, cell in cells.items()}))
        yield source.record({"id": source.fallback_id(rank)} | values, position)


def _course(row: Mapping[str, str]) -> dict[str, Any]:
    title = row.get("intitule_formation") or row.get("intitule_certification", "")
    specific = row.get("code_rs") or row.get("code_inventaire")
    kept = {name: text for name, text in row.items() if name not in _TAKEN and not name.startswith("code_formacode")}
    return kept | {
        "id": row.get("numero_formation"),
        "type": "formation",
        "intitule": title,
        "description": join_prose((row.get(name, "") for name in _PROSE), title),
        "rome": _numbered(row, "code_rome"),
        "formacode": _numbered(row, "code_formacode"),
        "nsf": _numbered(row, "code_nsf"),
        "rncp": register_number(row.get("code_rncp")) or register_number(specific, "RS"),
        "organisme": row.get("nom_of"),
        "lieu": row.get("nom_departement"),
        "departement": row.get("code_departement"),
        "niveau_sortie": level(row.get("libelle_niveau_sortie_formation", "")),
        "duree_heures": decimal(row.get("nombre_heures_total_mean")) or None,
        "certifiante": True if row.get("intitule_certification") else None,
    }


def _numbered(row: Mapping[str, str], name: str) -> list[str]:
    """Return the codes of columns `name`, `name_1`, `name_2` and on."""
    columns = (name, *(f"{name}_{index}" for index in range(1, 6)))
    return list(dict.fromkeys(row[column].removesuffix(".0") for column in columns if row.get(column, "-") != "-"))


def _suits(names: frozenset[str]) -> bool:
    return "intitule_formation" in names and ("nom_of" in names or "intitule_certification" in names)


def sniff(head: bytes) -> bool:
    """Tell the catalogue by its columns."""
    return is_table(head_text(head), _suits)


READER = Reader("mcf", "Mon Compte Formation (CSV)", sniff, read)

"""ONISEP's IDÉO tables (CSV): initial courses, jobs, and the passage table of certifications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from cartography.errors import RecordError
from cartography.readers.base import Reader, Record, Source
from cartography.readers.columns import is_table, read_objects
from cartography.readers.dialect_names import key
from cartography.readers.levels import level
from cartography.readers.onisep import course, ideo_id
from cartography.readers.prose import stand_in
from cartography.readers.sniffing import head_text
from cartography.readers.values import filled, register_number

_COURSE_COLUMNS = (
    frozenset(("intitule", "nsf", "certification", "domaines")),
    frozenset(("libelle_formation_principal", "code_rncp")),
    frozenset(("formation_for_libelle",)),
)
_JOB_COLUMNS = (
    frozenset(("libelle", "code_rome", "libelle_rome", "domaines")),
    frozenset(("libelle_metier", "code_rome")),
)
_PASSAGE_COLUMNS = (
    frozenset(("ci_intitule", "ideo_identifiant_formation")),
    frozenset(("ci_intitule", "certif_info_ci_identifiant")),
)


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the courses of an IDÉO table.

    A row of the table of jobs is neither a course nor an offer: it is a record only under a default type, else
    an error that says so.
    """
    wanted = "celles d'un export IDÉO (formations, métiers ou table de passage)"
    for rank, row in enumerate(read_objects(stream, source, _suits, wanted), 1):
        if isinstance(row, RecordError):
            yield row
            continue
        position, cells = row
        yield _record({key(name): cell for name, cell in cells.items()}, source, position, rank)


def _record(row: Mapping[str, str], source: Source, position: int, rank: int) -> Record:
    if "ci_intitule" in row or "certif_info_ci_identifiant" in row:
        values = filled(_certification(row))
    elif row.get("id", "").startswith("MET.") or "libelle_metier" in row:
        values = filled(_job(row))
        if source.default_type is None:
            message = "fiche métier : ni formation ni offre ; préciser --type pour la lire"
            return source.error("type_inconnu", message, position, champ="type", fiche_id=values.get("id"))
        values["type"] = source.default_type
    else:
        values = filled(course(row))
    return source.record({"id": source.fallback_id(rank)} | values, position)


def _certification(row: Mapping[str, str]) -> dict[str, Any]:
    return dict(row) | {
        "id": row.get("certif_info_ci_identifiant"),
        "type": "formation",
        "intitule": row.get("ci_intitule") or row.get("ideo_libelle_complet_formation"),
        "rncp": register_number(row.get("ci_code_rncp")),
        "niveau_sortie": level(row.get("ci_niveau_europeen", "")),
        "certifiante": row["ci_certifiant"].casefold() == "oui" if "ci_certifiant" in row else None,
        "type_diplome": row.get("ci_intitule_type_diplome"),
        "description": stand_in(row.get("ci_intitule_type_diplome", ""), ()),
    }


def _job(row: Mapping[str, str]) -> dict[str, Any]:
    url = row.get("lien_site_onisep_fr", "")
    domains = row.get("domaines") or row.get("domaine_sous_domaine", "")
    return dict(row) | {
        "id": row.get("id") or ideo_id(url),
        "intitule": row.get("libelle") or row.get("libelle_metier"),
        "rome": row.get("code_rome"),
        "url": url,
        "domaines": [domain.strip() for domain in domains.split("|") if domain.strip()],
    }


def _suits(names: frozenset[str]) -> bool:
    return any(columns <= names for columns in (*_COURSE_COLUMNS, *_JOB_COLUMNS, *_PASSAGE_COLUMNS))


def sniff(head: bytes) -> bool:
    """Tell an IDÉO table by its columns."""
    return is_table(head_text(head), _suits)


READER = Reader("onisep_csv", "ONISEP IDÉO (CSV)", sniff, read)

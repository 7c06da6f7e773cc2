"""A LHÉO document as a request's body: read by the reader of files, refused whole where it is no document."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from cartography.errors import RecordError
from cartography.readers import Record
from cartography.readers.base import HEAD_BYTES, Source
from cartography.readers.lheo import READER
from serving.errors import ApiError

XML_TYPES = ("application/xml", "text/xml")
_OF_THE_DOCUMENT = frozenset(("xml_invalide", "xml_interdit"))


def records_of(body: bytes, most: int) -> list[Record]:
    """Return the courses of a document, each that is no valid record as an error in its place.

    The document says its own encoding, which wins over the one that Content-Type may announce.

    Args:
        body: the document.
        most: courses that it may hold.

    Raises:
        ApiError: 422 for what is no XML, declares entities, is no LHÉO, or holds no course or too many.
    """
    records: list[Record] = []
    for record in READER.read(BytesIO(body), Source("lheo")):
        if len(records) == most:
            raise _refused(f"liste trop longue (au plus {most} éléments)")
        if not isinstance(record, RecordError):
            records.append(record)
        elif record.code in _OF_THE_DOCUMENT:
            raise ApiError(422, record.code, record.message)
        else:
            records.append(replace(record, fichier=None))
    if not READER.sniff(body[:HEAD_BYTES]):
        raise ApiError(422, "lheo_attendu", "le document XML n'est pas du LHÉO (1.3 à 2.3)")
    if not records:
        raise _refused("liste trop courte (au moins 1 élément)")
    return records


def _refused(message: str) -> ApiError:
    return ApiError(422, "requete_invalide", f"fiches : {message}", champ="fiches")

"""The formats that can be read, and which one a file is."""

from __future__ import annotations

from typing import Final

from cartography.errors import GenscanError
from cartography.readers import jsonarray, jsonlines, lheo, mcf, onisep_csv, onisep_xml, rncp, table
from cartography.readers.base import Reader

# In the order they are tried: those with the plainest marks first, the generic table last.
_READERS = (
    lheo.READER,
    rncp.READER,
    onisep_xml.READER,
    jsonarray.FRANCE_TRAVAIL,
    jsonlines.READER,
    jsonarray.JSON,
    mcf.READER,
    onisep_csv.READER,
    table.READER,
)

FORMATS: Final[dict[str, Reader]] = {reader.name: reader for reader in _READERS}
"""Format's name → its reader."""


class FormatUnknown(GenscanError):
    """No reader recognises a file, or none has that name."""

    def __init__(self, said: str) -> None:
        super().__init__("format_inconnu", f"{said} ; formats essayés : {', '.join(FORMATS)}")


def detect(head: bytes) -> Reader:
    """Return the reader of a file.

    Args:
        head: the file's first bytes, decompressed; `cartography.readers.base.HEAD_BYTES` of them are enough.

    Raises:
        FormatUnknown: none recognises it; the message lists those tried.

    >>> detect(b'{"id": "1", "type": "offre", "intitule": "x"}').name
    'jsonl'
    """
    for reader in FORMATS.values():
        if reader.sniff(head):
            return reader
    hint = " (archive ZIP : la décompresser)" if head.startswith(b"PK\x03\x04") else ""
    raise FormatUnknown(f"format non reconnu{hint}")


def by_name(name: str) -> Reader:
    """Return the reader of a format.

    Raises:
        FormatUnknown: there is no such format.
    """
    if name not in FORMATS:
        raise FormatUnknown(f"format « {name} » inconnu")
    return FORMATS[name]

"""A table (CSV, TSV) whose header names at least an identifier and a title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cartography.errors import FicheInvalid, RecordError
from cartography.readers.base import Reader, Record, Source
from cartography.readers.columns import is_table, read_objects
from cartography.readers.dialect import to_contract
from cartography.readers.dialect_names import CONTRACT, TABLE_ID
from cartography.readers.sniffing import head_text


def read(stream: BinaryIO, source: Source) -> Iterator[Record]:
    """Stream the rows of a table as records; columns that the contract does not know become extras."""
    for row in read_objects(stream, source, _suits, "un identifiant (id, numero…) et un intitulé (intitule, titre…)"):
        if isinstance(row, RecordError):
            yield row
            continue
        position, values = row
        try:
            contract = to_contract(values, default_type=source.default_type, ids=TABLE_ID)
        except FicheInvalid as error:
            yield RecordError.from_invalid(error, fichier=source.name, position=position)
        else:
            yield source.record(contract, position)


def _suits(names: frozenset[str]) -> bool:
    return not names.isdisjoint(TABLE_ID) and not names.isdisjoint(CONTRACT["intitule"])


def sniff(head: bytes) -> bool:
    """Tell a table by its header."""
    return is_table(head_text(head), _suits)


READER = Reader("csv", "Tableau CSV ou TSV", sniff, read)

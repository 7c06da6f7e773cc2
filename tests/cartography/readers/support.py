"""Helpers of the readers' tests."""

from __future__ import annotations

import io
from pathlib import Path

from cartography.errors import RecordError
from cartography.fiche import Fiche, FicheType
from cartography.readers import FORMATS, Record, Source, read_records

DATA = Path(__file__).parent / "data"


def read_bytes(data: bytes, format: str, default_type: FicheType | None = None) -> list[Record]:  # noqa: A002
    """Read bytes as one format, past the opening of files."""
    return list(FORMATS[format].read(io.BytesIO(data), Source("essai.dat", default_type)))


def read_file(name: str) -> list[Record]:
    """Read a fixture through the façade."""
    return list(read_records(DATA / name))


def fiche(record: Record) -> Fiche:
    """Return the record, which must be a good one."""
    assert isinstance(record, Fiche), record
    return record


def error(record: Record) -> RecordError:
    """Return the error, which the record must be."""
    assert isinstance(record, RecordError), record
    return record

"""Streaming readers of the public formats; the façade is `read_records`.

>>> sorted(FORMATS)
['csv', 'france_travail', 'json', 'jsonl', 'lheo', 'mcf', 'onisep_csv', 'onisep_xml', 'rncp']
"""

from cartography.readers.base import HEAD_BYTES, Reader, Record, Source
from cartography.readers.formats import FORMATS, FormatUnknown, detect
from cartography.readers.reading import read_records
from cartography.readers.streams import FileUnreadable

__all__ = [
    "FORMATS",
    "HEAD_BYTES",
    "FileUnreadable",
    "FormatUnknown",
    "Reader",
    "Record",
    "Source",
    "detect",
    "read_records",
]

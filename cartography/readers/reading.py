"""A file of any format, read as a stream of records."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from cartography.fiche import FicheType
from cartography.readers.base import HEAD_BYTES, Reader, Record, Source
from cartography.readers.formats import FormatUnknown, by_name, detect
from cartography.readers.sniffing import head_text
from cartography.readers.streams import FileUnreadable, Opened, open_stream


def read_records(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002
    default_type: FicheType | None = None,
    on_bytes: Callable[[int], object] | None = None,
) -> Iterator[Record]:
    """Stream the records of a file, in order and in constant memory.

    Args:
        path: a file or a pipe, gzip or not; its name says nothing of its format.
        format: name of a format in `FORMATS`; None recognises it from the content.
        default_type: type of the records that say none.
        on_bytes: for progress; told how many bytes were just read from the path, compressed ones if it is gzip.
            Their sum is the file's size once all is read.

    Returns:
        Records, and a `RecordError` in the place of each that is not one. An empty file holds none; a file that
        no reader recognises is one error, so that the next files are still read.

    Raises:
        FileUnreadable: the path cannot be opened ("fichier_illisible"), at once, or read on, in the middle.
        FormatUnknown: `format` names none.
    """
    reader = by_name(format) if format else None
    # A name in another encoding than the system's would make every error of the file unwritable.
    source = Source(os.fsencode(path.name).decode("utf-8", "replace"), default_type)
    return _records(path, source, open_stream(path, on_bytes), reader)


def _records(path: Path, source: Source, opened: Opened, reader: Reader | None) -> Iterator[Record]:
    empty = len(opened.head) < HEAD_BYTES and not head_text(opened.head).strip()
    with opened.stream:
        try:
            if not empty:
                yield from (reader or detect(opened.head)).read(opened.stream, source)
        except FormatUnknown as error:
            yield source.error(error.code, error.message, None)
        except OSError as error:
            raise FileUnreadable(path, error) from error
    if opened.damage is not None:
        yield source.error("gzip_invalide", f"fichier gzip abîmé ({opened.damage})", None)

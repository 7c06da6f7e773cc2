"""What a reader is: a format's name, a test on the first bytes, and a stream of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cartography.errors import RecordError
from cartography.fiche import Fiche

Record = Fiche | RecordError

HEAD_BYTES = 65_536
"""How many first bytes a format is recognised from."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One public format.

    Attributes:
        name: identifier used on the command line (`--format lheo`).
        label: what people call it.
        sniff: tells from the file's first `HEAD_BYTES` bytes whether it is this format.
        read: streams the records of an open binary file in order, in constant memory. A bad record is a
            `RecordError` in its place; only I/O errors are raised. Arguments: the stream at its start, and the
            file's name for messages.
    """

    name: str
    label: str
    sniff: Callable[[bytes], bool]
    read: Callable[[BinaryIO, str], Iterator[Record]]

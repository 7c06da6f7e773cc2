"""What a reader is: a format's name, a test on the first bytes, and a stream of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from cartography.errors import FicheInvalid, RecordError
from cartography.fiche import Fiche, FicheType, fiche_from_mapping

Record = Fiche | RecordError

HEAD_BYTES = 65_536
"""How many first bytes a format is recognised from."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader knows of the file beside its bytes.

    Attributes:
        name: the file's name, for messages.
        default_type: the type given to records that say none (`--type`); None when the user gave none.
    """

    name: str
    default_type: FicheType | None = None

    def fallback_id(self, rank: int) -> str:
        """Return the identifier of a record whose source gives none.

        >>> Source("offre_2024.xml.gz").fallback_id(3)
        'offre_2024#3'
        """
        return f"{PurePath(self.name.removesuffix('.gz')).stem}#{rank}"

    def error(
        self, code: str, message: str, position: int | None, *, champ: str | None = None, fiche_id: str | None = None
    ) -> RecordError:
        """Return an error placed in this file."""
        return RecordError(code, message, fiche_id, champ, self.name, position)

    def record(self, values: Mapping[str, Any], position: int) -> Record:
        """Validate values whose keys are those of the contract.

        Args:
            values: the record; unknown keys become extras.
            position: 1-based line or rank, for the message if it is refused.
        """
        try:
            return fiche_from_mapping(values)
        except FicheInvalid as error:
            return RecordError.from_invalid(error, fichier=self.name, position=position)


@dataclass(frozen=True, slots=True)
class Reader:
    """One public format.

    Attributes:
        name: identifier used on the command line (`--format lheo`).
        label: what people call it.
        sniff: tells from the file's first `HEAD_BYTES` bytes whether it is this format.
        read: streams the records of an open binary file in order, in constant memory. A bad record is a
            `RecordError` in its place; only I/O errors are raised. Arguments: the stream at its start, as
            `cartography.readers.streams` opens it (decompressed, no byte order mark), and its `Source`.
    """

    name: str
    label: str
    sniff: Callable[[bytes], bool]
    read: Callable[[BinaryIO, Source], Iterator[Record]]

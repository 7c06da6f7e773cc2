"""Where the labelled texts are: public catalogues outside the repository, and the project's own texts inside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cartography.fiche import Fiche, FicheType
from cartography.readers import read_records
from cartography.readers.prose import text_hash as text_hash

DATA_VARIABLE = "GENSCAN_DATA"
OWN_TEXTS = Path(__file__).parents[1] / "data" / "fiches-ecrites.jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """One catalogue.

    Attributes:
        name: first part of a label's key.
        path: file, relative to the data folder; None for the project's own texts.
        type: type of the records that say none.
        format: reader's name where the content does not tell.
        origin: field of the record that says who published it (an employer's site, a provider); one publisher when
            None.
    """

    name: str
    path: str | None
    type: FicheType
    format: str | None = None
    origin: str | None = None


OWN = Source("ecrit", None, "formation")
CORRECTIONS = Source("corrections", "corrections/fiches.jsonl", "formation", format="jsonl", origin="source")
"""Records that people corrected where the service answers, and that no other source has; each is named after what was
read of it."""
SOURCES = (
    Source("offres", "offres/offres.jsonl", "offre", origin="source"),
    Source("formations", "formations/formations.jsonl", "formation", origin="source"),
    Source("onisep", "onisep/formations.jsonl", "formation"),
    Source("ideo", "onisep/ideo_formations.csv", "formation"),
    Source("certifinfo", "certifs/certifinfo_intitules.csv", "formation", format="csv"),
    CORRECTIONS,
    OWN,
)


def shared_root() -> Path:
    """Return the folder of the data that stays outside: `$GENSCAN_DATA`, else `../shared` beside the repository."""
    root = os.environ.get(DATA_VARIABLE)
    return Path(root) if root else Path(__file__).resolve().parents[3] / "shared"


@dataclass(frozen=True, slots=True)
class SourceText:
    """A record with its place.

    Attributes:
        source: the catalogue's name.
        origin: who published it: the catalogue's name, with the publisher's after a slash where it says one.
        fiche: the record.
    """

    source: str
    origin: str
    fiche: Fiche


def available(root: Path) -> tuple[Source, ...]:
    """Return the sources whose file is there, the project's own texts always among them."""
    return tuple(s for s in SOURCES if s.path is None or (root / "data" / s.path).is_file())


def read_source(source: Source, root: Path) -> Iterator[SourceText]:
    """Yield the readable records of a source; the unreadable ones carry no label and are left out.

    Args:
        source: which.
        root: folder that holds `data/`.
    """
    path = OWN_TEXTS if source.path is None else root / "data" / source.path
    for record in read_records(path, format=source.format, default_type=source.type):
        if isinstance(record, Fiche):
            said = str(record.extras.get(source.origin, "")) if source.origin else ""
            yield SourceText(source.name, f"{source.name}/{said}" if said else source.name, record)

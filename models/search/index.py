"""The index of a catalogue: vectors beside SQLite, tied to its encoder and cartographie by a manifest."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from models.bundle import Bundle
from models.classifier import Classifier
from models.encoder import Vectors
from models.errors import IndexUnusable
from models.layout import LAYOUT
from models.search.catalogue import Catalogue, Facts
from models.search.columns import Columns
from models.search.criteria import CRITERIA, NUMBERS, Criteria
from models.search.generations import current
from models.search.vectors import VectorStore, read_approximate

FORMAT = 3


class _Files(NamedTuple):
    manifest: str = "manifest.json"
    vectors: str = "vecteurs.npy"
    rows: str = "rangs.npy"
    approximate: str = "voisins.faiss"
    catalogue: str = "catalogue.sqlite"
    errors: str = "erreurs.jsonl"


FILES = _Files()

_NOTHING = Criteria(((),) * len(CRITERIA), (float("nan"),) * len(NUMBERS))


class IndexManifest(BaseModel):
    """What an index says of itself: how it was when its generation was made; `Index.count` is what it holds now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    version: str
    created: str
    encoder: str
    modele: str
    cartographie: str
    dimension: int
    count: int
    types: dict[str, int]


@dataclass
class Index:
    """An open index, which follows what is stored in it.

    Attributes:
        folder: of its generation.
        manifest: what it says of itself.
        catalogue: the records.
        vectors: their vectors, by position.
        columns: their criteria, by position.
    """

    folder: Path
    manifest: IndexManifest
    catalogue: Catalogue
    vectors: VectorStore
    columns: Columns
    _seen: int = 0
    _version: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        """Records that are there now."""
        return int(self.columns.alive().sum())

    @property
    def dead(self) -> int:
        """Rows stored since the vectors' file that are gone: memory holds them until the index is opened anew."""
        return int((~self.columns.alive()[self.vectors.stored :]).sum())

    @property
    def types(self) -> dict[str, int]:
        """Records that are there now, by type."""
        return self.columns.column("type").counts(np.flatnonzero(self.columns.alive()))

    @property
    def state(self) -> str:
        """What identifies what is in it now: the generation, and the changes since."""
        return f"{self.manifest.version}.{self._seen}" if self._seen else self.manifest.version

    def refresh(self) -> None:
        """Take in what was stored or removed since, by this process or another; microseconds where nothing was."""
        with self._lock:
            version = self.catalogue.version()
            if version == self._version:
                return
            changes = self.catalogue.changes(self._seen)
            last = int(self.columns.rows(np.array([self.columns.count - 1]))[0]) if self.columns.count else 0
            came = [row for _, row, present in changes if present and row > last]
            self._take(self.catalogue.facts_of(came))
            self.columns.kill(row for _, row, present in changes if not present)
            self._seen = max((seq for seq, _, _ in changes), default=self._seen)
            self._version = version

    def _take(self, facts: list[Facts]) -> None:
        vectors = self.catalogue.vectors([fact.row for fact in facts])
        # A record may have gone between the two readings: the change that says so is still to come.
        there = [fact for fact in facts if fact.row in vectors]
        if there:
            self.vectors.extend(np.stack([vectors[fact.row] for fact in there]))
            rows, groups, criteria = zip(*there, strict=True)
            self.columns.extend(rows, groups, criteria)

    def vector_of(self, row: int) -> Vectors | None:
        """Return the stored vector of a row, float32 (dimension,); None where it is not there."""
        positions = self.columns.positions(np.array([row]))
        return self.vectors.at(positions)[0] if len(positions) else None


def encoder_id(bundle: Bundle) -> str:
    """Return what identifies the encoder: vectors of two encoders must never meet in one index."""
    files = bundle.manifest.files
    return f"{files[LAYOUT.encoder].sha256[:12]}-{files[LAYOUT.tokenizer].sha256[:12]}"


def manifest_of(folder: Path, classifier: Classifier, types: Counter[str]) -> IndexManifest:
    """Return the manifest of a generation."""
    return IndexManifest(
        format=FORMAT,
        version=folder.name.rsplit("-", 1)[-1],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=encoder_id(classifier.bundle),
        modele=classifier.versions["modele"],
        cartographie=classifier.versions["cartographie"],
        dimension=classifier.bundle.encoder.dimension,
        count=types.total(),
        types=dict(types),
    )


def check_index(directory: Path, bundle: Bundle) -> tuple[Path, IndexManifest]:
    """Return the folder and the manifest of a directory's current generation, once known to suit a model.

    Raises:
        IndexUnusable: there is none, its manifest is damaged, or it was built with another encoder or for another
            cartographie; the message says which command mends it.
    """
    mend = _mend(directory)
    folder = current(directory)
    if folder is None:
        raise IndexUnusable("index_absent", f"{directory} : aucun index ici ; {mend}")
    try:
        manifest = IndexManifest.model_validate_json((folder / FILES.manifest).read_bytes())
    except (OSError, ValidationError) as error:
        raise IndexUnusable("index_endommage", f"{directory} : index endommagé ({error}) ; {mend}") from error
    if manifest.format != FORMAT:
        message = f"{directory} : format {manifest.format}, cette version lit le format {FORMAT} ; {mend}"
        raise IndexUnusable("index_autre_format", message)
    if manifest.encoder != encoder_id(bundle):
        message = f"{directory} : index fait avec un autre encodeur (modèle {manifest.modele}) ; {mend}"
        raise IndexUnusable("index_autre_encodeur", message)
    if manifest.cartographie != bundle.manifest.cartographie.version:
        message = f"{directory} : index fait pour la cartographie {manifest.cartographie} ; {mend}"
        raise IndexUnusable("index_autre_cartographie", message)
    return folder, manifest


def open_index(directory: Path, bundle: Bundle) -> Index:
    """Open the current index of a directory for searching with a model.

    Raises:
        IndexUnusable: see `check_index`; or what it holds is damaged.
    """
    folder, manifest = check_index(directory, bundle)
    try:
        return _load(folder, manifest)
    except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
        message = f"{directory} : index endommagé ({error}) ; {_mend(directory)}"
        raise IndexUnusable("index_endommage", message) from error


def _mend(directory: Path) -> str:
    return f"reconstruisez-le : `genscan index build FICHIER… -o {directory}`"


def _load(folder: Path, manifest: IndexManifest) -> Index:
    matrix = np.load(folder / FILES.vectors, mmap_mode="r", allow_pickle=False)
    rows = np.load(folder / FILES.rows, allow_pickle=False)
    if matrix.dtype != np.float16 or matrix.shape != (len(rows), manifest.dimension):
        raise ValueError(f"{len(rows)} rangs pour des vecteurs de forme {matrix.shape}")
    near = folder / FILES.approximate
    vectors = VectorStore(matrix, read_approximate(near) if near.is_file() else None)
    catalogue = Catalogue(folder / FILES.catalogue)
    index = Index(folder, manifest, catalogue, vectors, Columns(), catalogue.last_change())
    facts = catalogue.facts()
    for part in _stored(rows, facts):
        index.columns.extend(*zip(*part, strict=True))
        index.columns.kill(row for row, _, criteria in part if criteria is _NOTHING)
    if not index._seen and index.count != manifest.count:
        raise ValueError(f"{index.count} fiches pour {manifest.count} annoncées")
    recent = catalogue.recent_rows()
    index._take(catalogue.facts_of(recent))
    return index


def _stored(rows: np.ndarray, facts: Iterator[Facts], size: int = 50_000) -> Iterator[list[Facts]]:
    """Yield the facts of the rows of the vectors' file, by parts; rows that are gone have none."""
    fact = next(facts, None)
    for start in range(0, len(rows), size):
        part: list[Facts] = []
        for row in rows[start : start + size].tolist():
            if fact is not None and fact.row == row:
                part.append(fact)
                fact = next(facts, None)
            else:
                part.append(Facts(row, row, _NOTHING))
        yield part


@contextmanager
def disk() -> Iterator[None]:
    """Make what SQLite and FAISS raise when they cannot write an OSError like any other."""
    try:
        yield
    except sqlite3.OperationalError as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        code = errno.ENOSPC if full else errno.EIO
        raise OSError(code, str(error)) from error
    except RuntimeError as error:
        raise OSError(errno.EIO, str(error)) from error

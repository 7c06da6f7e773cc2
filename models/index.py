"""The vector index of a catalogue: FAISS beside SQLite, tied to its encoder and cartographie by a manifest."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from cartography.errors import GenscanError, RecordError
from cartography.fiche import Fiche
from cartography.files import write_atomic
from models.bundle import Bundle
from models.catalogue import Catalogue, CatalogueWriter
from models.classifier import Classifier
from models.encoder import Vectors
from models.errors import IndexUnusable
from models.generations import current, new_generation
from models.layout import LAYOUT

FORMAT = 1
BATCH = 512
"""Records encoded and stored at a time; bounds the memory of a build."""


class _Files(NamedTuple):
    manifest: str = "manifest.json"
    vectors: str = "vectors.faiss"
    catalogue: str = "catalogue.sqlite"
    errors: str = "erreurs.jsonl"


FILES = _Files()


class IndexManifest(BaseModel):
    """What an index says of itself."""

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


@dataclass(frozen=True)
class Index:
    """An open index.

    Attributes:
        manifest: what it says of itself.
        vectors: FAISS inner-product index whose identifiers are the catalogue's rows.
        catalogue: the records.
    """

    manifest: IndexManifest
    vectors: Any
    catalogue: Catalogue

    def vector_of(self, row: int) -> Vectors:
        """Return the stored vector of a row, float32 (dimension,)."""
        result: Vectors = self.vectors.reconstruct(row)
        return result


@dataclass(slots=True)
class BuildReport:
    """What a build did: records stored, by type; bad records; older records replaced by a later same one."""

    types: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    replaced: int = 0
    first_error: RecordError | None = None

    @property
    def stored(self) -> int:
        """Records in the index."""
        return self.types.total() - self.replaced


def encoder_id(bundle: Bundle) -> str:
    """Return what identifies the encoder: vectors of two encoders must never meet in one index."""
    files = bundle.manifest.files
    return f"{files[LAYOUT.encoder].sha256[:12]}-{files[LAYOUT.tokenizer].sha256[:12]}"


def build_index(
    records: Iterable[Fiche | RecordError],
    directory: Path,
    classifier: Classifier,
    *,
    progress: Callable[[int], Any] | None = None,
    allow_empty: bool = True,
) -> BuildReport:
    """Encode, classify and store records; the directory shows the new index only when it is whole.

    Args:
        records: what to index; bad ones are written to the generation's `erreurs.jsonl` and counted.
        directory: the index directory; an index already there stays in place until the end.
        classifier: encodes the records and classifies them.
        progress: called with the number of records read since its last call.
        allow_empty: whether an index of nothing may take the place of the one there.

    Raises:
        GenscanError: there is no good record and `allow_empty` is False ("index_vide").
        OSError: the directory cannot be written.
    """
    report = BuildReport()
    with new_generation(directory) as folder:
        vectors = faiss.IndexIDMap2(faiss.IndexFlatIP(classifier.bundle.encoder.dimension))
        with _disk():
            writer = CatalogueWriter(folder / FILES.catalogue)
        try:
            with (folder / FILES.errors).open("w", encoding="utf-8") as errors:
                stream = iter(records)
                while batch := list(islice(stream, BATCH)):
                    for bad in (r for r in batch if isinstance(r, RecordError)):
                        errors.write(json.dumps(bad.as_json(), ensure_ascii=False) + "\n")
                        report.errors += 1
                        report.first_error = report.first_error or bad
                    _store([r for r in batch if isinstance(r, Fiche)], classifier, writer, vectors, report)
                    if progress:
                        progress(len(batch))
        finally:
            with _disk():
                writer.close()
        if not (allow_empty or report.stored):
            raise _nothing_to_index(report)
        with _disk():
            faiss.write_index(vectors, str(folder / FILES.vectors))
        manifest = _manifest(folder, classifier, vectors.ntotal)
        write_atomic(folder / FILES.manifest, (manifest.model_dump_json(indent=1) + "\n").encode())
    return report


@contextmanager
def _disk() -> Iterator[None]:
    """Make what SQLite and FAISS raise when they cannot write an OSError like any other."""
    try:
        yield
    except sqlite3.OperationalError as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        code = errno.ENOSPC if full else errno.EIO
        raise OSError(code, str(error)) from error
    except RuntimeError as error:
        raise OSError(errno.EIO, str(error)) from error


def _nothing_to_index(report: BuildReport) -> GenscanError:
    message = "aucune fiche lisible : rien n'est indexé, l'index en place est gardé"
    if report.first_error is not None:
        first = report.first_error
        place = " ".join(str(part) for part in (first.fichier, first.position) if part is not None)
        message += f" ; première erreur sur {report.errors} : {place} : {first.message}"
    return GenscanError("index_vide", message)


def _store(
    fiches: list[Fiche], classifier: Classifier, writer: CatalogueWriter, vectors: Any, report: BuildReport
) -> None:
    if not fiches:
        return
    reading = classifier.encode(fiches)
    answers = classifier.classify(fiches, reading=reading)
    with _disk():
        rows, replaced = writer.add(fiches, answers)
    vectors.add_with_ids(reading.embedding, np.array(rows, dtype=np.int64))
    if replaced:
        vectors.remove_ids(np.array(replaced, dtype=np.int64))
    report.types.update(f.type for f in fiches)
    report.replaced += len(replaced)


def _manifest(folder: Path, classifier: Classifier, count: int) -> IndexManifest:
    catalogue = Catalogue(folder / FILES.catalogue)
    return IndexManifest(
        format=FORMAT,
        version=folder.name.rsplit("-", 1)[-1],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder=encoder_id(classifier.bundle),
        modele=classifier.versions["modele"],
        cartographie=classifier.versions["cartographie"],
        dimension=classifier.bundle.encoder.dimension,
        count=count,
        types=dict(Counter(f.type for f in catalogue.facets())),
    )


def reindex(source: Path, directory: Path, classifier: Classifier) -> BuildReport:
    """Index the records of another index again, with another model.

    Args:
        source: directory of the index whose records are read.
        directory: the new index.
        classifier: encodes and classifies the records.

    Raises:
        IndexUnusable: there is no readable index at `source`.
        OSError: the directory cannot be written.
    """
    folder = current(source)
    if folder is None:
        raise IndexUnusable("index_absent", f"{source} : aucun index ici")
    try:
        catalogue = Catalogue(folder / FILES.catalogue)
    except sqlite3.Error as error:
        raise IndexUnusable("index_endommage", f"{source} : index endommagé ({error})") from error
    return build_index(catalogue.fiches(), directory, classifier)


def open_index(directory: Path, bundle: Bundle) -> Index:
    """Open the current index of a directory for searching with a model.

    Raises:
        IndexUnusable: there is none, it is damaged, or it was built with another encoder or for another
            cartographie; the message says which command mends it.
    """
    mend = f"reconstruisez-le : `genscan index build FICHIER… -o {directory}`"
    folder = current(directory)
    if folder is None:
        raise IndexUnusable("index_absent", f"{directory} : aucun index ici ; {mend}")
    try:
        manifest = IndexManifest.model_validate_json((folder / FILES.manifest).read_bytes())
        vectors = faiss.read_index(str(folder / FILES.vectors), faiss.IO_FLAG_MMAP)
        catalogue = Catalogue(folder / FILES.catalogue)
        count = len(catalogue)
    except (OSError, RuntimeError, ValidationError, sqlite3.Error) as error:
        raise IndexUnusable("index_endommage", f"{directory} : index endommagé ({error}) ; {mend}") from error
    if not manifest.count == vectors.ntotal == count:
        message = f"{directory} : {vectors.ntotal} vecteurs et {count} fiches pour {manifest.count} annoncées ; {mend}"
        raise IndexUnusable("index_endommage", message)
    if manifest.encoder != encoder_id(bundle):
        message = f"{directory} : index fait avec un autre encodeur (modèle {manifest.modele}) ; {mend}"
        raise IndexUnusable("index_autre_encodeur", message)
    if manifest.cartographie != bundle.manifest.cartographie.version:
        message = f"{directory} : index fait pour la cartographie {manifest.cartographie} ; {mend}"
        raise IndexUnusable("index_autre_cartographie", message)
    return Index(manifest, vectors, catalogue)

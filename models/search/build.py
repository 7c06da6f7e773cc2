"""Builds the index of a catalogue whole: records are encoded, classified and stored, batch by batch."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import faiss
import numpy as np
from numpy.typing import NDArray

from cartography.errors import GenscanError, RecordError
from cartography.fiche import Fiche
from cartography.files import write_atomic
from models.answer import Answer
from models.classifier import Classifier
from models.encoder import Vectors
from models.errors import IndexUnusable
from models.search.catalogue import Catalogue
from models.search.generations import current, new_generation
from models.search.index import FILES, disk, manifest_of
from models.search.passages import Passages, passages_of
from models.search.schema import create, seal
from models.search.vectors import build_approximate
from models.search.writer import CatalogueWriter, Tally

BATCH = 512
"""Records encoded and stored at a time; bounds the memory of a build."""


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
        return self.types.total()


class VectorFile:
    """Vectors of rows, written one batch after the other, half-precision."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Create the file in a generation's folder."""
        self._folder, self._dimension = folder, dimension
        self._raw = folder / f".{FILES.vectors}"
        self._stream: BinaryIO = self._raw.open("wb")
        self._rows: list[int] = []

    def add(self, rows: Iterable[int], vectors: Vectors) -> None:
        """Write vectors, float32 (n, dimension)."""
        self._rows += rows
        self._stream.write(vectors.astype(np.float16).tobytes())

    def close(self) -> None:
        """Give the file its shape, and its approximate index where it has many rows."""
        self._stream.close()
        shape = (len(self._rows), self._dimension)
        np.save(self._folder / FILES.rows, np.array(self._rows, dtype=np.int64), allow_pickle=False)
        target = np.lib.format.open_memmap(self._folder / FILES.vectors, mode="w+", dtype=np.float16, shape=shape)
        if shape[0]:
            raw: NDArray[np.float16] = np.memmap(self._raw, dtype=np.float16, mode="r", shape=shape)
            for start in range(0, shape[0], 65_536):
                target[start : start + 65_536] = raw[start : start + 65_536]
        target.flush()
        self._raw.unlink()
        near = build_approximate(target)
        if near is not None:
            faiss.write_index(near, str(self._folder / FILES.approximate))


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
    with filling(directory, classifier) as fill:
        with (fill.folder / FILES.errors).open("w", encoding="utf-8") as errors:
            stream = iter(records)
            while batch := list(islice(stream, BATCH)):
                for bad in (r for r in batch if isinstance(r, RecordError)):
                    errors.write(json.dumps(bad.as_json(), ensure_ascii=False) + "\n")
                    report.errors += 1
                    report.first_error = report.first_error or bad
                fiches = [r for r in batch if isinstance(r, Fiche)]
                if fiches:
                    encoded = classifier.encode(fiches, whole=True)
                    passages = passages_of([fiche.description for fiche in fiches], classifier.bundle)
                    fill.add(fiches, classifier.classify(fiches, encoded=encoded), encoded.embedding, passages)
                if progress:
                    progress(len(batch))
        report.types, report.replaced = fill.types(), fill.replaced
        if not (allow_empty or report.stored):
            raise _nothing_to_index(report)
    return report


class Fill:
    """A generation that is being filled with classified records."""

    def __init__(self, folder: Path, db: sqlite3.Connection, dimension: int) -> None:
        """Take a new generation's folder and its catalogue."""
        self.folder = folder
        self.replaced = 0
        self._db = db
        self._writer, self._tally = CatalogueWriter(db), Tally()
        self._vectors = VectorFile(folder, dimension)

    def add(
        self,
        fiches: Sequence[Fiche],
        answers: Sequence[Answer],
        vectors: Vectors,
        passages: Sequence[Passages | None],
    ) -> None:
        """Store records with their answers, vectors, float32 (n, dimension), and passages."""
        self._db.execute("BEGIN")
        stored = self._writer.add(fiches, answers, passages)
        self._db.execute("COMMIT")
        self._vectors.add(stored.rows, vectors)
        self.replaced += len(stored.replaced)
        for fiche in fiches:
            self._tally.add(fiche)

    def types(self) -> Counter[str]:
        """Return how many records there are of each type."""
        return Counter(dict(self._db.execute("SELECT type, COUNT(*) FROM fiches GROUP BY type").fetchall()))

    def close(self) -> None:
        """Write what waits for the last record: the words counted, the vectors' file and its index."""
        self._db.execute("BEGIN")
        self._writer.count(self._tally)
        self._db.execute("COMMIT")
        self._vectors.close()


@contextmanager
def filling(directory: Path, classifier: Classifier) -> Iterator[Fill]:
    """Give a generation to fill; on a clean exit the directory shows it, else it is gone.

    Raises:
        OSError: the directory cannot be written.
    """
    with new_generation(directory) as folder, disk():
        db = create(folder / FILES.catalogue)
        try:
            fill = Fill(folder, db, classifier.bundle.encoder.dimension)
            yield fill
            fill.close()
            types = fill.types()
            seal(db)
        finally:
            db.close()
        manifest = manifest_of(folder, classifier, types)
        write_atomic(folder / FILES.manifest, (manifest.model_dump_json(indent=1) + "\n").encode())


def _nothing_to_index(report: BuildReport) -> GenscanError:
    message = "aucune fiche lisible : rien n'est indexé, l'index en place est gardé"
    if report.first_error is not None:
        first = report.first_error
        place = " ".join(str(part) for part in (first.fichier, first.position) if part is not None)
        message += f" ; première erreur sur {report.errors} : {place} : {first.message}"
    return GenscanError("index_vide", message)


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

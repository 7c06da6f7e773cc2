"""Files in, answers out: one line a record, in order, bounded memory, resumable."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from cartography.errors import GenscanError, RecordError
from cartography.fiche import Fiche
from cartography.files import real_target, write_atomic, writing
from cartography.readers import Record
from models.answer import Answer
from models.classifier import Classifier, Encoded
from models.explanation import explain

BATCH = 500
"""Records answered and written at a time: texts of a like length share a batch of the encoder, and among more of them
more are alike."""

AHEAD = 2
"""Batches given to the encoder before their answers are due: one that it computes, one whose texts are prepared. With
the one being answered they are what an interruption loses, and what the memory holds."""


@dataclass(slots=True)
class Tally:
    """Counts of a run: records by outcome, level, famille and error code."""

    records: int = 0
    resumed: int = 0
    numerique: int = 0
    niveaux: Counter[str] = field(default_factory=Counter)
    familles: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, line: dict[str, Any]) -> None:
        """Count one output object."""
        self.records += 1
        if "erreur" in line:
            self.errors[line["erreur"]["code"]] += 1
            return
        self.numerique += line["numerique"]["decision"]
        self.niveaux[line["niveau"]] += 1
        if line["famille"]:
            self.familles[line["famille"]["libelle"]] += 1


def answer_records(
    records: Sequence[Record], classifier: Classifier, top_k: int, *, mots: bool = False
) -> list[Answer | RecordError]:
    """Return one answer or error a record, in order; a bad one does not touch its neighbours.

    Args:
        records: to answer.
        classifier: answers.
        top_k: candidate postes.
        mots: whether to add the words that weighed most to the evidence.
    """
    fiches = _fiches(records)
    return _placed(records, _with_words(fiches, classifier.classify(fiches, top_k=top_k), classifier, mots))


def _with_words(fiches: Sequence[Fiche], answers: list[Answer], classifier: Classifier, asked: bool) -> list[Answer]:
    if not asked:
        return answers
    found = explain(classifier, fiches, answers)
    return [replace(a, preuves=(*a.preuves, *said)) for a, said in zip(answers, found, strict=True)]


def _fiches(records: Sequence[Record]) -> list[Fiche]:
    return [record for record in records if isinstance(record, Fiche)]


def _placed(records: Sequence[Record], answers: Sequence[Answer]) -> list[Answer | RecordError]:
    following = iter(answers)
    return [next(following) if isinstance(record, Fiche) else record for record in records]


def answer_stream(
    records: Iterable[Record], classifier: Classifier, top_k: int, *, mots: bool = False
) -> Iterator[list[Answer | RecordError]]:
    """Yield the answers or errors batch by batch, in order.

    The encoder computes the next batches, in threads of its own, while the answers of this one are made and written.

    Args:
        records: to answer.
        classifier: answers.
        top_k: candidate postes.
        mots: whether to add the words that weighed most to the evidence.
    """
    stream = iter(records)
    begun: deque[tuple[list[Record], Future[Encoded]]] = deque()

    def finish() -> list[Answer | RecordError]:
        batch, encoded = begun.popleft()
        fiches = _fiches(batch)
        answers = classifier.classify(fiches, top_k=top_k, encoded=encoded.result())
        return _placed(batch, _with_words(fiches, answers, classifier, mots))

    pool = ThreadPoolExecutor(AHEAD, thread_name_prefix="encodeur")
    try:
        while batch := list(islice(stream, BATCH)):
            begun.append((batch, pool.submit(classifier.encode, _fiches(batch))))
            if len(begun) > AHEAD:
                yield finish()
        while begun:
            yield finish()
    finally:
        pool.shutdown(cancel_futures=True)


def fingerprint(files: Sequence[Path], **options: object) -> str:
    """Return what a resumed run must share with the interrupted one: the same inputs, model and options."""
    parts = [[str(f.resolve()), f.stat().st_size, f.stat().st_mtime_ns] for f in files]
    return hashlib.sha256(json.dumps([parts, options], sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Partial:
    """The unfinished output beside the final one: `OUT.partiel`, and what it was made from in `OUT.partiel.json`."""

    output: Path

    @property
    def data(self) -> Path:
        """The lines written so far."""
        return self.output.with_name(f"{self.output.name}.partiel")

    @property
    def state(self) -> Path:
        """The fingerprint of the run."""
        return self.output.with_name(f"{self.output.name}.partiel.json")

    def resume(self, mark: str) -> Tally:
        """Return the counts of the whole lines of an interrupted run with this fingerprint; start afresh otherwise."""
        tally = Tally()
        try:
            known = json.loads(self.state.read_bytes()).get("empreinte") == mark
        except (OSError, ValueError, AttributeError):
            known = False
        if not (known and self.data.exists()):
            self.data.write_bytes(b"")
            write_atomic(self.state, json.dumps({"empreinte": mark}).encode())
            return tally
        with self.data.open("r+b") as stream:
            stream.truncate(_count_whole_lines(stream, tally))
        tally.resumed = tally.records
        return tally

    @contextmanager
    def alone(self) -> Iterator[BinaryIO]:
        """Open the lines for adding to, for one process at a time: two would mix theirs.

        Raises:
            GenscanError: another run writes the same output.
        """
        with self.data.open("ab") as sink:
            try:
                fcntl.flock(sink, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # A run that ended in between has given this very file its final name.
                ours = os.path.samestat(os.fstat(sink.fileno()), self.data.stat())
            except (BlockingIOError, FileNotFoundError):
                ours = False
            if not ours:
                raise GenscanError("sortie_occupee", f"{self.output} : une autre commande écrit déjà ce fichier")
            yield sink

    def finish(self) -> None:
        """Give the output its final name."""
        self.data.replace(self.output)
        self.state.unlink(missing_ok=True)


def _count_whole_lines(stream: BinaryIO, tally: Tally) -> int:
    """Count the lines that were written whole; return the byte after the last of them."""
    end = 0
    for line in stream:
        try:
            tally.add(json.loads(line))
        except ValueError:
            break
        if not line.endswith(b"\n"):
            tally.records -= 1
            break
        end += len(line)
    return end


def classify_to_file(
    records: Iterable[Record],
    output: Path,
    classifier: Classifier,
    *,
    mark: str,
    top_k: int = 5,
    mots: bool = False,
    progress: Callable[[int], Any] | None = None,
) -> Tally:
    """Write the answer or error of each record as JSON Lines; `output` appears only when it is whole.

    Interrupted, the lines done stay in `OUT.partiel`; called again with the same `mark` it skips their records.

    Args:
        records: what to answer for.
        output: JSON Lines file; an older one is replaced at the end.
        classifier: answers.
        mark: the run's `fingerprint`.
        top_k: number of candidate postes.
        mots: whether to add the words that weighed most to the evidence.
        progress: called with the number of records done since its last call.

    Raises:
        GenscanError: the output cannot be written.
    """
    with writing(output):
        partial = Partial(real_target(output))
        partial.output.parent.mkdir(parents=True, exist_ok=True)
        with partial.alone() as sink:
            tally = partial.resume(mark)
            stream = iter(records)
            _skip(stream, tally.records, progress)
            for answers in answer_stream(stream, classifier, top_k, mots=mots):
                lines = [answer.as_json() for answer in answers]
                sink.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
                sink.flush()
                for line in lines:
                    tally.add(line)
                if progress:
                    progress(len(lines))
            partial.finish()
    return tally


def _skip(stream: Iterator[Record], count: int, progress: Callable[[int], Any] | None) -> None:
    for _ in islice(stream, count):
        pass
    if progress and count:
        progress(count)

"""The two pipelines on the same records, in turns, so that a busy moment of the machine slows both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from cartography.fiche import Fiche
from cartography.readers import read_records
from models.classifier import text_of
from training.errors import EvaluationError
from training.measure.bench.command import Run, classify
from training.measure.bench.plain import Plain


class Round(NamedTuple):
    """One turn of each.

    Attributes:
        plain: records a second of the plain pipeline.
        ours: records a second of `genscan classify`, start and load included.
        run: of the command.
    """

    plain: float
    ours: float
    run: Run


class Speed(NamedTuple):
    """What the rounds say.

    Attributes:
        rounds: all of them.
        records: classified by the command in each.
        batch: of the plain pipeline.
        texts: that the plain pipeline read in each.
    """

    rounds: list[Round]
    records: int
    batch: int
    texts: int

    @property
    def plain(self) -> float:
        """Return the median rate of the plain pipeline."""
        return median(r.plain for r in self.rounds)

    @property
    def ours(self) -> float:
        """Return the median rate of the command."""
        return median(r.ours for r in self.rounds)

    @property
    def ratio(self) -> float:
        """Return the median of the ratios of each round."""
        return median(r.ours / r.plain for r in self.rounds)


def head_of(source: Path, target: Path, count: int) -> int:
    """Copy the first lines of a JSON Lines file; return their number."""
    with source.open("rb") as lines, target.open("wb") as copy:
        number = 0
        for number, line in enumerate(islice(lines, count), start=1):  # noqa: B007
            copy.write(line)
    return number


def fiches_of(source: Path, count: int) -> list[Fiche]:
    """Return up to `count` records at even distances.

    Raises:
        EvaluationError: the file holds none.
    """
    fiches = [record for record in read_records(source) if isinstance(record, Fiche)]
    if not fiches:
        raise EvaluationError("aucune_fiche", f"{source} : aucune fiche à classer")
    return fiches[:: max(1, len(fiches) // count)][:count]


def compare_speed(
    plain: Plain,
    source: Path,
    bundle: Path,
    texts: int,
    rounds: int,
    work: Path,
    progress: Callable[[str], Any] = lambda said: None,
) -> Speed:
    """Time the plain pipeline on some of the records and the command on all of them, in turns.

    Args:
        plain: the pipeline.
        source: JSON Lines file of records.
        bundle: directory of the model.
        texts: records that the plain pipeline reads in a round; it would take minutes for all.
        rounds: turns.
        work: directory for the answers.
        progress: told what begins.
    """
    some: Sequence[str] = [text_of(fiche) for fiche in fiches_of(source, texts)]
    progress("taille de lot du classifieur ordinaire")
    plain.tune(some)
    with source.open("rb") as lines:
        records = sum(1 for _ in lines)
    found = []
    for number in range(1, rounds + 1):
        progress(f"tour {number} sur {rounds}")
        seconds = plain.seconds(some)
        run = classify(source, work / f"reponses-{number}.jsonl", bundle)
        found.append(Round(len(some) / seconds, records / run.seconds, run))
    return Speed(found, records, plain.batch, len(some))

"""Where the time goes: each stage alone, one after the other, on the same records."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.readers import read_records
from models.classifier import Classifier, Encoded
from models.evidence import Evidence
from models.triage import Triage

Result = TypeVar("Result")

ENCODER = "encodeur"


class Stage(NamedTuple):
    """One stage.

    Attributes:
        name: what it does.
        seconds: by the clock.
        processor: seconds of processor, all cores together.
    """

    name: str
    seconds: float
    processor: float


class Stages(NamedTuple):
    """All stages, in order, of a number of records.

    Attributes:
        stages: of all of them.
        records: how many.
        tokens: mean of what the encoder read of one.
        settled: share of them whose title alone it read.
    """

    stages: list[Stage]
    records: int
    tokens: float
    settled: float


def measure_stages(classifier: Classifier, crosswalk: Crosswalk, source: Path, count: int, output: Path) -> Stages:
    """Time each stage.

    Args:
        classifier: the model.
        crosswalk: ROME, for the evidence.
        source: file of records.
        count: records at most.
        output: file to write answers to.
    """
    found: list[Stage] = []
    encoder, bundle = classifier.bundle.encoder, classifier.bundle

    def timed(name: str, work: Callable[[], Result]) -> Result:
        clock, processor = time.perf_counter(), time.process_time()
        result = work()
        found.append(Stage(name, time.perf_counter() - clock, time.process_time() - processor))
        return result

    fiches = timed("lecture", lambda: [r for r in islice(read_records(source), count) if isinstance(r, Fiche)])
    # What the first call of each makes and keeps is no part of a record's time.
    classifier.classify(fiches[:64])
    words = timed("mots et choix des fiches", lambda: bundle.wide.logits(fiches))
    settled = Triage(**bundle.calibration.triage.model_dump()).settled(words)
    texts = timed("choix des passages", lambda: classifier.texts(fiches, settled))
    feeds = timed("découpe en jetons", lambda: list(encoder.feeds(texts)))
    reading = timed(ENCODER, lambda: encoder.compute(feeds, len(texts)))
    encoded = Encoded(*reading, words)
    timed("tête et a priori ROME", lambda: classifier.probabilities(fiches, encoded))
    timed("preuves", lambda: Evidence(bundle.references, crosswalk).find(fiches, reading.embedding))
    answers = timed("réponses", lambda: classifier.classify(fiches, encoded=encoded))
    found[-1] = _less(found[-1], *found[-3:-1])
    timed("écriture", lambda: output.write_text("".join(_line(answer.as_json()) for answer in answers)))
    tokens = sum(int(feed["attention_mask"].sum()) for _, feed in feeds)
    return Stages(found, len(fiches), tokens / max(1, len(fiches)), float(settled.mean()))


def _line(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False) + "\n"


def _less(whole: Stage, *parts: Stage) -> Stage:
    """Return what is left of a stage without those that it holds."""
    seconds = whole.seconds - sum(part.seconds for part in parts)
    return Stage(whole.name, max(0.0, seconds), max(0.0, whole.processor - sum(part.processor for part in parts)))

"""How long search takes, how much memory, and how near the exact neighbours it comes."""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from models.bundle import load_bundle
from models.classifier import Classifier
from models.encoder import Vectors
from models.search.index import open_index
from models.search.searcher import Query, Searcher
from models.search.vectors import VectorStore

NEAREST = 10
FACETS = ("type", "famille", "region", "modalite", "niveau_sortie", "contrat")
"""What the page asks to have counted."""
SWITCH_S = 0.0005
"""As the service sets it."""
WARM = 20
"""Queries before the clock starts."""


@dataclass(frozen=True)
class SpeedFigures:
    """What a catalogue's search costs.

    Attributes:
        records: of the catalogue.
        open_s: seconds to open it.
        memory_mb: peak memory of the process that searches, model and mapped pages included.
        recall: share of the exact ten neighbours that are found.
        vectors_ms: median and 99th percentile of the vectors alone, milliseconds.
        whole_ms: of a whole query: spelling, encoding, vectors, words, score, facets, extracts.
        filtered_ms: of a whole query under a filter.
    """

    records: int
    open_s: float
    memory_mb: float
    recall: float
    vectors_ms: tuple[float, float]
    whole_ms: tuple[float, float]
    filtered_ms: tuple[float, float]


def measure_speed(directory: Path, bundle: Path, texts: Sequence[str]) -> SpeedFigures:
    """Measure an index in a process of its own, so that its memory is nobody else's, set as the service's are."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with get_context("spawn").Pool(1) as pool:
        return SpeedFigures(**pool.apply(_measured, (directory, bundle, list(texts))))


def _measured(directory: Path, bundle: Path, texts: list[str]) -> dict[str, Any]:
    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from models.bundle import read_manifest
    from models.search.filters import Filters

    tree = load_version(read_manifest(bundle).cartographie.version)
    classifier = Classifier(load_bundle(bundle, tree), tree, load_crosswalk())
    start = time.perf_counter()
    searcher = Searcher(open_index(directory, classifier.bundle), classifier)
    opened = time.perf_counter() - start
    # As the service does before its first query.
    searcher.warm_up()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
    queries = [Query(text, facettes=FACETS) for text in texts]
    filtered = [Query(text, facettes=FACETS, filters=Filters(region="84", type="offre")) for text in texts]
    encoded = classifier.bundle.encoder.encode(texts)
    store = searcher.index.vectors
    whole = _timed(searcher.search, queries)
    under = _timed(searcher.search, filtered)
    alone = _timed(lambda vector: store.search(vector, NEAREST), list(encoded))
    # Before the exact neighbours: they read every vector.
    peak = _peak_mb()
    return asdict(SpeedFigures(searcher.index.count, opened, peak, recall(store, encoded), alone, whole, under))


def _peak_mb() -> float:
    """Return the most memory that this process had; what `getrusage` tells is at least its parent's."""
    if sys.platform == "linux":
        found = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
        return int(found.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _timed(ask: Callable[[Any], Any], questions: Sequence[Any]) -> tuple[float, float]:
    for question in questions[:WARM]:
        ask(question)
    times = []
    for question in questions:
        start = time.perf_counter()
        ask(question)
        times.append(1_000 * (time.perf_counter() - start))
    return float(np.percentile(times, 50)), float(np.percentile(times, 99))


def recall(store: VectorStore, queries: Vectors, part: int = 50_000) -> float:
    """Return the share of the exact ten nearest of each query that the store finds."""
    best = np.full((len(queries), NEAREST), -2.0, dtype=np.float32)
    where = np.zeros((len(queries), NEAREST), dtype=np.int64)
    for start in range(0, store.count, part):
        positions = np.arange(start, min(start + part, store.count))
        scores = np.concatenate([best, queries @ store.at(positions).T], axis=1)
        places = np.concatenate([where, np.broadcast_to(positions, (len(queries), len(positions)))], axis=1)
        top = np.argsort(-scores, axis=1, kind="stable")[:, :NEAREST]
        best, where = np.take_along_axis(scores, top, axis=1), np.take_along_axis(places, top, axis=1)
    found = [store.search(query, NEAREST)[1] for query in queries]
    least = min(NEAREST, store.count)
    return float(
        np.mean([len(set(a.tolist()) & set(b[:least].tolist())) / least for a, b in zip(found, where, strict=True)])
    )

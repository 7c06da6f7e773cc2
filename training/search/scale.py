"""Catalogues of any size: real records, varied, so that vectors, words and places spread as a real catalogue's do.

A real encoder would take an hour over a million texts and change nothing in what search costs: the vectors are those of
the real records, each moved at random by a third of its length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartography.fiche import Fiche
from models.answer import Answer
from models.classifier import Classifier
from models.encoder import Vectors
from models.reading import sentences
from models.search.build import filling
from models.search.passages import LOOKED_AT, Passages, passages_of

MOVED = 0.35
"""Length of what is added to a unit vector; the cosine with the original is then some .94."""
DROPPED = 0.3
"""Share of a description's sentences that a variation leaves out."""
BATCH = 2_000


@dataclass(frozen=True)
class Seedlings:
    """Real records, their answers, their vectors and their passages, from which others are made."""

    fiches: tuple[Fiche, ...]
    answers: tuple[Answer, ...]
    vectors: Vectors
    passages: tuple[Passages | None, ...]

    @classmethod
    def of(cls, fiches: Sequence[Fiche], classifier: Classifier) -> Seedlings:
        """Encode and classify real records."""
        encoded = classifier.encode(fiches, whole=True)
        answers = classifier.classify(fiches, encoded=encoded)
        passages = passages_of([fiche.description for fiche in fiches], classifier.bundle)
        return cls(tuple(fiches), tuple(answers), encoded.embedding, tuple(passages))


def variations(
    seedlings: Seedlings, count: int, postcodes: Sequence[str], seed: int = 0
) -> Iterator[tuple[list[Fiche], list[Answer], Vectors, list[Passages | None]]]:
    """Yield `count` records by batches: the real ones first, then variations of them.

    Args:
        seedlings: real records.
        count: how many records in all.
        postcodes: where variations are.
        seed: of every draw.
    """
    random = np.random.default_rng(seed)
    for start in range(0, count, BATCH):
        ranks = np.arange(start, min(start + BATCH, count))
        origins = ranks % len(seedlings.fiches)
        fiches = [
            seedlings.fiches[origin] if rank == origin else _varied(seedlings.fiches[origin], rank, postcodes, random)
            for rank, origin in zip(ranks.tolist(), origins.tolist(), strict=True)
        ]
        passages = [
            moved(seedlings.passages[origin], seedlings.fiches[origin].description, fiche.description)
            for origin, fiche in zip(origins.tolist(), fiches, strict=True)
        ]
        vectors = seedlings.vectors[origins]
        spread = vectors + np.where(ranks == origins, 0.0, MOVED)[:, None] * _units(random, vectors.shape)
        unit = spread / np.linalg.norm(spread, axis=1, keepdims=True)
        yield fiches, [seedlings.answers[origin] for origin in origins.tolist()], unit.astype(np.float32), passages


def _varied(fiche: Fiche, rank: int, postcodes: Sequence[str], random: np.random.Generator) -> Fiche:
    told = np.array(sentences(fiche.description[:4_000]), dtype=object)
    kept = told[random.random(len(told)) > DROPPED] if len(told) > 1 else told
    place = postcodes[int(random.integers(len(postcodes)))]
    extras = {name: value for name, value in fiche.extras.items() if name not in ("lieu", "commune", "departement")}
    return replace(
        fiche,
        id=f"{fiche.id}~{rank}",
        description=" ".join(random.permutation(kept)),
        extras={**extras, "code_postal": place},
    )


def moved(passages: Passages | None, before: str, after: str) -> Passages | None:
    """Return the passages of a text that another one, of the same sentences, still holds, where they stand in it."""
    if passages is None:
        return None
    starts = [after.find(before[start:end], 0, LOOKED_AT) for start, end in passages.places.tolist()]
    kept = [rank for rank, start in enumerate(starts) if start >= 0]
    lengths = passages.places[kept, 1] - passages.places[kept, 0]
    found = np.array([starts[rank] for rank in kept], dtype=np.uint16)
    return Passages(np.stack([found, found + lengths], axis=1), passages.vectors[kept]) if kept else None


def _units(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    found = random.normal(size=shape)
    result: NDArray[np.float64] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return result


def build_scale(
    seedlings: Seedlings,
    count: int,
    postcodes: Sequence[str],
    directory: Path,
    classifier: Classifier,
    progress: Callable[[int], Any] = lambda done: None,
) -> None:
    """Write the index of a catalogue of `count` records."""
    with filling(directory, classifier) as fill:
        for fiches, answers, vectors, passages in variations(seedlings, count, postcodes):
            fill.add(fiches, answers, vectors, passages)
            progress(len(fiches))

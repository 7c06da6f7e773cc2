"""Everything that an encoder learns from, gathered from the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.errors import TrainingError
from training.material.concept import Concept
from training.material.esco import esco_concepts
from training.material.noc import noc_concepts, noc_titles
from training.material.onisep import onisep_concepts
from training.material.parallel import parallel_sentences
from training.material.records import record_concepts
from training.material.rome import rome_concepts


@dataclass(frozen=True)
class Material:
    """What an encoder learns from.

    Attributes:
        concepts: by source.
        sentences: (French, English).
        titles: (French, English) job titles and skills.
    """

    concepts: dict[str, tuple[Concept, ...]]
    sentences: tuple[tuple[str, str], ...]
    titles: tuple[tuple[str, str], ...]


def gather(root: Path) -> Material:
    """Read every source.

    Args:
        root: folder that holds `data/` and, if there is one, `gold/dev.jsonl`, whose records are left out.

    Raises:
        TrainingError: a file is missing.
    """
    judged = root / "gold" / "dev.jsonl"
    try:
        rome = tuple(rome_concepts(root))
        libelles = {concept.area: concept.names[0] for concept in rome}
        concepts = [
            *rome,
            *esco_concepts(root),
            *noc_concepts(root),
            *onisep_concepts(root, libelles),
            *record_concepts(root, judged if judged.is_file() else None, libelles),
        ]
        sentences = tuple(parallel_sentences(root))
        esco = ((c.names[0], c.english[0]) for c in concepts if c.source.startswith("esco") and c.names and c.english)
        titles = (*noc_titles(root), *esco)
    except FileNotFoundError as error:
        message = f"{error.filename} manque ; les sources de l'encodeur sont lues dans GENSCAN_DATA ou ../shared"
        raise TrainingError("sources_absentes", message) from error
    by_source: dict[str, list[Concept]] = {}
    for concept in concepts:
        if concept.names:
            by_source.setdefault(concept.source, []).append(concept)
    return Material({name: tuple(found) for name, found in by_source.items()}, sentences, titles)


def lines(material: Material) -> Iterator[str]:
    """Yield every text, for a vocabulary: titles weigh more than prose, since every concept repeats its names."""
    for concepts in material.concepts.values():
        for concept in concepts:
            yield from concept.names
            yield from concept.english
            yield from concept.glosses
    for french, english in (*material.sentences, *material.titles):
        yield french
        yield english

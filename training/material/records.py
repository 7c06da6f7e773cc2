"""Real records: an offer's or a course's title goes with the passages of its description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cartography.fiche import Fiche
from cartography.readers.prose import prose_of
from training.corpus.near_duplicates import near_any
from training.labels.sources import OWN, available, read_source
from training.material.concept import Concept, passages
from training.measure.gold import read_gold

SHORT = 80
"""Characters of a description under which it says nothing more than the title."""


def record_concepts(root: Path, judged: Path | None, libelles: Mapping[str, str]) -> Iterator[Concept]:
    """Yield one concept a described record, those that models are measured on and their near-duplicates left out.

    Args:
        root: folder that holds `data/`.
        judged: JSON Lines of the records to leave out, if there is one.
        libelles: ROME code → libellé. An offer's title goes with its libellé too, when its source says that the title
            and the code agree.
    """
    fiches = [
        text.fiche
        for source in available(root)
        if source is not OWN
        for text in read_source(source, root)
        if len(prose_of(text.fiche)) >= SHORT
    ]
    held = [f"{item.fiche.intitule}\n{item.fiche.description}" for item in read_gold(judged)] if judged else []
    near = near_any([f"{f.intitule}\n{prose_of(f)}" for f in fiches], held) if held else [False] * len(fiches)
    for fiche, is_near in zip(fiches, near, strict=True):
        if not is_near:
            yield _concept(fiche, libelles)


def _concept(fiche: Fiche, libelles: Mapping[str, str]) -> Concept:
    code = next((c for c in fiche.rome if c in libelles), None)
    agrees = code is not None and bool(fiche.extras.get("titre_coherent"))
    names = (fiche.intitule, libelles[code]) if code and agrees else (fiche.intitule,)
    return Concept(
        source=fiche.type,
        key=f"rome:{code}" if agrees else f"{fiche.type}:{fiche.id}",
        area=code or "",
        names=names,
        glosses=passages(fiche.description),
    )

"""ROME 4.0: métiers with their appellations, definition, skills and knowledge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.material.concept import Concept, passages

FILE = Path("data/rome/v4/fiches_v460.jsonl")
SKILLS = 4
"""Skills in one gloss: about as long as the definition's sentences."""


def rome_concepts(root: Path) -> Iterator[Concept]:
    """Yield one concept a métier: its appellations are its names.

    Args:
        root: folder that holds `data/`.
    """
    with (root / FILE).open(encoding="utf-8") as stream:
        for line in stream:
            yield _concept(json.loads(line))


def _concept(fiche: dict[str, Any]) -> Concept:
    names = dict.fromkeys([fiche["libelle"], *(a["long"] for a in fiche["appellations"])])
    skills = [s["libelle"] for s in (*fiche["competences"], *fiche["savoirs"])]
    lists = tuple(", ".join(skills[i : i + SKILLS]) for i in range(0, len(skills), SKILLS))
    return Concept(
        source="rome",
        key=f"rome:{fiche['code_rome']}",
        area=fiche["code_rome"],
        names=tuple(names),
        glosses=(*passages(fiche["definition"]), *lists[:8]),
    )

"""ESCO occupations and skills: French and English labels of one concept, English descriptions."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from cartography.text import genders
from training.material.concept import Concept, passages, spaced

OCCUPATIONS = Path("data/esco/occupations_fr_en.csv")
SKILLS = Path("data/esco/skills_fr_en.csv")
_SEPARATOR = re.compile(r"\s*[|\n]\s*")


def esco_concepts(root: Path) -> Iterator[Concept]:
    """Yield one concept an occupation, then one a skill.

    Args:
        root: folder that holds `data/`.
    """
    for source, path in (("esco", OCCUPATIONS), ("esco_skill", SKILLS)):
        with (root / path).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield Concept(
                    source=source,
                    key=row["conceptUri"],
                    area=row.get("isco", "") or row["label_en"].split(" ")[0],
                    names=_labels(row["label_fr"], row["alt_fr"]),
                    english=_labels(row["label_en"], row.get("alt_en", "")),
                    glosses=passages(row["description_en"], most=2),
                )


def _labels(preferred: str, others: str) -> tuple[str, ...]:
    """Return the labels, without those that another one already says with both its genders."""
    found = dict.fromkeys(spaced(label) for label in map(str.strip, [preferred, *_SEPARATOR.split(others)]) if label)
    said = {form for label in found if len(genders(label)) == 2 for form in genders(label)}
    return tuple(label for label in found if label not in said)

"""The Canadian national occupational classification: titles in both languages, aligned and by group."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from training.material.concept import Concept, spaced

GROUPS = Path("data/parallel/noc2021_titles_by_group.jsonl")
TITLES = Path("data/parallel/noc2021_titles_en_fr.tsv")


def noc_titles(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (French, English) titles that translate each other.

    Args:
        root: folder that holds `data/`.
    """
    with (root / TITLES).open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) == 2 and all(row):
                yield spaced(row[1]), row[0]


def noc_concepts(root: Path) -> Iterator[Concept]:
    """Yield one concept a group of occupations: all its titles.

    Args:
        root: folder that holds `data/`.
    """
    with (root / GROUPS).open(encoding="utf-8") as stream:
        for line in stream:
            group = json.loads(line)
            names = tuple(spaced(title) for title in group["titles_fr"])
            yield Concept("noc", f"noc:{group['code']}", group["code"], names, tuple(group["titles_en"]))

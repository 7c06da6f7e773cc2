"""ONISEP job sheets: names in both genders, the ROME métier they go to, long clear prose."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.material.concept import Concept, passages

FILE = Path("data/onisep/metiers.jsonl")
FIELDS = ("présentation", "nature_du_travail", "compétences_requises")


def onisep_concepts(root: Path, libelles: Mapping[str, str]) -> Iterator[Concept]:
    """Yield one concept a job sheet.

    Args:
        root: folder that holds `data/`.
        libelles: ROME code → libellé; a sheet of one code has its libellé as a name.
    """
    with (root / FILE).open(encoding="utf-8") as stream:
        for line in stream:
            sheet = json.loads(line)
            romes = [code for code in sheet["romes"] if code in libelles]
            both = f"{sheet['masculin']} / {sheet['feminin']}" if sheet["masculin"] != sheet["feminin"] else ""
            names = [both or sheet["libelle"], *sheet["autres"], *(libelles[c] for c in romes if len(romes) == 1)]
            yield Concept(
                source="onisep",
                key=f"rome:{romes[0]}" if len(romes) == 1 else sheet["id"],
                area=romes[0] if romes else "",
                names=tuple(dict.fromkeys(name for name in names if name)),
                glosses=tuple(p for field in FIELDS for p in passages(sheet[field] or "", most=4)),
            )

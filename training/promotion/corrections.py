"""The records that people corrected, as test cases."""

from __future__ import annotations

from pathlib import Path

from cartography.tree import Cartographie
from training.labels.log import LABELS
from training.labels.records import load_records
from training.measure.gold import Labelled


def corrected(root: Path, tree: Cartographie, log: Path = LABELS) -> list[Labelled]:
    """Return the records whose label is a correction, or was confirmed against a doubt, and whose text is here.

    Args:
        root: folder that holds `data/`, which may be absent.
        tree: of the labels.
        log: the label log.
    """
    return [
        Labelled(
            fiche=record.fiche,
            numerique=record.label.numerique,
            familles=record.label.familles(tree),
            metiers=record.label.metiers(tree),
            postes=record.label.postes,
            source=record.text.origin,
        )
        for record in load_records(root, tree, log).records
        if record.label.passe == "correction"
    ]

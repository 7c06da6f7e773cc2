"""What the verbs that make a model are told alike."""

from __future__ import annotations

from pathlib import Path

import click

from training.labels.sources import DATA_VARIABLE, shared_root
from training.measure.cli import default_gold

GOLD = click.option(
    "--gold",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Fiches annotées à mesurer en fin de course.  [défaut : GENSCAN_DATA ou ../shared, si présent]",
)
WITH_LABELS = click.option(
    "--labels/--no-labels",
    "with_labels",
    default=True,
    show_default=True,
    help=f"Apprend aussi des fiches étiquetées ; leurs textes sont cherchés dans {DATA_VARIABLE} ou ../shared.",
)
EVERY_PUBLISHER = click.option(
    "--tous-editeurs",
    "every_publisher",
    is_flag=True,
    help="Apprend aussi des éditeurs réservés à la mesure : pour le modèle mis en service.",
)
IDEA = click.option(
    "--idee", default="", metavar="TEXTE", help="Ce que l'essai tente, en quelques mots, pour le rapport."
)
REGISTERED = click.option(
    "--register/--no-register", "registered", default=True, show_default=True, help="Enregistre le modèle dans MLflow."
)


def measured_on(gold: Path | None) -> Path | None:
    """Return the labelled file asked for, else the usual one where it is there."""
    return gold or (default_gold() if default_gold().is_file() else None)


def learnt_from(with_labels: bool) -> Path | None:
    """Return the folder of the labelled records' texts; None where labels are not asked for."""
    return shared_root() if with_labels else None

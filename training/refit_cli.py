"""The verb `train-layers`. Heavy imports wait until it runs, so that `genscan --help` stays fast."""

from __future__ import annotations

from pathlib import Path

import click

from training.labels.sources import DATA_VARIABLE, shared_root
from training.measure.cli import default_gold
from training.verbs import faults, quiet_environment

DEFAULT = Path("models/default")


@click.command("train-layers")
@click.option(
    "--modele",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=DEFAULT,
    show_default=True,
    help="Modèle dont l'encodeur et la tête sont gardés.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT,
    show_default=True,
    help="Dossier du nouveau modèle ; remplacé s'il existe.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Graine de la couche sur les mots.")
@click.option(
    "--gold",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Fiches annotées à mesurer en fin de course.  [défaut : GENSCAN_DATA ou ../shared, si présent]",
)
@click.option(
    "--labels/--no-labels",
    "with_labels",
    default=True,
    show_default=True,
    help=f"Apprend aussi des fiches étiquetées ; leurs textes sont cherchés dans {DATA_VARIABLE} ou ../shared.",
)
@click.option(
    "--tous-editeurs",
    "every_publisher",
    is_flag=True,
    help="Apprend aussi des éditeurs réservés à la mesure : pour le modèle mis en service.",
)
@click.option("--idee", default="", metavar="TEXTE", help="Ce que l'essai tente, en quelques mots, pour le rapport.")
@click.option(
    "--register/--no-register", "registered", default=True, show_default=True, help="Enregistre le modèle dans MLflow."
)
def train_layers(
    source: Path,
    output: Path,
    seed: int,
    gold: Path | None,
    with_labels: bool,
    every_publisher: bool,
    idee: str,
    registered: bool,
) -> None:
    """Réapprend en quelques minutes la couche sur les mots et la calibration d'un modèle, son encodeur inchangé."""
    quiet_environment()
    from rich.console import Console

    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from training.measure.tables import show_outcome
    from training.refit import RefitSettings, refit
    from training.tracking.runs import tracking_from_environment

    settings = RefitSettings(
        source=source,
        output=output,
        seed=seed,
        gold=gold or (default_gold() if default_gold().is_file() else None),
        data=shared_root() if with_labels else None,
        every_publisher=every_publisher,
        registered=registered,
        idea=idee,
        command=f"genscan train-layers --seed {seed}{' --tous-editeurs' if every_publisher else ''}",
    )
    console = Console(stderr=True)
    with faults():
        outcome = refit(
            settings,
            load_version(),
            load_crosswalk(),
            tracking_from_environment(),
            say=lambda stage: console.print(f"[bold]→[/] {stage}", highlight=False),
        )
    show_outcome(outcome, output)

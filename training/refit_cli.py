"""The verb `train-layers`. Heavy imports wait until it runs, so that `genscan --help` stays fast."""

from __future__ import annotations

from pathlib import Path

import click

from training.options import EVERY_PUBLISHER, GOLD, IDEA, REGISTERED, WITH_LABELS, learnt_from, measured_on
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
@GOLD
@WITH_LABELS
@EVERY_PUBLISHER
@IDEA
@REGISTERED
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
        gold=measured_on(gold),
        data=learnt_from(with_labels),
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

"""The verb `train`. Heavy imports wait until it runs, so that `genscan --help` stays fast."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.encoder.names import DEFAULT_BASE, ENCODER
from training.options import EVERY_PUBLISHER, GOLD, IDEA, REGISTERED, WITH_LABELS, learnt_from, measured_on
from training.verbs import faults, quiet_environment

if TYPE_CHECKING:
    from training.distributed import Crew
    from training.plan import RunSettings
    from training.run import Outcome

DEFAULT_OUTPUT = Path("models/default")


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="Dossier du modèle ; remplacé s'il existe.",
)
@click.option(
    "--base",
    default=None,
    help=f"Encodeur de base : nom ou dossier.  [défaut : {ENCODER}, que fait train-encoder, sinon {DEFAULT_BASE}]",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Graine de tous les tirages.")
@click.option(
    "--trainings",
    type=click.IntRange(1, 10),
    default=1,
    show_default=True,
    help="Entraînements, de graines successives, dont les poids sont moyennés.",
)
@click.option("--epochs", type=click.IntRange(1), default=6, show_default=True, help="Passages sur les fiches.")
@click.option(
    "--max-tokens", type=click.IntRange(8, 512), default=96, show_default=True, help="Jetons lus d'une fiche au plus."
)
@click.option(
    "--characters",
    type=click.IntRange(1, 4000),
    default=160,
    show_default=True,
    help="Caractères d'une description dont il apprend : les passages qui parlent du métier.",
)
@click.option(
    "--polished",
    type=click.IntRange(1, 4000),
    multiple=True,
    default=(240, 320),
    show_default=True,
    help="Caractères dont apprennent les derniers passages ; une suite de passages par longueur, poids moyennés.",
)
@click.option(
    "--served",
    type=click.IntRange(1, 4000),
    default=240,
    show_default=True,
    help="Caractères d'une description que le modèle lira.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/train"),
    show_default=True,
    help="Où l'apprentissage se garde : interrompu, le même reprend.",
)
@GOLD
@WITH_LABELS
@EVERY_PUBLISHER
@click.option(
    "--postes-retires",
    "left_out",
    type=click.IntRange(0, 50),
    default=0,
    metavar="N",
    help="N'apprend rien de N postes, puis mesure ce que leur définition seule permet ; n'est pas un modèle à servir.",
)
@click.option(
    "--encodeur-jusqu-au",
    "until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="JOUR",
    help="Des étiquettes posées après ce jour (AAAA-MM-JJ) n'apprennent que la couche sur les mots et la calibration : "
    "elles entrent dans le modèle en quelques minutes, avec l'encodeur d'avant.",
)
@IDEA
@REGISTERED
def train(
    output: Path,
    base: str | None,
    seed: int,
    trainings: int,
    epochs: int,
    max_tokens: int,
    characters: int,
    polished: tuple[int, ...],
    served: int,
    work: Path,
    gold: Path | None,
    with_labels: bool,
    every_publisher: bool,
    until: datetime | None,
    left_out: int,
    idee: str,
    registered: bool,
) -> None:
    """Entraîne le classifieur, le suit dans MLflow et écrit le modèle."""
    if left_out and output.resolve() == DEFAULT_OUTPUT.resolve():
        raise click.UsageError("--postes-retires ne remplace pas le modèle par défaut : donnez un autre --output")
    quiet_environment()
    from cartography.loading import load_version
    from training.head.settings import FineTuning
    from training.measure.left_out import choose
    from training.measure.tables import show_outcome
    from training.plan import RunSettings

    base = base or (str(ENCODER) if ENCODER.is_dir() else DEFAULT_BASE)
    command = (
        f"genscan train --base {base} --seed {seed} --trainings {trainings} --epochs {epochs} "
        f"--max-tokens {max_tokens} --characters {characters} "
        f"{' '.join(f'--polished {length}' for length in polished)} --served {served}"
        f"{' --tous-editeurs' if every_publisher else ''}"
        f"{f' --encodeur-jusqu-au {until:%Y-%m-%d}' if until else ''}"
    )
    settings = RunSettings(
        output=output,
        base=base,
        characters=characters,
        polished=polished,
        served=served,
        trainings=trainings,
        finetuning=FineTuning(seed=seed, epochs=epochs, max_tokens=max_tokens),
        work=work,
        gold=measured_on(gold),
        data=learnt_from(with_labels),
        every_publisher=every_publisher,
        until=f"{until:%Y-%m-%d}" if until else "",
        left_out=choose(load_version(), left_out),
        registered=registered,
        idea=idee,
        command=command,
    )
    with faults():
        outcome = _train(settings)
    if outcome is not None:
        show_outcome(outcome, output)


def _train(settings: RunSettings) -> Outcome | None:
    """Train, alone or with the processes that torchrun started, of which the first writes, tracks and speaks."""
    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from training.distributed import crew
    from training.plan import learn, make_plan

    with crew() as processes:
        if processes.first:
            return _run(settings, processes)
        learn(make_plan(settings, load_version(), load_crosswalk()), processes)
        return None


def _run(settings: RunSettings, processes: Crew) -> Outcome:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from training.run import run_training
    from training.tracking.runs import tracking_from_environment

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as bars:
        task = bars.add_task("pas", total=None, visible=False)

        def progress(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, visible=True)

        return run_training(
            settings,
            load_version(),
            load_crosswalk(),
            tracking_from_environment(),
            say=lambda stage: bars.console.print(f"[bold]→[/] {stage}"),
            crew=processes,
            progress=progress,
        )

"""The verb `train-encoder`. Heavy imports wait until it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from training.encoder.names import DEFAULT_BASE, ENCODER
from training.labels.sources import DATA_VARIABLE, shared_root
from training.verbs import faults, quiet_environment

if TYPE_CHECKING:
    from training.distributed import Crew
    from training.encoder.recipe import Recipe


@click.command("train-encoder")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=ENCODER,
    show_default=True,
    help="Dossier de l'encodeur (format sentence-transformers).",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/encoder/travail"),
    show_default=True,
    help="Où l'entraînement se garde : interrompu, il reprend.",
)
@click.option("--base", default=DEFAULT_BASE, show_default=True, help="Encodeur de base : nom ou dossier, un BERT.")
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Vocabulaire déjà appris (tokenizer.json).  [défaut : un nouveau]",
)
@click.option("--distil", type=click.IntRange(0), default=350, show_default=True, help="Pas de distillation.")
@click.option("--contrast", type=click.IntRange(0), default=650, show_default=True, help="Pas de contraste.")
@click.option("--batch", type=click.IntRange(32), default=640, show_default=True, help="Textes d'un pas.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine de tous les tirages.")
@click.option("--sans-suivi", is_flag=True, help="Ne suit pas l'entraînement dans MLflow.")
def train_encoder(
    output: Path,
    work: Path,
    base: str,
    tokenizer: Path | None,
    distil: int,
    contrast: int,
    batch: int,
    seed: int,
    sans_suivi: bool,
) -> None:
    """Entraîne l'encodeur : vocabulaire français, distillation, contraste ; suit l'entraînement dans MLflow."""
    quiet_environment()
    from training.encoder.recipe import Recipe

    recipe = Recipe(base=base, tokenizer=tokenizer, distil=distil, contrast=contrast, batch=batch, seed=seed)
    from training.distributed import crew

    with faults(), crew() as processes:
        run = _run(recipe, work, output, processes, tracked=not sans_suivi)
        first = processes.first
    if not first:
        return
    click.echo(f"Encodeur écrit dans {output} ; `genscan train` en part, `genscan melo --bundle` mesure le modèle.")
    if run:
        click.echo(f"MLflow : essai {run}")


def _run(recipe: Recipe, work: Path, output: Path, processes: Crew, *, tracked: bool) -> str | None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from training.encoder.run import run_encoder
    from training.tracking.runs import tracking_from_environment

    root = shared_root()
    if not (root / "data").is_dir():
        message = f"{root}/data : sources absentes ; donnez leur dossier par {DATA_VARIABLE}"
        raise click.UsageError(message)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[losses]}"),
        TimeRemainingColumn(),
    )
    losses: dict[str, float] = {}
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=Console(stderr=True, quiet=not processes.first)) as bars:

        def progress(stage: str, step: int, steps: int, task: str, loss: float) -> None:
            losses[task] = 0.9 * losses.get(task, loss) + 0.1 * loss
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=steps, losses="")
            said = " ".join(f"{name} {value:.2f}" for name, value in losses.items())
            bars.update(tasks[stage], completed=step, losses=said)

        return run_encoder(
            recipe,
            root,
            work,
            output,
            tracking_from_environment() if tracked else None,
            command=_command(recipe),
            crew=processes,
            say=lambda stage: bars.console.print(f"[bold]→[/] {stage}"),
            told=progress,
        )


def _command(recipe: Recipe) -> str:
    return (
        f"genscan train-encoder --base {recipe.base} --distil {recipe.distil} --contrast {recipe.contrast} "
        f"--batch {recipe.batch} --seed {recipe.seed}{f' --tokenizer {recipe.tokenizer}' if recipe.tokenizer else ''}"
    )

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
def train_encoder(
    output: Path, work: Path, base: str, tokenizer: Path | None, distil: int, contrast: int, batch: int, seed: int
) -> None:
    """Entraîne l'encodeur : vocabulaire français, distillation, contraste."""
    quiet_environment()
    from training.encoder.recipe import Recipe

    recipe = Recipe(base=base, tokenizer=tokenizer, distil=distil, contrast=contrast, batch=batch, seed=seed)
    from training.distributed import crew

    with faults(), crew() as processes:
        _run(recipe, work, output, processes)
        first = processes.first
    if not first:
        return
    click.echo(f"Encodeur écrit dans {output} ; `genscan train` en part, `genscan melo --bundle` mesure le modèle.")


def _run(recipe: Recipe, work: Path, output: Path, processes: Crew) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from training.encoder.recipe import make_encoder

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

        make_encoder(
            recipe,
            root,
            work,
            output,
            crew=processes,
            say=lambda stage: bars.console.print(f"[bold]→[/] {stage}"),
            progress=progress,
        )

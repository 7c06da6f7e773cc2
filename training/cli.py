"""The verbs `train` and `evaluate`. Heavy imports wait until a verb runs, so that `genscan --help` stays fast."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartography.errors import GenscanError
from models.layout import RomePrior
from training.labels.sources import DATA_VARIABLE, shared_root

if TYPE_CHECKING:
    from training.measure.evaluation import Report
    from training.run import Outcome, RunSettings

GOLD = Path("gold/dev.jsonl")


class Refused(click.ClickException):
    """An expected fault: one line on stderr, exit code 1."""

    def show(self, file: object = None) -> None:
        """Write the line."""
        del file
        click.echo(f"Erreur : {self.format_message()}", err=True)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except GenscanError as error:
        raise Refused(error.message) from error


def default_gold() -> Path:
    """Return where the labelled records are looked for: `$GENSCAN_DATA`, else `../shared` beside the repository."""
    return shared_root() / GOLD


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("models/default"),
    show_default=True,
    help="Dossier du modèle ; remplacé s'il existe.",
)
@click.option("--base", default="all-MiniLM-L6-v2", show_default=True, help="Encodeur de base : nom ou dossier.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine de la tête linéaire.")
@click.option("--epochs", type=click.IntRange(1), default=100, show_default=True, help="Époques au plus.")
@click.option(
    "--max-tokens", type=click.IntRange(8, 8192), default=128, show_default=True, help="Jetons lus d'un texte."
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/cache"),
    show_default=True,
    help="Vecteurs gardés d'un essai à l'autre.",
)
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
    "--register/--no-register", "registered", default=True, show_default=True, help="Enregistre le modèle dans MLflow."
)
def train(
    output: Path,
    base: str,
    seed: int,
    epochs: int,
    max_tokens: int,
    cache: Path,
    gold: Path | None,
    with_labels: bool,
    registered: bool,
) -> None:
    """Entraîne le classifieur, le suit dans MLflow et écrit le modèle."""
    _environment()
    from training.head.linear import HeadSettings
    from training.measure.tables import show_outcome
    from training.run import RunSettings

    found = gold or (default_gold() if default_gold().is_file() else None)
    command = f"genscan train --base {base} --seed {seed} --epochs {epochs} --max-tokens {max_tokens}"
    settings = RunSettings(
        output=output,
        base=base,
        max_tokens=max_tokens,
        head=HeadSettings(seed=seed, epochs=epochs),
        cache=cache,
        gold=found,
        data=shared_root() if with_labels else None,
        registered=registered,
        command=command,
    )
    with _faults():
        outcome = _train(settings)
    show_outcome(outcome, output)


def _train(settings: RunSettings) -> Outcome:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from training.run import run_training
    from training.tracking.runs import tracking_from_environment

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as bars:
        task = bars.add_task("textes", total=None, visible=False)

        def progress(done: int, total: int) -> None:
            bars.update(task, advance=done, total=total, visible=True)

        return run_training(
            settings,
            load_version(),
            load_crosswalk(),
            tracking_from_environment(),
            say=lambda stage: bars.console.print(f"[bold]→[/] {stage}"),
            progress=progress,
        )


@click.command()
@click.argument("fichier", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Dossier du modèle.  [défaut : le modèle embarqué]",
)
@click.option("--rome/--no-rome", default=True, show_default=True, help="Tient compte des codes ROME des fiches.")
@click.option("--rome-strength", type=click.FloatRange(0), default=None, help="Force de l'a priori ROME.")
@click.option("--draws", type=click.IntRange(1), default=1000, show_default=True, help="Tirages du bootstrap.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine du bootstrap.")
def evaluate(
    fichier: Path | None, bundle: Path | None, rome: bool, rome_strength: float | None, draws: int, seed: int
) -> None:
    """Mesure un modèle sur les fiches annotées de FICHIER (JSON Lines)."""
    path = fichier or default_gold()
    if not path.is_file():
        message = f"{path} : fiches annotées absentes ; donnez FICHIER ou la variable {DATA_VARIABLE}"
        raise click.UsageError(message)
    strength = rome_strength if rome else 0.0
    from training.measure.tables import show_report

    with _faults():
        show_report(_evaluate(path, bundle, strength, draws, seed))


def _evaluate(path: Path, directory: Path | None, strength: float | None, draws: int, seed: int) -> Report:
    from dataclasses import replace

    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from models.bundle import DEFAULT_BUNDLE, load_bundle, read_manifest
    from models.classifier import Classifier
    from training.measure.evaluation import evaluate as measure
    from training.measure.gold import read_gold

    labelled = read_gold(path)
    directory = directory or DEFAULT_BUNDLE
    cartographie = load_version(read_manifest(directory).cartographie.version)
    bundle = load_bundle(directory, cartographie)
    if strength is not None:
        prior = RomePrior(strength=strength, floor=bundle.calibration.rome.floor)
        bundle = replace(bundle, calibration=bundle.calibration.model_copy(update={"rome": prior}))
    return measure(Classifier(bundle, cartographie, load_crosswalk()), labelled, draws=draws, seed=seed)


@click.command()
@click.argument("dossier", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Dossier du modèle.  [défaut : le modèle embarqué]",
)
def melo(dossier: Path | None, bundle: Path | None) -> None:
    """Mesure l'encodeur sur MELO, tâche française : appellations ROME à relier aux libellés ESCO."""
    from cartography.loading import load_version
    from models.bundle import DEFAULT_BUNDLE, load_bundle, read_manifest
    from training.measure.melo import FOLDER, measure_melo, read_melo

    with _faults():
        task = read_melo(dossier or shared_root() / FOLDER)
        directory = bundle or DEFAULT_BUNDLE
        tree = load_version(read_manifest(directory).cartographie.version)
        figures = measure_melo(task, load_bundle(directory, tree).encoder.encode)
    click.echo(f"MELO-fra, {figures.queries} requêtes : MAP {figures.map:.3f}, premier juste {figures.first:.3f}")


def _environment() -> None:
    """Keep MLflow and tokenizers from talking to the network or over the progress bar."""
    for name, value in (
        ("MLFLOW_DISABLE_TELEMETRY", "true"),
        ("GIT_PYTHON_REFRESH", "quiet"),
        ("TOKENIZERS_PARALLELISM", "true"),
        ("TQDM_DISABLE", "1"),
        ("MLFLOW_LOGGING_LEVEL", "WARNING"),
    ):
        os.environ.setdefault(name, value)

"""The verb `bench`. Heavy imports wait until it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from training.labels.sources import DATA_VARIABLE, shared_root
from training.verbs import faults, quiet_environment

RECORDS = Path("data/offres/offres.jsonl")
KEPT = Path("var/train/fp32.onnx")
"""Where `genscan train` leaves the last fp32 graph."""

STAGES, COMPARED, ALONE = 1_500, 2_000, 100
"""Records whose stages are timed, whose answers are compared with fp32's, and that are answered alone."""


@click.command()
@click.argument("fichier", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Dossier du modèle.  [défaut : le modèle embarqué]",
)
@click.option("--fiches", type=click.IntRange(1), default=6_000, show_default=True, help="Fiches classées.")
@click.option("--textes", type=click.IntRange(1), default=96, show_default=True, help="Dont lues par l'ordinaire.")
@click.option("--tours", type=click.IntRange(1), default=3, show_default=True, help="Mesures de chacun, en alternance.")
@click.option(
    "--fp32",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help=f"Graphe fp32 du modèle.  [défaut : {KEPT}, s'il y est]",
)
def bench(fichier: Path | None, bundle: Path | None, fiches: int, textes: int, tours: int, fp32: Path | None) -> None:
    """Mesure le débit de `genscan classify` sur FICHIER (JSON Lines), à côté d'un classifieur ordinaire.

    Puis où va le temps, la mémoire, et ce que la quantification change aux réponses.
    """
    source = fichier or shared_root() / RECORDS
    if not source.is_file():
        raise click.UsageError(f"{source} : fiches absentes ; donnez FICHIER ou la variable {DATA_VARIABLE}")
    exact = fp32 or (KEPT if KEPT.is_file() else None)
    quiet_environment()
    with faults(), tempfile.TemporaryDirectory(prefix="genscan-bench-") as work:
        _bench(source, bundle, exact, (fiches, textes, tours), Path(work))


def _bench(source: Path, directory: Path | None, exact: Path | None, sizes: tuple[int, int, int], work: Path) -> None:
    from rich.console import Console

    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from models.bundle import DEFAULT_BUNDLE, load_bundle, read_manifest
    from models.classifier import Classifier
    from training.encoder.base import load_base
    from training.measure.bench.comparison import compare_speed, fiches_of, head_of
    from training.measure.bench.fidelity import compare_with_exact, depend_on_batch
    from training.measure.bench.plain import Plain
    from training.measure.bench.stages import measure_stages
    from training.measure.bench.table import show_fidelity, show_speed, show_stages

    records, texts, rounds = sizes
    console = Console()
    directory = directory or DEFAULT_BUNDLE
    tree = load_version(read_manifest(directory).cartographie.version)
    crosswalk = load_crosswalk()
    classifier = Classifier(load_bundle(directory, tree), tree, crosswalk)
    head = work / "fiches.jsonl"
    head_of(source, head, records)

    def say(said: str) -> None:
        console.print(f"[bold]→[/] {said}")

    say("classifieur ordinaire")
    plain = Plain.learn(load_base(), classifier.bundle.references)
    show_speed(compare_speed(plain, head, directory, texts, rounds, work, say), console)
    say("étapes")
    show_stages(measure_stages(classifier, crosswalk, head, STAGES, work / "etapes.jsonl"), console)
    say("fidélité")
    fidelity = compare_with_exact(classifier, directory, exact, fiches_of(head, COMPARED)) if exact else None
    alone = fiches_of(head, ALONE)
    show_fidelity(fidelity, depend_on_batch(classifier, alone), len(alone), console)

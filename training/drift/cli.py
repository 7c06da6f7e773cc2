"""The verb `drift`. Heavy imports wait until it runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.verbs import faults, quiet_environment

if TYPE_CHECKING:
    from models.classifier import Classifier
    from training.drift.measures import Comparison

_COLOURS = {"stable": "green", "à surveiller": "yellow", "a bougé": "red", "non mesuré": "dim"}
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("avant", type=_FILE)
@click.argument("apres", type=_FILE)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FICHIER",
    help="Page HTML à écrire ; remplacée si elle existe.",
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Dossier du modèle.  [défaut : le modèle embarqué]",
)
def drift(avant: Path, apres: Path, output: Path, bundle: Path | None) -> None:
    """Dit ce qui a bougé d'un lot de fiches à un autre : familles, niveaux, sûreté, longueurs, mots.

    AVANT et APRES sont des fiches, dans un format quelconque, ou des réponses de `genscan classify`.
    """
    quiet_environment()
    from cartography.files import write_atomic
    from training.drift.measures import compare
    from training.drift.page import render
    from training.drift.source import profile_of

    with faults():
        if any(output.exists() and output.samefile(read) for read in (avant, apres)):
            raise click.UsageError(f"{output} : la sortie remplacerait un fichier à lire")
        classifier = _classifier(bundle)
        found = compare(profile_of(avant, classifier), profile_of(apres, classifier))
        page = render(found, classifier.bundle.manifest.version, datetime.now())
        write_atomic(output, page.encode("utf-8", "replace"))
    show(found)
    click.echo(f"{output} : {output.stat().st_size / 1e3:.0f} ko", err=True)


def _classifier(bundle: Path | None) -> Classifier:
    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from models.bundle import DEFAULT_BUNDLE, load_bundle, read_manifest
    from models.classifier import Classifier

    directory = bundle or DEFAULT_BUNDLE
    tree = load_version(read_manifest(directory).cartographie.version)
    return Classifier(load_bundle(directory, tree), tree, load_crosswalk())


def show(found: Comparison) -> None:
    """Say in the terminal what the page says of each measure."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from training.drift.page import told

    table = Table("", "Indice", "Valeur", "Hasard", "Seuils", "Verdict", box=None)
    for column in table.columns[2:5]:
        column.justify = "right"
    for measure in found.measures:
        verdict = Text(measure.verdict, style=_COLOURS[measure.verdict])
        table.add_row(measure.name, measure.index, *told(measure), verdict)
    console = Console()
    for batch in (found.old, found.new):
        wrong = f", {batch.errors} illisibles" if batch.errors else ""
        console.print(f"{batch.name} : {batch.records} fiches{wrong}", highlight=False, markup=False, soft_wrap=True)
    console.print(table)

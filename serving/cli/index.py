"""`genscan index`: build and describe the search index of a catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from cartography.fiche import FicheType
from cartography.files import writing
from models.generations import current
from models.index import FILES, build_index, open_index
from serving.cli.options import expand, inputs, records
from serving.cli.progress import meter
from serving.engine import load_classifier
from serving.settings import load_settings


@click.group(short_help="Construit ou décrit un index.", subcommand_metavar="VERBE [ARGUMENTS]…")
def index() -> None:
    """Construit et décrit l'index de recherche d'un catalogue."""


@index.command(short_help="Construit un index.")
@inputs
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DOSSIER",
    help="Dossier de l'index.",
)
def build(files: tuple[Path, ...], format_name: str | None, default_type: FicheType | None, output: Path) -> None:
    """Encode, classe et range les fiches ; l'index en place est remplacé d'un coup, à la fin."""
    classifier = load_classifier(load_settings())
    paths = expand(files, output)
    with meter("Index", paths) as bar, writing(output):
        report = build_index(
            records(paths, format_name, default_type, bar.bytes_read),
            output,
            classifier,
            progress=bar.records_done,
            allow_empty=False,
        )
    types = ", ".join(f"{count} {kind}s" for kind, count in sorted(report.types.items()))
    click.echo(f"{output} : {report.stored} fiches ({types or 'aucune'}), {report.errors} erreurs", err=True)
    folder = current(output)
    if report.errors and folder is not None:
        click.echo(f"erreurs, une par ligne : {folder / FILES.errors}", err=True)
    if report.replaced:
        click.echo(f"{report.replaced} fiches remplacées par une plus récente de même type et même id", err=True)


@index.command(short_help="Décrit un index.")
@click.argument("directory", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))
def info(directory: Path) -> None:
    """Dit ce que contient un index et avec quoi il a été fait."""
    opened = open_index(directory, load_classifier(load_settings()).bundle)
    click.echo(opened.manifest.model_dump_json(indent=1))

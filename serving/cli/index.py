"""`genscan index`: build and describe the search index of a catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from cartography.fiche import FicheType
from models.index import build_index, open_index
from serving.cli.options import expand, inputs, records
from serving.cli.progress import meter
from serving.engine import load_classifier
from serving.settings import load_settings


@click.group()
def index() -> None:
    """Construit et décrit l'index de recherche d'un catalogue."""


@index.command()
@inputs
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="Dossier.")
def build(files: tuple[Path, ...], format_name: str | None, default_type: FicheType | None, output: Path) -> None:
    """Encode, classe et range les fiches ; l'index en place est remplacé d'un coup, à la fin."""
    classifier = load_classifier(load_settings())
    paths = expand(files)
    with meter("Index", paths) as bar:
        report = build_index(
            records(paths, format_name, default_type, bar.bytes_read), output, classifier, progress=bar.records_done
        )
    types = ", ".join(f"{count} {kind}s" for kind, count in sorted(report.types.items()))
    click.echo(f"{output} : {report.stored} fiches ({types or 'aucune'}), {report.errors} erreurs", err=True)
    if report.replaced:
        click.echo(f"{report.replaced} fiches remplacées par une plus récente de même type et même id", err=True)


@index.command()
@click.argument("directory", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))
def info(directory: Path) -> None:
    """Dit ce que contient un index et avec quoi il a été fait."""
    opened = open_index(directory, load_classifier(load_settings()).bundle)
    click.echo(opened.manifest.model_dump_json(indent=1))

"""`genscan index`: build and describe the search index of a catalogue."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import click

from cartography.errors import RecordError
from cartography.fiche import Fiche, FicheType
from cartography.files import writing
from models.search import live
from models.search.build import BATCH, build_index
from models.search.generations import current
from models.search.index import FILES, open_index
from models.search.live import Change
from serving.cli.options import expand, inputs, records
from serving.cli.progress import meter
from serving.model import load_classifier
from serving.settings import load_settings

DIRECTORY = click.Path(file_okay=False, path_type=Path)


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


@index.command(short_help="Ajoute ou remplace des fiches.")
@inputs
@click.option("--index", "directory", type=DIRECTORY, required=True, metavar="DOSSIER", help="Dossier de l'index.")
def upsert(files: tuple[Path, ...], format_name: str | None, default_type: FicheType | None, directory: Path) -> None:
    """Range des fiches dans un index, à la place de celles de mêmes type et id ; un service qui l'a ouvert les voit."""
    classifier = load_classifier(load_settings())
    paths = expand(files)
    total, errors = Change(), list[RecordError]()
    with meter("Index", paths) as bar, writing(directory):
        stream = records(paths, format_name, default_type, bar.bytes_read)
        while batch := list(islice(stream, BATCH)):
            errors += [record for record in batch if isinstance(record, RecordError)]
            change = live.upsert(directory, [r for r in batch if isinstance(r, Fiche)], classifier)
            total = Change(total.new + change.new, total.replaced + change.replaced)
            bar.records_done(len(batch))
    for error in errors:
        click.echo(json.dumps(error.as_json(), ensure_ascii=False))
    click.echo(
        f"{directory} : {total.new} fiches nouvelles, {total.replaced} remplacées, {len(errors)} erreurs", err=True
    )


@index.command(short_help="Retire des fiches.")
@click.argument("ids", nargs=-1, required=True, metavar="TYPE/ID…")
@click.option("--index", "directory", type=DIRECTORY, required=True, metavar="DOSSIER", help="Dossier de l'index.")
def delete(ids: tuple[str, ...], directory: Path) -> None:
    """Retire des fiches d'un index, chacune nommée formation/ID ou offre/ID."""
    keys = [_key(name) for name in ids]
    with writing(directory):
        change = live.delete(directory, keys, load_classifier(load_settings()))
    click.echo(f"{directory} : {change.removed} fiches retirées sur {len(keys)}", err=True)


def _key(name: str) -> tuple[str, str]:
    kind, slash, fiche_id = name.partition("/")
    if kind not in ("formation", "offre") or not slash or not fiche_id:
        raise click.BadParameter(f"{name!r} : formation/ID ou offre/ID attendu", param_hint="TYPE/ID")
    return kind, fiche_id


@index.command(short_help="Range l'index après de nombreux changements.")
@click.argument("directory", metavar="DOSSIER", type=DIRECTORY)
def compact(directory: Path) -> None:
    """Réécrit un index sans ce qui en a été retiré ; un service qui l'a ouvert passe à la nouvelle génération."""
    with meter("Index", []) as bar, writing(directory):
        count = live.compact(directory, load_classifier(load_settings()), progress=bar.records_done)
    click.echo(f"{directory} : {count} fiches", err=True)


@index.command(short_help="Décrit un index.")
@click.argument("directory", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))
def info(directory: Path) -> None:
    """Dit ce que contient un index et avec quoi il a été fait."""
    opened = open_index(directory, load_classifier(load_settings()).bundle)
    now = {"version": opened.state, "count": opened.count, "types": opened.types}
    click.echo(json.dumps(opened.manifest.model_dump() | now, ensure_ascii=False, indent=1))

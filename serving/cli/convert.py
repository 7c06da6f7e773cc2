"""`genscan convert`: any known format → JSON Lines records."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cartography.errors import RecordError
from cartography.fiche import FicheType
from cartography.files import atomic_writer, writing
from serving.cli.options import expand, inputs, output_file, records
from serving.cli.progress import meter


@click.command(short_help="Convertit des fiches en JSON Lines.")
@inputs
@output_file("Fiches, en JSON Lines.")
def convert(files: tuple[Path, ...], format_name: str | None, default_type: FicheType | None, output: Path) -> None:
    """Convertit LHÉO, France Travail, ONISEP, RNCP, Mon Compte Formation, CSV… en JSON Lines.

    Une fiche illisible devient une ligne {"id", "erreur"} à sa place.
    """
    paths = expand(files, output)
    count = errors = 0
    with meter("Conversion", paths) as bar, writing(output), atomic_writer(output) as sink:
        for record in records(paths, format_name, default_type, bar.bytes_read):
            errors += isinstance(record, RecordError)
            count += 1
            sink.write((json.dumps(record.as_json(), ensure_ascii=False) + "\n").encode())
            bar.records_done(1)
    click.echo(f"{output} : {count - errors} fiches, {errors} erreurs", err=True)

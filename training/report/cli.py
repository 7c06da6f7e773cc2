"""The verb `report`. Heavy imports wait until it runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.verbs import faults, quiet_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.report.history import Run


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FICHIER",
    help="Page HTML à écrire ; remplacée si elle existe.",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FICHIER",
    help="Écrit aussi la courte table des essais, en Markdown.",
)
@click.option("--essai", default="", metavar="ID", help="Essai à regarder de près.  [défaut : le plus récent]")
def report(output: Path, table: Path | None, essai: str) -> None:
    """Écrit une page HTML, sans rien d'extérieur, sur tous les essais suivis dans MLflow."""
    quiet_environment()
    from cartography.files import write_atomic
    from cartography.loading import load_version
    from training.report.history import read_runs
    from training.report.ideas import ideas
    from training.report.page import render
    from training.tracking.runs import tracking_from_environment

    with faults():
        runs = read_runs(tracking_from_environment())
        page = render(runs, choose(runs, essai), load_version(), datetime.now())
        output.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(output, page.encode())
        if table is not None:
            table.parent.mkdir(parents=True, exist_ok=True)
            before = table.read_text(encoding="utf-8") if table.is_file() else ""
            write_atomic(table, ideas(runs, before).encode())
    click.echo(f"{output} : {len(runs)} essais, {output.stat().st_size / 1e3:.0f} ko", err=True)


def choose(runs: Sequence[Run], asked: str) -> Run:
    """Return the run to look at closely: the one asked for, else the latest that kept findings, else the latest.

    Raises:
        click.UsageError: none has this identifier, or several do.
    """
    if not asked:
        return next((run for run in runs if run.findings), runs[0])
    found = [run for run in runs if run.id.startswith(asked)]
    if len(found) != 1:
        raise click.UsageError(f"--essai {asked} : {len(found)} essais ont cet identifiant")
    return found[0]

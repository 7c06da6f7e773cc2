"""`genscan transfer`: counts kept by ROME, transferred to the cartographie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from cartography.crosswalk import HORS, Crosswalk, load_crosswalk
from cartography.fiche import Fiche, FicheType
from cartography.loading import load_version
from cartography.transfer import UNKNOWN, Count, Niveau, transfer
from cartography.tree import Cartographie, Node
from serving.cli.options import expand, inputs, records
from serving.cli.progress import Meter, meter
from serving.cli.terminal import Screen

UNCODED = ""
"""Coding of the records that have none: ROME does not know it, so that they are counted apart."""


@click.command(name="transfer", short_help="Transfère des comptes par ROME.")
@inputs
@click.option(
    "--niveau",
    type=click.Choice(["famille", "metier", "poste"]),
    default="famille",
    show_default=True,
    metavar="NOM",
    help="famille, metier ou poste.",
)
def transfer_command(
    files: tuple[Path, ...], format_name: str | None, default_type: FicheType | None, niveau: Niveau
) -> None:
    """Compte les fiches par leur codage ROME et transfère ces comptes à la cartographie, sans en perdre ni doubler.

    Une fiche compte par son appellation si ROME la connaît, sinon par son premier code connu.
    """
    crosswalk, tree = load_crosswalk(), load_version()
    paths = expand(files)
    with meter("Comptage", paths) as bar:
        counts, errors = _counts(records(paths, format_name, default_type, bar.bytes_read), crosswalk, bar)
    shown = _table(transfer(counts, crosswalk, tree, niveau), tree, niveau)
    Screen().print(shown)
    if errors:
        click.echo(f"fiches illisibles, non comptées : {errors} (`genscan convert` les montre)", err=True)


def _counts(stream: Iterable[Any], crosswalk: Crosswalk, bar: Meter) -> tuple[list[Count], int]:
    """Return the counts, and how many records could not be read."""
    units: dict[str, int] = {}
    errors = 0
    for record in stream:
        if isinstance(record, Fiche):
            coding = _coding(record, crosswalk)
            units[coding] = units.get(coding, 0) + 1
        else:
            errors += 1
        bar.records_done(1)
    return [Count(coding, count) for coding, count in units.items()], errors


def _coding(fiche: Fiche, crosswalk: Crosswalk) -> str:
    appellation = crosswalk.rome.appellation(fiche.appellation) if fiche.appellation else None
    if appellation is not None:
        return appellation.ogr
    return next((code for code in fiche.rome if crosswalk.rome.code(code).libelle), UNCODED)


def _table(counts: dict[tuple[str, ...], int], tree: Cartographie, niveau: Niveau) -> Table:
    table = Table(niveau.capitalize(), "Fiches", "Part du numérique", box=None)
    table.columns[1].justify = table.columns[2].justify = "right"
    digital = sum(n for (node,), n in counts.items() if node not in (HORS, UNKNOWN))
    for label, node in _nodes(tree, niveau):
        count = counts.get((node,), 0)
        if count or niveau == "famille":
            table.add_row(label, str(count), f"{count / digital:.1%}" if digital else "")
    table.add_row("[dim]hors cartographie[/]", str(counts.get((HORS,), 0)), "")
    table.add_row("[dim]sans codage connu[/]", str(counts.get((UNKNOWN,), 0)), "")
    table.add_row("[bold]total[/]", str(sum(counts.values())), "")
    return table


def _nodes(tree: Cartographie, niveau: Niveau) -> Iterator[tuple[str, str]]:
    levels: dict[Niveau, Sequence[Node]] = {
        "famille": tree.familles,
        "metier": tree.metiers,
        "poste": tree.postes,
    }
    for node in levels[niveau]:
        yield node.libelle, node.id

"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from cartography.fiche import FicheType
from cartography.readers import FORMATS, Record, read_records

F = TypeVar("F", bound=Callable[..., Any])


def inputs(command: F) -> F:
    """Add the input files, `--format` and `--type`."""
    for decorate in (
        click.option(
            "--type",
            "default_type",
            type=click.Choice(["formation", "offre"]),
            help="Type des fiches qui ne le disent pas.",
        ),
        click.option(
            "--format",
            "format_name",
            type=click.Choice(list(FORMATS)),
            help="Format des fichiers ; reconnu d'après leur contenu par défaut.",
        ),
        click.argument(
            "files", nargs=-1, required=True, metavar="FICHIER…", type=click.Path(exists=True, path_type=Path)
        ),
    ):
        command = decorate(command)
    return command


def expand(files: Sequence[Path]) -> list[Path]:
    """Return the files, a folder being replaced by the files in it, sorted by name."""
    return [
        file
        for path in files
        for file in (sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path])
    ]


def records(
    files: Sequence[Path],
    format_name: str | None,
    default_type: FicheType | None,
    on_bytes: Callable[[int], Any] | None = None,
) -> Iterator[Record]:
    """Yield the records of every file in order."""
    for file in files:
        yield from read_records(file, format=format_name, default_type=default_type, on_bytes=on_bytes)

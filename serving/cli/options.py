"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from cartography.errors import GenscanError
from cartography.fiche import FicheType
from cartography.readers import FORMATS, Record, read_records
from serving.batch import Partial

F = TypeVar("F", bound=Callable[..., Any])


def inputs(command: F, *, present: bool = True) -> F:
    """Add the input files, which must be there unless `present` is False, `--format` and `--type`."""
    for decorate in (
        click.option(
            "--type",
            "default_type",
            type=click.Choice(["formation", "offre"]),
            metavar="formation|offre",
            help="Type des fiches qui ne le disent pas.",
        ),
        click.option(
            "--format",
            "format_name",
            type=click.Choice(list(FORMATS)),
            metavar="NOM",
            help=f"Format des fichiers ({', '.join(FORMATS)}) ; reconnu d'après leur contenu par défaut.",
        ),
        click.argument(
            "files", nargs=-1, required=True, metavar="FICHIER…", type=click.Path(exists=present, path_type=Path)
        ),
    ):
        command = decorate(command)
    return command


def output_file(said: str, *, required: bool = True) -> Callable[[F], F]:
    """Return the `-o` of a verb that writes one file; `said` is its help."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        required=required,
        metavar="FICHIER",
        help=said,
    )


def expand(files: Sequence[Path], output: Path | None = None) -> list[Path]:
    """Return the files, a folder being replaced by the files in it, sorted by name.

    Hidden files of a folder are left out, and what the command itself writes there: else a second run would read the
    answers of the first.

    Args:
        files: what the person named.
        output: the file or directory that will be written.

    Raises:
        GenscanError: a folder holds nothing, or a named file would be replaced by the command's own output.
    """
    found: list[Path] = []
    for path in files:
        inside = _inside(path, output) if path.is_dir() else [path]
        if not inside:
            raise GenscanError("dossier_vide", f"{path} : aucun fichier à lire dans ce dossier")
        found += inside
    if output is not None:
        refuse_overwriting(found, output)
    return found


def _inside(folder: Path, output: Path | None) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and not (output is not None and _written_by(path, output))
    )


def _written_by(path: Path, output: Path) -> bool:
    partial = Partial(output)
    ours = [p.resolve() for p in (output, partial.data, partial.state)]
    return path.resolve() in ours or output.resolve() in path.resolve().parents


def refuse_overwriting(files: Sequence[Path], output: Path) -> None:
    """Refuse an output that is one of the inputs.

    Raises:
        GenscanError: names it.
    """
    if output.exists() and any(file.samefile(output) for file in files):
        raise GenscanError("sortie_est_une_entree", f"{output} : la sortie remplacerait un fichier à lire")


def records(
    files: Sequence[Path],
    format_name: str | None,
    default_type: FicheType | None,
    on_bytes: Callable[[int], Any] | None = None,
) -> Iterator[Record]:
    """Yield the records of every file in order."""
    for file in files:
        yield from read_records(file, format=format_name, default_type=default_type, on_bytes=on_bytes)

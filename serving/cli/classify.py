"""`genscan classify`: files of records → JSON Lines of answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
from rich.table import Table

from cartography.fiche import FicheType
from serving.batch import Tally, classify_to_file, fingerprint
from serving.cli.options import expand, inputs, output_file, records
from serving.cli.progress import meter
from serving.cli.terminal import Screen
from serving.model import load_classifier
from serving.settings import load_settings


@click.command(short_help="Classe des fiches.")
@partial(inputs, present=False)
@output_file("Réponses, en JSON Lines.", required=False)
@click.option(
    "--top-k",
    type=click.IntRange(1, 107),
    default=5,
    show_default=True,
    metavar="N",
    help="Postes candidats.",
)
@click.option("--mots", is_flag=True, help="Donne aussi les mots qui ont le plus pesé ; dix à quarante fois plus lent.")
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="spark : ENTRÉE SORTIE, deux dossiers de JSON Lines ou de Parquet, sur un ou plusieurs serveurs.",
)
@click.pass_context
def classify(
    ctx: click.Context,
    files: tuple[Path, ...],
    format_name: str | None,
    default_type: FicheType | None,
    output: Path | None,
    top_k: int,
    mots: bool,
    engine: str,
) -> None:
    """Classe chaque fiche : une réponse ou une erreur par fiche, dans l'ordre.

    Interrompue, la même commande reprend où elle s'est arrêtée.
    """
    if engine == "spark":
        if mots or format_name:
            raise click.UsageError("--engine spark ne connaît ni --mots ni --format")
        _with_spark(files, output, top_k, default_type)
        return
    if output is None:
        raise click.MissingParameter(ctx=ctx, param=next(p for p in ctx.command.params if p.name == "output"))
    _check_present(ctx, files)
    classifier = load_classifier(load_settings())
    paths = expand(files, output)
    options = {"top_k": top_k, "mots": mots, "format": format_name, "default_type": default_type}
    mark = fingerprint(paths, modele=classifier.versions, **options)
    start = time.monotonic()
    with meter("Classement", paths) as bar:
        try:
            tally = classify_to_file(
                records(paths, format_name, default_type, bar.bytes_read),
                output,
                classifier,
                mark=mark,
                top_k=top_k,
                mots=mots,
                progress=bar.records_done,
            )
        except KeyboardInterrupt:
            click.echo(f"{bar.done} fiches faites ; la même commande reprend où elle s'est arrêtée.", err=True)
            raise
    _report(tally, output, time.monotonic() - start)


def _check_present(ctx: click.Context, files: Sequence[Path]) -> None:
    """Refuse a file that is not there, as click does where it knows that all of them are to be read."""
    param = next(p for p in ctx.command.params if p.name == "files")
    for file in files:
        click.Path(exists=True, path_type=Path).convert(file, param, ctx)


def _with_spark(files: Sequence[Path], output: Path | None, top_k: int, default_type: FicheType | None) -> None:
    named = [*files, output] if output else list(files)
    if len(named) != 2:
        raise click.UsageError("--engine spark attend deux dossiers : ENTRÉE SORTIE")
    source, target = named
    if not source.exists():
        raise click.UsageError(f"{source} : absent")
    from serving.spark import classify_folder

    count = classify_folder(source, target, top_k, default_type)
    click.echo(f"{target} : {count} réponses", err=True)


def _report(tally: Tally, output: Path, seconds: float) -> None:
    console = Screen(stderr=True)
    console.print(f"{output} : {tally.records} fiches en {seconds:.0f} s", soft_wrap=True)
    table = Table("", "Fiches", "Part", box=None)
    table.columns[1].justify = table.columns[2].justify = "right"
    answered = tally.records - tally.errors.total()

    def row(label: str, count: int, whole: int) -> None:
        table.add_row(label, str(count), f"{count / whole:.1%}" if whole else "")

    if tally.resumed:
        row("reprises de la fois précédente", tally.resumed, tally.records)
    row("réponses", answered, tally.records)
    row("hors numérique", answered - tally.numerique, answered)
    row("numériques, dont", tally.numerique, answered)
    for niveau in ("poste", "metier", "famille"):
        row(f"  sûres au niveau {niveau}", tally.niveaux[niveau], tally.numerique)
    # Out-of-scope answers have no level either: only the unsure digital ones are counted here.
    unsure = tally.niveaux["aucun"] - (answered - tally.numerique)
    row("  sûres à aucun niveau", unsure, tally.numerique)
    for famille, count in tally.familles.most_common():
        row(f"  {famille}", count, tally.numerique)
    for code, count in tally.errors.most_common():
        row(f"erreur {code}", count, tally.records)
    console.print(table)

"""The verb `corpus`: from labels and texts to a dataset with its card. Heavy imports wait until it runs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartography.loading import load_version
from training.labels.sources import DATA_VARIABLE, shared_root

if TYPE_CHECKING:
    from training.corpus.labelled import LabelledCorpus

CARD = "README.md"


@click.group()
def corpus() -> None:
    """Assemble les étiquettes et les textes en un corpus d'apprentissage."""


@corpus.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/corpus"),
    show_default=True,
    help="Dossier du corpus (datasets.DatasetDict) ; remplacé s'il existe.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help=f"Dossier qui contient data/ et gold/.  [défaut : {DATA_VARIABLE} ou ../shared]",
)
def build(output: Path, data: Path | None) -> None:
    """Construit le corpus et sa fiche ; sans données extérieures, avec les seuls textes du projet."""
    import datasets

    from training.corpus.data_card import data_card
    from training.corpus.labelled import build_labelled_corpus
    from training.labels.agreement import agreement, double_read
    from training.labels.log import LABELS, read_labels
    from training.labels.records import load_records

    datasets.disable_progress_bars()
    root = data or shared_root()
    tree = load_version()
    click.echo(f"→ étiquettes et textes ({root})", err=True)
    joined = load_records(root, tree)
    gold = root / "gold" / "dev.jsonl"
    click.echo(f"→ quasi-doublons et partage de {len(joined.records)} fiches", err=True)
    made = build_labelled_corpus(joined.records, tree, [gold] if gold.is_file() else [])
    readings = double_read(read_labels(LABELS, tree))
    card = data_card(made, joined, agreement(readings, tree), tree)
    _save(made, card, output)
    for name, split in made.splits.items():
        click.echo(f"{name} : {len(split)} fiches, {sum(split['numerique'])} numériques", err=True)
    if joined.missing or joined.changed:
        click.echo(f"sans texte ici : {joined.missing.total()} ; texte changé : {len(joined.changed)}", err=True)
    click.echo(f"{output / CARD}", err=True)


def _save(made: LabelledCorpus, card: str, output: Path) -> None:
    """Write the dataset and its card beside `output`, then put them in its place."""
    output.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    try:
        made.splits.save_to_disk(work / "nouveau")
        (work / "nouveau" / CARD).write_text(card, encoding="utf-8")
        if output.exists():
            output.rename(work / "ancien")
        (work / "nouveau").rename(output)
    finally:
        shutil.rmtree(work, ignore_errors=True)

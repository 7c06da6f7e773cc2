"""`genscan embed`: lines of text → unit vectors."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from cartography.errors import GenscanError
from cartography.files import atomic_writer, writing
from cartography.text import clean_text
from serving.cli.options import output_file, refuse_overwriting
from serving.cli.progress import meter
from serving.model import load_classifier
from serving.settings import load_settings


@click.command(short_help="Écrit les vecteurs de textes.")
@click.argument("source", metavar="TEXTES", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_file("Fichier .npy.")
def embed(source: Path, output: Path) -> None:
    """Écrit un vecteur unitaire float32 par ligne de TEXTES, avec l'encodeur de la recherche."""
    refuse_overwriting([source], output)
    try:
        lines = source.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = source.read_bytes()[: error.start].count(b"\n") + 1
        raise GenscanError("encodage_invalide", f"{source}, ligne {line} : ce n'est pas de l'UTF-8") from error
    if lines[-1] == "":
        lines.pop()
    encoder = load_classifier(load_settings()).bundle.encoder
    with meter("Vecteurs", [source]) as bar:
        vectors = encoder.encode([clean_text(line) for line in lines], progress=bar.records_done)
    with writing(output), atomic_writer(output) as sink:
        np.save(sink, vectors, allow_pickle=False)
    click.echo(f"{output} : {vectors.shape[0]} vecteurs de {vectors.shape[1]} dimensions", err=True)

"""`genscan serve`: the service on this machine."""

from __future__ import annotations

import os
import sys

import click

from serving.sample import ensure_sample_index
from serving.settings import load_settings


@click.command()
@click.option("--host", help="Adresse d'écoute (GENSCAN_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port (GENSCAN_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Lance le service : la page, l'API, les sondes et les mesures."""
    given = {"GENSCAN_HOST": host, "GENSCAN_PORT": port and str(port)}
    os.environ.update({name: value for name, value in given.items() if value})
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
    settings = load_settings()
    if settings.index is None:
        ensure_sample_index(settings)
    address = f"http://{settings.host}:{settings.port}"
    click.echo(f"genscan : page et API sur {address}  (contrat : {address}/openapi.json ; Ctrl+C pour arrêter)")
    # The service takes this process's place, so that signals reach it and no shell stands in between.
    arguments = ["serve", "serving.service:Genscan", "--host", settings.host, "--port", str(settings.port)]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "bentoml", *arguments])  # noqa: S606  fixed command, no shell

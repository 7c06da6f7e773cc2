"""`genscan serve`: the service on this machine."""

from __future__ import annotations

import os
import socket
import sys

import click

from cartography.errors import GenscanError, reason
from serving.index import ensure_sample_index
from serving.settings import load_settings


@click.command(short_help="Lance le service.")
@click.option("--host", metavar="ADRESSE", help="Adresse d'écoute (GENSCAN_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Port (GENSCAN_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Lance le service : la page, l'API, les sondes et les mesures."""
    given = {"GENSCAN_HOST": host, "GENSCAN_PORT": port and str(port)}
    os.environ.update({name: value for name, value in given.items() if value})
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
    # Each thread that asks for memory would keep a heap of its own, and what batches leave there is never given back.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    settings = load_settings()
    _check_address(settings.host, settings.port)
    if settings.index is None:
        ensure_sample_index(settings)
    address = f"http://{settings.host}:{settings.port}"
    click.echo(f"genscan : page et API sur {address}  (contrat : {address}/openapi.json ; Ctrl+C pour arrêter)")
    # The service takes this process's place, so that signals reach it and no shell stands in between.
    arguments = ["serve", "serving.service:Genscan", "--host", settings.host, "--port", str(settings.port)]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "bentoml", *arguments])  # noqa: S606  fixed command, no shell


def _check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on: the server would say it by a traceback.

    Raises:
        GenscanError: names the address and what is wrong with it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does: a port that it left a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise GenscanError("adresse_inutilisable", f"GENSCAN_HOST : {host} n'est l'adresse d'aucune machine") from error
    except OSError as error:
        message = f"GENSCAN_HOST, GENSCAN_PORT : {host}:{port} ne peut pas servir ({reason(error)})"
        raise GenscanError("adresse_inutilisable", message) from error

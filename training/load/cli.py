"""The verbs `serve-bench` and `serve-soak`. Heavy imports wait until a verb runs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.labels.sources import shared_root
from training.verbs import faults, quiet_environment

if TYPE_CHECKING:
    from training.load.service import Service

_FOLDER = click.Path(path_type=Path, file_okay=False)
_EXISTING = click.Path(path_type=Path, file_okay=False, exists=True)
_BUNDLE = click.option(
    "--bundle", type=_EXISTING, default=None, help="Dossier du modèle.  [défaut : le modèle embarqué]"
)
_INDEX = click.option(
    "--index",
    type=_EXISTING,
    default=None,
    help="Index à servir : une copie, il ne change pas.  [défaut : les formations réelles, sinon l'exemple]",
)
_WORK = click.option(
    "--work", type=_FOLDER, default=None, help="Dossier où le service écrit.  [défaut : temporaire, effacé]"
)
_JSON = click.option(
    "--json", "output", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Écrit aussi les chiffres."
)


@click.command(name="serve-bench")
@_BUNDLE
@_INDEX
@_WORK
@_JSON
@click.option("--secondes", type=click.FloatRange(1), default=60, show_default=True, help="Durée de la surcharge.")
@click.option("--tours", type=click.IntRange(0), default=5, show_default=True, help="Nombre de kill -9.")
@click.option(
    "--lot",
    type=click.IntRange(1),
    default=1_000,
    show_default=True,
    help="Fiches d'un lot, pendant les recherches et la surcharge.",
)
@click.option("--rapide", is_flag=True, help="Moins d'une minute : tout est essayé, rien n'est bien mesuré.")
@click.pass_context
def serve_bench(
    context: click.Context,
    bundle: Path | None,
    index: Path | None,
    work: Path | None,
    output: Path | None,
    secondes: float,
    tours: int,
    lot: int,
    rapide: bool,
) -> None:
    """Mesure le service en charge, sur cette machine seule : débits, délais, surcharge, mémoire, kill -9.

    Rend 1 si une écriture acquittée est perdue, ou si une réponse sort du contrat (/openapi.json).
    """
    quiet_environment()
    import asyncio
    import json

    from rich.console import Console

    from cartography.files import write_atomic
    from training.load.bench import run
    from training.load.plan import Plan
    from training.load.table import WIDTH, show

    plan = Plan(overload_s=secondes, rounds=tours, batch=lot)
    if rapide:
        plan = plan.quick()
    with faults(), _service(bundle, index, work) as service:
        report = asyncio.run(run(service, shared_root(), plan, _say))
        if output is not None:
            write_atomic(output, (json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n").encode())
        show(report, Console(width=WIDTH))
    context.exit(int(report.failed))


@click.command(name="serve-soak")
@_BUNDLE
@_INDEX
@_WORK
@_JSON
@click.option("--minutes", type=click.FloatRange(0, min_open=True), default=60, show_default=True, help="Durée.")
@click.option("--clients", type=click.IntRange(1), default=4, show_default=True, help="Clients à la fois.")
@click.option(
    "--secondes",
    type=click.FloatRange(0.1),
    default=10,
    show_default=True,
    help="Intervalle entre deux relevés de la mémoire.",
)
@click.option(
    "--pause",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    help="Secondes qu'un client laisse passer entre une réponse et sa demande suivante.",
)
@click.pass_context
def serve_soak(
    context: click.Context,
    bundle: Path | None,
    index: Path | None,
    work: Path | None,
    output: Path | None,
    minutes: float,
    clients: int,
    secondes: float,
    pause: float,
) -> None:
    """Charge le service longtemps, de tout ce qu'il sait faire : mémoire, délais, fichiers ouverts, statuts.

    Ctrl+C l'arrête et montre ce qui a été vu. Rend 1 si une réponse sort du contrat (/openapi.json).
    """
    quiet_environment()
    import asyncio

    from rich.console import Console

    from training.load.soak import Soak, SoakPlan, soak
    from training.load.soak_table import show_soak
    from training.load.table import WIDTH

    found = Soak(SoakPlan(minutes, clients, secondes, pause))
    with faults(), _service(bundle, index, work) as service:
        try:
            service.start()
            asyncio.run(soak(service, shared_root(), found, output, _say))
        except KeyboardInterrupt:
            _say("interrompu")
        finally:
            service.stop()
        show_soak(found, Console(width=WIDTH))
    context.exit(int(bool(found.flaws)))


@contextmanager
def _service(bundle: Path | None, index: Path | None, work: Path | None) -> Iterator[Service]:
    """Give a service that is not started, on an index of its own."""
    from training.load.material import catalogue_files
    from training.load.processes import check_system
    from training.load.service import Service, prepare_index

    check_system()
    with tempfile.TemporaryDirectory(prefix="genscan-charge-") as temporary:
        folder = work or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        files = catalogue_files(shared_root())
        _say(
            "index : une copie"
            if index
            else f"index : {', '.join(f'{file.parent.name}/{file.name}' for file in files)}"
        )
        prepare_index(folder / "index", source=index, files=files, bundle=bundle)
        yield Service(folder, folder / "index", bundle)


def _say(said: str) -> None:
    click.echo(f"→ {said}", err=True)

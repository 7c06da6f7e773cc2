"""Entry point: finds the verbs, turns typed errors into one clear line."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, NoReturn

import click

from cartography.errors import GenscanError, reason
from serving.cli.french import speak_french
from serving.cli.terminal import quiet_after_a_closed_pipe, settle

_VERBS = {
    "cartographie": "serving.cli.cartographie:cartographie",
    "classify": "serving.cli.classify:classify",
    "convert": "serving.cli.convert:convert",
    "embed": "serving.cli.embed:embed",
    "index": "serving.cli.index:index",
    "rome": "serving.cli.rome:rome",
    "search": "serving.cli.search:search",
    "serve": "serving.cli.serve:serve",
    "transfer": "serving.cli.transfer:transfer_command",
}
PLUGINS = "genscan.commands"
"""Entry-point group of the verbs that other rooms bring, so that serving never imports them."""

EXIT_INTERRUPTED = 130


class Verbs(click.Group):
    """Loads a verb's module when it is called, so that `genscan --help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every verb's name, sorted."""
        return sorted({*_VERBS, *(e.name for e in entry_points(group=PLUGINS))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a verb; one whose packages are not installed says what to install."""
        target = _VERBS.get(cmd_name)
        if target is not None:
            # The encoder keeps every core busy: threads of BLAS would only wait beside it, and spin while they do.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
            module, attribute = target.split(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        for entry in entry_points(group=PLUGINS, name=cmd_name):
            try:
                loaded: click.Command = entry.load()
            except ModuleNotFoundError as error:
                return _unavailable(cmd_name, error.name or str(error))
            return loaded
        return None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; a pipe that its reader has closed (`| head`) ends it without a word."""
        try:
            with quiet_after_a_closed_pipe():
                return super().invoke(ctx)
        except BrokenPipeError:
            sys.exit(EXIT_INTERRUPTED)


def _unavailable(name: str, module: str) -> click.Command:
    def refuse() -> None:
        raise GenscanError("paquet_absent", f"`genscan {name}` demande {module} : lancez `make install`")

    return click.Command(name, callback=refuse, help="(non installé : `make install`)")


@click.group(
    cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]}, subcommand_metavar="VERBE [ARGUMENTS]…"
)
@click.version_option(package_name="genscan", message="genscan %(version)s", help="Montre la version.")
def cli() -> None:
    """Classe formations et offres dans la cartographie GEN des métiers du numérique, et les retrouve par le sens."""


def main() -> None:
    """Run the command line; exit 0 when all went well, 2 on an error that the user can mend, 130 when interrupted."""
    settle()
    speak_french()
    # What stops a batch at night leaves no more litter than Ctrl+C does.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = cli.main(standalone_mode=False)
    except GenscanError as error:
        click.echo(f"Erreur ({error.code}) : {error.message}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Interrompu.", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except OSError as error:
        place = f"{error.filename} : " if error.filename else ""
        click.echo(f"Erreur (systeme) : {place}{reason(error)}", err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt

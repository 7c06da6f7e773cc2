"""What the verbs of `label` are told alike: the log, the data, and who decides."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from training.labels.log import LABELS, LabelError
from training.labels.sources import DATA_VARIABLE

ANNOTATOR_VARIABLE = "GENSCAN_ANNOTATEUR"


def _annotator(context: click.Context, _: click.Parameter, value: str | None) -> str:
    """Return who decides: the option, its variable, else the login name."""
    name = " ".join((value or "").split())
    if not name and not context.resilient_parsing:
        try:
            name = getpass.getuser()
        except (KeyError, OSError, ImportError) as error:
            message = f"qui annote ? --annotateur ou la variable {ANNOTATOR_VARIABLE}"
            raise LabelError("annotateur_inconnu", message) from error
    return name


log_option = click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    default=LABELS,
    help="Journal des étiquettes.  [défaut : training/data/labels.tsv]",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=f"Dossier qui contient data/.  [défaut : {DATA_VARIABLE} ou ../shared]",
)
annotator_option = click.option(
    "--annotateur",
    envvar=ANNOTATOR_VARIABLE,
    callback=_annotator,
    help=f"Qui décide.  [défaut : {ANNOTATOR_VARIABLE} ou le nom de session]",
)


def today() -> str:
    """Return the ISO 8601 day here."""
    return datetime.now(UTC).astimezone().date().isoformat()

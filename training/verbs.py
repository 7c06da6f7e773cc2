"""What the verbs of this room share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cartography.errors import GenscanError


class Refused(click.ClickException):
    """An expected fault: one line on stderr, exit code 1."""

    def show(self, file: object = None) -> None:
        """Write the line."""
        del file
        click.echo(f"Erreur : {self.format_message()}", err=True)


@contextmanager
def faults() -> Iterator[None]:
    """Turn an expected error into one line."""
    try:
        yield
    except GenscanError as error:
        raise Refused(error.message) from error


def quiet_environment() -> None:
    """Keep MLflow and tokenizers from talking to the network or over the progress bar."""
    for name, value in (
        ("MLFLOW_DISABLE_TELEMETRY", "true"),
        ("GIT_PYTHON_REFRESH", "quiet"),
        ("TOKENIZERS_PARALLELISM", "true"),
        ("TQDM_DISABLE", "1"),
        ("MLFLOW_LOGGING_LEVEL", "WARNING"),
    ):
        os.environ.setdefault(name, value)

"""A progress bar by bytes read, with the number of records and their rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as Remaining


@dataclass
class Meter:
    """Counts what is read and done, and shows it."""

    progress: Progress
    task: TaskID
    done: int = 0

    def bytes_read(self, count: int) -> None:
        """Move the bar."""
        self.progress.advance(self.task, count)

    def records_done(self, count: int) -> None:
        """Add to the number of records."""
        self.done += count
        elapsed = self.progress.tasks[0].elapsed or 0.0
        rate = f"{self.done / elapsed:,.0f}".replace(",", " ") if elapsed > 1 else "…"
        self.progress.update(self.task, fiches=f"{self.done:,}".replace(",", " "), rate=rate)


@contextmanager
def meter(label: str, files: Sequence[Path]) -> Iterator[Meter]:
    """Show a bar on the error stream while the files are read; silent when that is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[fiches]} fiches · {task.fields[rate]}/s"),
        TimeElapsedColumn(),
        Remaining(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=sum(f.stat().st_size for f in files), fiches="0", rate="…")
        yield Meter(progress, task)

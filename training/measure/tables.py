"""What a person sees at the end of a verb."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from training.measure.evaluation import Report
    from training.run import Outcome


def show_outcome(outcome: Outcome, output: Path) -> None:
    """Say what a run made."""
    size = sum(path.stat().st_size for path in output.iterdir()) / 1e6
    console = Console()
    console.print(f"Modèle {outcome.manifest.version} : {output} ({size:.1f} Mo)", highlight=False)
    console.print(f"torch / ONNX : cosinus {outcome.parity.least:.6f} au plus bas", highlight=False)
    console.print(
        f"fp32 / int8 : cosinus {outcome.storage.mean:.5f} en moyenne, {outcome.storage.least:.5f} au plus bas",
        highlight=False,
    )
    for name, value in outcome.validation.items():
        console.print(f"validation {name} : {value:.4f}", highlight=False)
    console.print(
        f"MLflow : essai {outcome.run_id}, version {outcome.registered or 'non enregistrée'}", highlight=False
    )
    for condition, report in outcome.gold.items():
        console.print(f"\nFiches annotées, {condition}", highlight=False)
        show_report(report)


def show_report(report: Report) -> None:
    """Show the figures of each group side by side, with the records that those of all types rest on."""
    table = Table("mesure", *report, "n", header_style="bold", box=None, padding=(0, 1, 0, 0))
    for name, whole in next(iter(report.values())).items():
        cells = (figures[name] for figures in report.values())
        table.add_row(name, *(f"{f.value:.3f} ({f.low:.2f}–{f.high:.2f})" for f in cells), str(whole.count))
    console = Console()
    console.print(table)
    console.print("Entre parenthèses : intervalle à 95 % (bootstrap).", style="dim")

"""What a person sees at the end of a verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from training.measure.comparison import WHOLE, Cell, Comparison, Part
from training.measure.metrics import Figure

if TYPE_CHECKING:
    from training.measure.evaluation import Report
    from training.measure.left_out import LeftOut
    from training.run import Outcome

WIDTH = 150
LEGEND = (
    "En pour cent ; entre parenthèses, l'intervalle à 95 % (bootstrap des fiches) ; n : fiches sur lesquelles porte le "
    "chiffre du modèle.\n▲ la référence fait mieux que le modèle, ▼ moins bien, écart sûr à 95 % (mêmes tirages)."
)
MEANINGS = {
    "numerique_precision": "part des fiches dites numériques qui le sont",
    "numerique_rappel": "part des fiches numériques dites numériques",
    "numerique_f1": "moyenne harmonique des deux",
    "hors_rappel": "part des fiches hors numérique bien écartées",
    "ece_numerique": "erreur de calibration du score numérique (0 : parfait)",
    "ece_numerique_hasard": "ce que le hasard du tirage en laisserait voir à des scores parfaits",
    "famille": "part des fiches numériques dont la famille proposée est admise",
    "metier": "part des fiches numériques dont le métier proposé est admis",
    "poste": "part des fiches numériques dont le poste proposé est admis",
    "poste_top3": "part des fiches numériques dont un poste admis est parmi les trois premiers",
    "couverture_famille": "part des fiches numériques à qui une réponse sûre est donnée, famille ou plus profond",
    "couverture_metier": "part des fiches numériques à qui une réponse sûre est donnée, métier ou plus profond",
    "couverture_poste": "part des fiches numériques à qui un poste sûr est donné",
    "precision_famille": "part des familles données pour sûres qui sont admises",
    "precision_metier": "part des métiers donnés pour sûrs qui sont admis",
    "precision_poste": "part des postes donnés pour sûrs qui sont admis",
    "ece_poste": "erreur de calibration du poste proposé (0 : parfait)",
    "ece_poste_hasard": "ce que le hasard du tirage en laisserait voir à des scores parfaits",
}
"""What each figure says, for people."""
TOLD_BY_THE_SLICE = ("numerique_precision", "numerique_f1", "ece_numerique", "ece_numerique_hasard")
"""Figures that say nothing of a famille: all its records are digital, so that every digital answer is right."""


def show_outcome(outcome: Outcome, output: Path) -> None:
    """Say what a run made."""
    size = sum(path.stat().st_size for path in output.iterdir()) / 1e6
    console = Console()
    console.print(f"Modèle {outcome.manifest.version} : {output} ({size:.1f} Mo)", highlight=False)
    if outcome.parity and outcome.storage:
        console.print(f"torch / ONNX : cosinus {outcome.parity.least:.6f} au plus bas", highlight=False)
        console.print(
            f"fp32 / int8 : cosinus {outcome.storage.mean:.5f} en moyenne, {outcome.storage.least:.5f} au plus bas",
            highlight=False,
        )
    if outcome.left_out:
        _show_left_out(outcome.left_out, console)
    for name, value in outcome.validation.items():
        console.print(f"validation {name} : {value:.4f}", highlight=False)
    console.print(
        f"MLflow : essai {outcome.run_id}, version {outcome.registered or 'non enregistrée'}", highlight=False
    )
    for condition, report in outcome.gold.items():
        console.print(f"\nFiches annotées, {condition}", highlight=False)
        show_report(report)


def _show_left_out(found: LeftOut, console: Console) -> None:
    """Say what definitions alone make of the postes left out."""
    console.print(f"Postes retirés de l'apprentissage : {', '.join(found.postes)}", highlight=False)
    table = Table("", "fiches", "part", box=None)
    table.columns[1].justify = table.columns[2].justify = "right"
    said = {
        "dites numériques": found.numerique,
        "métier admis": found.metier,
        "premier poste admis": found.poste,
        "poste admis parmi trois": found.poste_top3,
        "poste admis parmi cinq": found.poste_top5,
    }
    for name, share in said.items():
        table.add_row(f"postes retirés, {name}", str(found.records), f"{share:.1%}")
    table.add_row("autres postes, premier poste admis, avant", str(found.known), f"{found.known_before:.1%}")
    table.add_row("autres postes, premier poste admis, après", str(found.known), f"{found.known_after:.1%}")
    console.print(table)


def show_report(report: Report) -> None:
    """Show the figures of each group side by side, with the records that those of all types rest on."""
    table = Table("mesure", *report, "n", header_style="bold", box=None, padding=(0, 1, 0, 0))
    for name, whole in next(iter(report.values())).items():
        cells = (figures[name] for figures in report.values())
        table.add_row(name, *(f"{f.value:.3f} ({f.low:.2f}–{f.high:.2f})" for f in cells), str(whole.count))
    console = Console()
    console.print(table)
    console.print("Entre parenthèses : intervalle à 95 % (bootstrap).", style="dim")


def show_comparison(comparison: Comparison) -> None:
    """Show every figure of every system on the whole, then one table a figure, slice by slice."""
    console = Console()
    # A file or a pipe has no width of its own: the tables take the one they need.
    console = console if console.is_terminal else Console(width=max(WIDTH, console.width))
    (whole,) = comparison[WHOLE].values()
    systems = list(next(iter(whole.values())))
    table = _table("toutes les fiches", systems)
    for name in whole:
        _add(table, name, whole, name, systems)
    console.print()
    console.print(table)
    console.print(LEGEND, style="dim", highlight=False)
    for name, cells in whole.items():
        console.print(f"\n[bold]{name}[/bold], {MEANINGS[name]}", highlight=False)
        console.print(_by_slice(comparison, name, [system for system in systems if system in cells]))


def _by_slice(comparison: Comparison, name: str, systems: Sequence[str]) -> Table:
    table = _table("", systems)
    for axis, parts in comparison.items():
        if axis == "famille" and name in TOLD_BY_THE_SLICE:
            continue
        told = [part for part, found in parts.items() if not isnan(_first(found[name]).value)]
        for rank, part in enumerate(told):
            label = part if axis == WHOLE else f"{axis} : {part}" if rank == 0 else f"{' ' * len(axis)}   {part}"
            _add(table, label, parts[part], name, systems, last=rank == len(told) - 1)
    return table


def _table(head: str, systems: Sequence[str]) -> Table:
    table = Table(head, "n", *systems, header_style="bold", box=None, padding=(0, 2, 0, 0))
    table.columns[1].justify = "right"
    return table


def _add(table: Table, label: str, part: Part, name: str, systems: Sequence[str], *, last: bool = False) -> None:
    cells = part[name]
    shown = [_cell(cells[system], name) if system in cells else "" for system in systems]
    table.add_row(label, str(_first(cells).count), *shown, end_section=last)


def _cell(cell: Cell, name: str) -> str:
    """Return a percentage, its interval, and whether it surely differs from the model's."""
    figure = cell.figure
    if isnan(figure.value):
        return "–"
    mark = ("", " ▲", " ▼")[cell.better(name)]
    return f"{100 * figure.value:.1f} ({100 * figure.low:.0f}–{100 * figure.high:.0f}){mark}"


def _first(cells: Mapping[str, Cell]) -> Figure:
    return next(iter(cells.values())).figure

"""What `genscan serve-soak` prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from training.load.soak import WARM, Soak
from training.load.table import show_flaws


def show_soak(found: Soak, console: Console) -> None:
    """Print what has been seen."""
    table = Table(title=f"Endurance : {found.seconds / 60:.1f} min", title_justify="left", box=None)
    for name in ("quart", "", "bonnes", "p50", "p99"):
        table.add_column(name, justify="left" if not name else "right")
    for number, groups in enumerate(found.quarters(), 1):
        for group, told in groups.items():
            table.add_row(
                str(number), group, f"{told['bonnes']}", f"{told['p50_ms']:.0f} ms", f"{told['p99_ms']:.0f} ms"
            )
    console.print(table)
    if found.looks:
        first, last = found.looks[0].footprint, found.looks[-1].footprint
        trends = found.trends()
        for said in (
            f"mémoire résidente : {first.resident:.0f} Mio au début, {last.resident:.0f} à la fin ; "
            f"propre : {first.own:.0f}, puis {last.own:.0f}",
            f"tendance passé {WARM:.0%} du temps : {_slope(trends['residente_mio_h'])} Mio/h de résidente, "
            f"{_slope(trends['propre_mio_h'])} de propre",
            f"fichiers ouverts : {first.files} au début, {last.files} à la fin",
        ):
            console.print(said, highlight=False)
    for place, counts in sorted(found.statuses.items()):
        told_counts = ", ".join(f"{status} : {count}" for status, count in sorted(counts.items()))
        console.print(f"{place}  {told_counts}", highlight=False)
    show_flaws(dict(found.flaws), console)


def _slope(value: float | None) -> str:
    return "?" if value is None else f"{value:+.1f}"

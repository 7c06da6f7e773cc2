"""`genscan rome`: what a ROME code or appellation is, and which postes it feeds."""

from __future__ import annotations

import click
from rich.table import Table

from cartography.crosswalk import HORS, load_crosswalk
from cartography.errors import GenscanError
from cartography.loading import load_version
from cartography.rome import RomeCode
from serving.cli.terminal import Screen


@click.command(short_help="Montre un code ROME et ses postes.")
@click.argument("texte")
def rome(texte: str) -> None:
    """Montre un code ROME (M1855) ou une appellation (libellé ou code OGR) et les postes qu'il alimente."""
    crosswalk = load_crosswalk()
    console = Screen()
    code = crosswalk.rome.code(texte)
    if code.statut in ("4.0", "3"):
        _show_code(console, code)
        return
    appellation = crosswalk.rome.appellation(texte)
    if appellation is None:
        raise GenscanError("rome_inconnu", f"ni code ROME 3 ou 4.0, ni appellation : {texte!r}")
    console.print(f"[bold]{appellation.libelle}[/] · OGR {appellation.ogr} · {appellation.code or appellation.code_v3}")
    console.print(_shares(crosswalk.of_appellation(appellation.ogr)))


def _show_code(console: Screen, code: RomeCode) -> None:
    crosswalk = load_crosswalk()
    console.print(f"[bold]{code.code} · {code.libelle}[/] (ROME {code.statut})")
    if code.parent and code.parent != code.code:
        console.print(f"code parent : {code.parent} · {crosswalk.rome.code(code.parent).libelle}")
    console.print(_shares(crosswalk.of_code(code.code)))
    if code.code in crosswalk.rome.codes_v3:
        console.print(f"\nen ROME 3 : {crosswalk.rome.label(code.code, '3')}")
        console.print(_shares(crosswalk.of_code(code.code, "3")))
    for appellation in crosswalk.rome.of_code(code.code):
        shares = crosswalk.of_appellation(appellation.ogr)
        console.print(f"  {appellation.ogr} {appellation.libelle} [dim]→ {', '.join(shares)}[/]", soft_wrap=True)


def _shares(shares: dict[str, float]) -> Table:
    tree = load_version()
    table = Table("Poste", "Part", box=None)
    for poste, share in shares.items():
        table.add_row("hors cartographie" if poste == HORS else tree.poste(poste).libelle, f"{share:.0%}")
    return table

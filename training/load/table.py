"""What `genscan serve-bench` prints."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.load.bench import Report
from training.load.durability import Durability
from training.load.figures import Pace
from training.load.memory import Memory
from training.load.overload import Overload
from training.load.phases import Unloaded

WIDTH = 120
_FATES = {
    "ecrit": "entier",
    "absent": "absent",
    "dechire": "DÉCHIRÉ",
    "indiscernable": "sans effet visible",
    None: "aucun",
}


def show(report: Report, console: Console) -> None:
    """Print everything."""
    console.print(f"Index de {report.records} fiches, {report.cores} cœurs ; service prêt en {report.start_s:.1f} s")
    show_unloaded(report, report.unloaded, console)
    show_overload(report.overload, report.plan.overload, report.unloaded, console)
    show_memory(report.memory, console)
    show_durability(report.durability, console)
    show_flaws(report.flaws, console)


def show_unloaded(report: Report, found: Unloaded, console: Console) -> None:
    """Print rates and delays within what the service can do."""
    table = _table("Sans surcharge", "", "clients", "requêtes", "par s", "fiches/s", "p50", "p99")
    for size, pace in found.classify.items():
        _row(table, f"/classify, lots de {size}", 1, pace, records=True)
    if found.cached is not None:
        size, pace = found.cached
        _row(table, f"/classify, lots de {size}, déjà lus", 1, pace, records=True)
    for clients, pace in found.search.items():
        _row(table, "recherche (/search, /suggest, /similar)", clients, pace)
    if found.both is not None:
        plan = report.plan
        _row(table, f"recherche pendant des lots de {plan.batch}", plan.clients[-1], found.both.search)
        _row(table, "  ces lots", plan.batch_clients, found.both.classify, records=True)
    console.print(table)


def show_overload(found: Overload, times: float, unloaded: Unloaded, console: Console) -> None:
    """Print what became of too many requests."""
    table = _table(f"Surcharge : {times:g} fois ce qui a été soutenu", "", "demandées/s", "bonnes/s", "p50", "p99")
    for (name, asked), pace in zip(found.asked.items(), (found.accepted.search, found.accepted.classify), strict=True):
        table.add_row(name, f"{asked:.1f}", f"{pace.rate:.1f}", _ms(pace.p50_ms), _ms(pace.p99_ms))
    console.print(table)
    console.print(_statuses(found.statuses))
    slow = next(iter(unloaded.search.values())).p99_ms
    for said in (
        f"envoyées : {found.sent}, retenues faute de connexions : {found.held}",
        f"un refus vient en {_ms(found.refused_ms[0])} (médiane), {_ms(found.refused_ms[1])} (p99)",
        f"travail utile gardé : {found.kept:.0%} de ce qui était soutenu",
        f"première recherche répondue {found.first_good_s:.2f} s après la dernière requête, "
        f"dernière réponse {found.drained_s:.1f} s après",
        f"ensuite, un client : p99 {_ms(found.after.p99_ms)} (avant : {_ms(slow)})",
    ):
        console.print(said, highlight=False)


def show_memory(found: Memory, console: Console) -> None:
    """Print the service's memory."""
    for said in (
        f"mémoire résidente : {found.ready:.0f} Mio prêt, {found.before:.0f} avant la surcharge, "
        f"{found.peak:.0f} au plus haut, {found.after:.0f} après ({found.growth:+.1f} Mio, {found.growth_share:+.1%})",
        f"  dont propre au service : {found.own_before:.0f} avant, {found.own_after:.0f} après ; "
        f"fichiers ouverts : {found.files_before}, puis {found.files_after}",
    ):
        console.print(said, highlight=False)


def show_durability(found: Durability, console: Console) -> None:
    """Print what the kills left."""
    table = _table("kill -9 pendant des écritures", "tour", "fiches acquittées", "perdues", "en vol", "prêt en")
    for number, one in enumerate(found.rounds, 1):
        lost = str(one.lost + one.unusable)
        table.add_row(str(number), str(one.acknowledged), lost, _FATES[one.fate], f"{one.ready_s:.1f} s")
    console.print(table)
    console.print(f"perdues : {found.lost}, lots déchirés : {found.torn} ; voulu : 0 et 0", highlight=False)


def show_flaws(flaws: Mapping[str, int], console: Console) -> None:
    """Print what the contract does not allow."""
    if not flaws:
        console.print("réponses hors du contrat : aucune", highlight=False)
        return
    console.print(f"[bold red]réponses hors du contrat : {sum(flaws.values())}[/]", highlight=False)
    for flaw, count in flaws.items():
        console.print(f"  {count} × {escape(flaw)}", highlight=False)


def _statuses(statuses: Mapping[str, Mapping[str, int]]) -> Table:
    known = sorted({status for counts in statuses.values() for status in counts})
    table = _table("Réponses par statut", "", *(status if status != "0" else "aucune" for status in known))
    for place, counts in statuses.items():
        table.add_row(place, *(str(counts.get(status, 0)) for status in known))
    return table


def _table(title: str, first: str, *names: str) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    table.add_column(first)
    for name in names:
        table.add_column(name, justify="right")
    return table


def _row(table: Table, name: str, clients: int, pace: Pace, *, records: bool = False) -> None:
    items = f"{pace.items_rate:.0f}" if records else ""
    table.add_row(name, str(clients), str(pace.requests), f"{pace.rate:.1f}", items, _ms(pace.p50_ms), _ms(pace.p99_ms))


def _ms(value: float) -> str:
    return "–" if value != value else f"{value:.0f} ms" if value < 10_000 else f"{value / 1_000:.1f} s"

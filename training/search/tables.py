"""What a person sees at the end of a verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.search.searcher import Query, Searcher
from training.search.evaluation import SystemFigures, by_kind, interval
from training.search.fusion import FusionFigures
from training.search.judged import Judged
from training.search.speed import SpeedFigures

WIDTH = 130
"""Columns that the tables need; a narrower terminal wraps them."""


def show_quality(judged: Sequence[Judged], figures: Mapping[str, SystemFigures]) -> None:
    """Show the mean of each system, and of each kind of query."""
    console = Console(width=WIDTH)
    table = Table(title="nDCG@10 sur les requêtes jugées", box=None)
    for name in ("Sorte", "n", *figures):
        table.add_column(name, justify="left" if name == "Sorte" else "right")
    for kind, means in by_kind(judged, figures).items():
        table.add_row(
            kind, str(sum(query.genre == kind for query in judged)), *(f"{means[name]:.3f}" for name in figures)
        )
    table.add_section()
    table.add_row("toutes", str(len(judged)), *(f"{found.mean:.3f}" for found in figures.values()))
    bounds = [interval(found.ndcg) for found in figures.values()]
    table.add_row("95 %", "", *(f"{low:.2f}-{high:.2f}" for low, high in bounds))
    table.add_row("non jugées", "", *(f"{found.unjudged:.1%}" for found in figures.values()))
    console.print(table)
    console.print("non jugées : part des dix premiers résultats que personne n'a lus, comptés pour 0.")


def show_fusion(figures: Mapping[str, FusionFigures]) -> None:
    """Show what each way of fusing reaches, and the weights learnt on all the queries."""
    console = Console(width=WIDTH)
    table = Table(title="Fusion : nDCG@10 des fiches jugées, poids appris sur d'autres requêtes", box=None)
    table.add_column("Fusion")
    table.add_column("nDCG@10", justify="right")
    table.add_column("Poids, puis constante")
    for name, found in figures.items():
        table.add_row(name, f"{found.ndcg:.3f}", "  ".join(f"{weight:.2f}" for weight in found.weights))
    console.print(table)


def show_examples(judged: Sequence[Judged], searcher: Searcher, each: int) -> None:
    """Show the first five results of some queries of each kind, with the grade of those that were judged."""
    console = Console()
    for kind in dict.fromkeys(query.genre for query in judged):
        for query in [query for query in judged if query.genre == kind][:each]:
            page = searcher.search(Query(query.texte, k=5))
            outside = " [dim](hors du numérique)[/]" if page.hors_domaine else ""
            console.print(f"[bold]{kind}[/] · {escape(query.texte)}{outside}")
            for hit in page.hits:
                grade = query.grades.get(hit.entry.fiche["id"], "–")
                console.print(f"  {grade}  {hit.score:.2f}  {escape(hit.entry.fiche['intitule'])}")


def show_speed(rows: Sequence[tuple[float, int, SpeedFigures]]) -> None:
    """Show what each catalogue costs."""
    console = Console(width=WIDTH)
    table = Table(title="Recherche selon la taille du catalogue", box=None)
    for name in ("Fiches", "Construction", "Disque", "Ouverture", "Mémoire", "Rappel@10", "Vecteurs p50 / p99",
                 "Requête p50 / p99", "Avec filtres p50 / p99"):  # fmt: skip
        table.add_column(name, justify="right")
    for built, size, found in rows:
        pairs = (found.vectors_ms, found.whole_ms, found.filtered_ms)
        table.add_row(
            f"{found.records}",
            f"{built:.0f} s",
            f"{size / 2**20:.0f} Mo",
            f"{found.open_s:.1f} s",
            f"{found.memory_mb:.0f} Mo",
            f"{found.recall:.3f}",
            *(f"{median:.1f} / {slow:.1f} ms" for median, slow in pairs),
        )
    console.print(table)

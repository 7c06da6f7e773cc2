"""What `genscan bench` prints."""

from __future__ import annotations

import os
from statistics import median

from rich.console import Console
from rich.table import Table

from training.measure.bench.comparison import Speed
from training.measure.bench.fidelity import Fidelity
from training.measure.bench.stages import ENCODER, Stages

RATE, RATIO, PEAK, AGREEMENT = 500, 20, 600, 0.99
"""What is aimed at: records a second, times the plain pipeline, megabytes, share of same first postes."""


def show_speed(speed: Speed, console: Console) -> None:
    """Print the rates, their ratio and the memory."""
    cores = os.cpu_count() or 1
    table = Table("", "fiches/s", title=f"Débit, médianes de {len(speed.rounds)} tours sur {cores} cœurs", box=None)
    table.columns[1].justify = "right"
    plain = f"sentence-transformers et régression logistique ({speed.texts} fiches, lots de {speed.batch})"
    table.add_row(plain, f"{speed.plain:.1f}")
    table.add_row(f"genscan classify, du lancement à la fin ({speed.records} fiches)", f"{speed.ours:.0f}")
    console.print(table)
    runs = [r.run for r in speed.rounds]
    spread = ", ".join(f"{r.ours / r.plain:.1f}" for r in speed.rounds)
    peak = max(run.peak for run in runs) / 1e6
    processor = median(run.processor for run in runs)
    busy = median(run.processor / run.seconds for run in runs)
    for said in (
        f"rapport : {speed.ratio:.1f} (tours : {spread}) ; visé : {RATIO}",
        f"débit visé : {RATE} fiches/s",
        f"mémoire résidente au plus haut : {peak:.0f} Mo ; visé : {PEAK}",
        f"processeur : {1000 * processor / speed.records:.2f} ms de cœur par fiche, {busy:.2f} cœurs occupés",
    ):
        console.print(said, highlight=False)


def show_stages(found: Stages, console: Console) -> None:
    """Print what each stage takes, and the floor: the encoder alone."""
    title = f"Étapes, l'une après l'autre ({found.records} fiches, {found.tokens:.1f} jetons en moyenne)"
    table = Table("", "ms par fiche", "ms de cœur", "part du processeur", title=title, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    whole = sum(stage.processor for stage in found.stages)
    for name, seconds, processor in found.stages:
        each = [f"{1000 * value / found.records:.3f}" for value in (seconds, processor)]
        table.add_row(name, *each, f"{processor / whole:.0%}")
    console.print(table)
    console.print(f"au titre seul, leurs mots suffisant : {found.settled:.0%} des fiches", highlight=False)
    encoder = next(stage for stage in found.stages if stage.name == ENCODER)
    rate = found.records / encoder.seconds
    console.print(
        f"plancher, l'encodeur seul : {rate:.0f} fiches/s, {rate * found.tokens:.0f} jetons/s", highlight=False
    )


def show_fidelity(fidelity: Fidelity | None, moved: int, alone: int, console: Console) -> None:
    """Print how far the quantised model's answers are from the exact one's, and whether a batch moves an answer."""
    if fidelity is None:
        console.print("int8 / fp32 : pas de graphe fp32 ; `genscan train` en laisse un, ou donnez --fp32")
    else:
        console.print(
            f"int8 / fp32 : même premier poste sur {fidelity.poste:.2%} de {fidelity.records} fiches "
            f"({fidelity.digital_poste:.2%} des {fidelity.digital} numériques), même décision sur "
            f"{fidelity.decision:.2%} ; visé : {AGREEMENT:.0%}",
            highlight=False,
        )
    console.print(f"réponses changées par le reste du lot : {moved} sur {alone}", highlight=False)

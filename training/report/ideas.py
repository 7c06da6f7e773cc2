"""The short table of every idea tried, in Markdown, to keep beside the code."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from training.report.figures import french, percent
from training.report.history import Run


class _Column(NamedTuple):
    title: str
    metric: str
    share: bool = True


_COLUMNS = (
    _Column("F1", "dev/tous/numerique_f1"),
    _Column("famille", "dev/tous/famille"),
    _Column("métier", "dev/tous/metier"),
    _Column("poste", "dev/tous/poste"),
    _Column("parmi 3", "dev/tous/poste_top3"),
    _Column("ECE", "dev/tous/ece_numerique", share=False),
    _Column("couverture", "dev/tous/couverture_famille"),
    _Column("précision", "dev/tous/precision_famille"),
    _Column("test, poste", "test/tous/poste"),
    _Column("éditeurs, poste", "test_editeurs/tous/poste"),
    _Column("MELO", "melo/map", share=False),
)
HEAD = """# Les essais

Tous les essais terminés, du plus ancien au plus récent ; `make report` y ajoute ceux que MLflow garde. Jeu de
développement, avec les codes ROME, en pour cent ; « couverture » et « précision » : réponses sûres, famille ou plus
profond ; « test » : fiches du corpus que rien n'a apprises (elles ont servi à calibrer) ; « éditeurs » : ceux que
l'apprentissage n'a pas vus ; MELO : MAP. Le corpus grandit d'un essai à l'autre : la colonne « fiches » dit combien
en ont appris quelque chose.
"""


def ideas(runs: Sequence[Run], before: str = "") -> str:
    """Return the table of the finished runs that were measured, the oldest first.

    Args:
        runs: that the tracking store knows.
        before: an earlier table. Its rows of runs that the store does not know come first, as they are: what was tried
            outlives the machine that kept the store.
    """
    kept = sorted((run for run in runs if _told(run)), key=lambda run: run.started)
    titles = ("date", "idée", "modèle", "fiches", *(column.title for column in _COLUMNS))
    lines = [f"| {' | '.join(titles)} |", f"|---|---|---|{'---:|' * (len(titles) - 3)}"]
    rows = [_row(run) for run in kept]
    lines += _older(before, lines, {(date, model) for date, _, model, *_ in rows})
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return HEAD + "\n" + "\n".join(lines) + "\n"


def _older(before: str, head: Sequence[str], known: Collection[tuple[str, str]]) -> list[str]:
    """Return the rows of a table with the same columns, but for those known by date and model."""
    first, second, *rows = [*(line for line in before.splitlines() if line.startswith("|")), "", ""]
    if [first, second] != list(head):
        return []
    cells = {row: [cell.strip() for cell in row.split("|")] for row in rows if row}
    return [row for row, (_, date, _, model, *_) in cells.items() if (date, model) not in known]


def _told(run: Run) -> bool:
    return run.status == "terminé" and any(column.metric in run.figures for column in _COLUMNS)


def _row(run: Run) -> list[str]:
    idea = run.idea.replace("|", "/").replace("\n", " ")
    taught = run.figures.get("corpus/fiches_train")
    cells = [f"{run.started:%d/%m %H:%M}", idea, run.model, "" if taught is None else french(taught, 0)]
    for column in _COLUMNS:
        value = run.figures.get(column.metric)
        cells.append("" if value is None else percent(value) if column.share else french(value, 3))
    return cells

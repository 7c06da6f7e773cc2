"""The label log: who said what of which record, and when. Identifiers, text hashes and labels; never the texts.

The log only grows. What counts for a record is its last line: a settled disagreement or a correction comes after the
first readings and replaces them.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cartography.corrections import MAX_POSTES
from cartography.corrections import NON as NON
from cartography.errors import GenscanError
from cartography.files import write_atomic
from cartography.tree import Cartographie

LABELS = Path(__file__).parents[1] / "data" / "labels.tsv"
HEADER = ("source", "id", "type", "hash", "label", "certitude", "passe", "annotateur", "date", "note")

Passe = Literal["1", "2", "ciblee", "arbitrage", "correction"]
PASSES: tuple[Passe, ...] = ("1", "2", "ciblee", "arbitrage", "correction")
Key = tuple[str, str]


class LabelError(GenscanError):
    """A label that cannot be used; the message names the file, the line and the column."""


@dataclass(frozen=True, slots=True)
class Label:
    """One decision on one record.

    Attributes:
        source: catalogue of the record.
        id: its identifier there.
        type: formation or offre.
        hash: `training.labels.sources.text_hash` of the text that was read.
        label: "non" (hors numérique), 1 to 3 poste ids separated by "|", the best first, or "metier:<id>" or
            "famille:<id>" for a digital record that no poste fits.
        certitude: 1 evident, 2 reasonable, 3 debatable.
        passe: "1" or "2" (independent readings), "ciblee" (first reading of a record that a model helped to choose,
            mostly because it hesitated), "arbitrage" (a disagreement settled), "correction".
        annotateur: who.
        date: ISO 8601 day.
        note: why, in a few words; may be empty.
    """

    source: str
    id: str
    type: str
    hash: str
    label: str
    certitude: int
    passe: Passe
    annotateur: str
    date: str
    note: str = ""

    @property
    def key(self) -> Key:
        """(source, id): what identifies the record."""
        return self.source, self.id

    @property
    def numerique(self) -> bool:
        """Whether the record belongs to the cartographie."""
        return self.label != NON

    @property
    def postes(self) -> tuple[str, ...]:
        """The accepted postes, the best first; empty when none fits or the record is out of scope."""
        return () if self.label == NON or ":" in self.label else tuple(self.label.split("|"))

    def metiers(self, tree: Cartographie) -> tuple[str, ...]:
        """Return the accepted métiers, the best first, each once."""
        if self.label.startswith("metier:"):
            return (self.label.removeprefix("metier:"),)
        return tuple(dict.fromkeys(tree.poste(p).metier_id for p in self.postes))

    def familles(self, tree: Cartographie) -> tuple[str, ...]:
        """Return the accepted familles, the best first, each once."""
        if self.label.startswith("famille:"):
            return (self.label.removeprefix("famille:"),)
        return tuple(dict.fromkeys(tree.metier(m).famille_id for m in self.metiers(tree)))


def check_label(text: str, tree: Cartographie) -> str:
    """Return a label in its canonical form.

    Args:
        text: as written by a person: poste ids separated by "|", ";" or ",".
        tree: the cartographie.

    Raises:
        LabelError: empty, more than three postes, one twice, or an unknown identifier.

    >>> from cartography.loading import load_version
    >>> check_label(" data-analyst ; data-engineer", load_version())
    'data-analyst|data-engineer'
    """
    text = text.strip()
    if text == NON:
        return NON
    level, colon, node = text.partition(":")
    if colon:
        known = {"metier": {m.id for m in tree.metiers}, "famille": {f.id for f in tree.familles}}
        if node in known.get(level, set()):
            return text
        raise LabelError("etiquette_invalide", f"étiquette inconnue : {text!r}")
    postes = [part for part in re.split(r"[|;,\s]+", text) if part]
    unknown = [p for p in postes if p not in {q.id for q in tree.postes}]
    if unknown:
        raise LabelError("etiquette_invalide", f"poste inconnu : {', '.join(unknown)}")
    if not 1 <= len(postes) <= MAX_POSTES or len(set(postes)) != len(postes):
        raise LabelError("etiquette_invalide", f"1 à {MAX_POSTES} postes différents sont attendus : {text!r}")
    return "|".join(postes)


def read_labels(path: Path, tree: Cartographie) -> list[Label]:
    """Read a label log, in its order.

    Raises:
        LabelError: unreadable or malformed; the message names the file, the line and the column.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError("etiquettes_illisibles", f"{path} : illisible ({error})") from error
    if not lines or tuple(lines[0].split("\t")) != HEADER:
        raise LabelError("etiquettes_invalides", f"{path}, ligne 1 : en-tête attendu : {' '.join(HEADER)}")
    return [_parse(line, tree, f"{path.name}, ligne {number}") for number, line in enumerate(lines[1:], 2)]


def _parse(line: str, tree: Cartographie, place: str) -> Label:
    cells = dict(zip(HEADER, line.split("\t"), strict=False))
    if len(cells) != len(HEADER) or line.count("\t") != len(HEADER) - 1:
        raise LabelError("etiquettes_invalides", f"{place} : {len(HEADER)} colonnes attendues")
    if cells["certitude"] not in ("1", "2", "3"):
        raise LabelError("etiquettes_invalides", f"{place}, certitude : 1, 2 ou 3 attendu")
    passe = next((p for p in PASSES if p == cells["passe"]), None)
    if passe is None:
        raise LabelError("etiquettes_invalides", f"{place}, passe : {', '.join(PASSES)} attendu")
    try:
        label = check_label(cells["label"], tree)
    except LabelError as error:
        raise LabelError(error.code, f"{place}, label : {error.message}") from error
    return Label(
        cells["source"],
        cells["id"],
        cells["type"],
        cells["hash"],
        label,
        int(cells["certitude"]),
        passe,
        cells["annotateur"],
        cells["date"],
        cells["note"],
    )


def append_labels(path: Path, labels: Iterable[Label]) -> int:
    """Add lines to a log, the file being replaced whole; return how many.

    Tabs and line breaks in notes become spaces, so that a note can never break the file.
    """
    new = ["\t".join(_cells(label)) for label in labels]
    with alone(path):
        old = path.read_text(encoding="utf-8") if path.exists() else "\t".join(HEADER) + "\n"
        write_atomic(path, (old + "".join(line + "\n" for line in new)).encode())
    return len(new)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other writers of a log waiting, so that two people deciding at once both keep their line.

    The folder is locked, since the log itself is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _cells(label: Label) -> Iterator[str]:
    for name in HEADER:
        yield re.sub(r"\s+", " ", str(getattr(label, name))).strip()


def effective(labels: Iterable[Label]) -> dict[Key, Label]:
    """Return the label that counts for each record.

    The last correction or settlement wins, else the first reading: a second reading measures agreement, it does not
    overrule the first.
    """
    rank: Mapping[Passe, int] = {"2": 0, "1": 1, "ciblee": 1, "arbitrage": 2, "correction": 3}
    kept: dict[Key, Label] = {}
    for label in labels:
        known = kept.get(label.key)
        if known is None or rank[label.passe] >= rank[known.passe]:
            kept[label.key] = label
    return kept


def libelle(label: str, tree: Cartographie) -> str:
    """Return a label in words.

    >>> from cartography.loading import load_version
    >>> libelle("data-analyst|data-engineer", load_version()), libelle("non", load_version())
    ('Data analyst, Data engineer', 'hors numérique')
    """
    said = []
    for part in label.split("|"):
        level, _, node = part.partition(":")
        if part == NON:
            said.append("hors numérique")
        elif level == "metier":
            said.append(f"métier {tree.metier(node).libelle}")
        elif level == "famille":
            said.append(f"famille {tree.famille(node).libelle}")
        else:
            said.append(tree.poste(part).libelle)
    return ", ".join(said)

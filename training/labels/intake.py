"""Corrections that people made where the service answers, on their way to the label log and the labelled texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cartography.corrections import Correction
from cartography.errors import RecordError
from cartography.files import write_atomic, writing
from cartography.readers import base
from cartography.readers.jsonlines import line_record
from cartography.tree import Cartographie
from training.labels.log import Key, Label, LabelError, alone, append_labels, check_label, effective, read_labels
from training.labels.sources import CORRECTIONS, OWN, OWN_TEXTS, available, read_source, text_hash
from training.labels.spreadsheet import CERTITUDE

Fate = Literal["nouvelle", "connue", "dépassée", "refusée"]
_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of a correction.

    Attributes:
        correction: as the file has it.
        fate: whether it goes to the log.
        why: it does not; empty where it does.
        label: its line of the log; None where it is refused, or another one came after it.
        text: the line to keep where no other source has the record.
    """

    correction: Correction
    fate: Fate
    why: str = ""
    label: Label | None = None
    text: bytes = b""


def decide(
    corrections: Sequence[Correction], log: Sequence[Label], root: Path, tree: Cartographie, annotateur: str
) -> list[Taken]:
    """Return what becomes of each correction; of those of one record the last counts.

    Args:
        corrections: in the order of their file.
        log: every line of the log.
        root: folder that holds `data/`.
        tree: the cartographie.
        annotateur: whom the log names.
    """
    last = {correction.record: rank for rank, correction in enumerate(corrections)}
    places = _places([corrections[rank] for rank in last.values()], log, root)
    known = effective(log)
    said: dict[Key, list[Label]] = {}
    for line in log:
        if line.passe == "correction":
            said.setdefault(line.key, []).append(line)
    found = []
    for rank, correction in enumerate(corrections):
        if last[correction.record] != rank:
            found.append(Taken(correction, "dépassée", "une autre vient après pour la même fiche"))
            continue
        taken = _placed(correction, places.get(correction.record), tree, annotateur)
        if taken.label is not None:
            taken = _beside(taken, taken.label, known.get(taken.label.key), said.get(taken.label.key, []))
        found.append(taken)
    return found


def _places(corrections: Iterable[Correction], log: Iterable[Label], root: Path) -> dict[str, Key]:
    """Return the key of the records that the log or another source has with that very text, by the record's digest."""
    wanted: dict[tuple[str, str, str], str]
    wanted = {(c.fiche.type, c.fiche.id, text_hash(c.fiche)): c.record for c in corrections}
    names = {(kind, fiche_id) for kind, fiche_id, _ in wanted}
    found: dict[str, Key] = {}
    for source in available(root):
        for text in read_source(source, root) if wanted and source != CORRECTIONS else ():
            fiche = text.fiche
            if (fiche.type, fiche.id) in names:
                record = wanted.get((fiche.type, fiche.id, text_hash(fiche)))
                if record is not None:
                    found.setdefault(record, (source.name, fiche.id))
    # What the log says was read here or elsewhere: its line is the one to replace.
    return found | {
        record: line.key for line in log if (record := wanted.get((line.type, line.id, line.hash))) is not None
    }


def _placed(correction: Correction, key: Key | None, tree: Cartographie, annotateur: str) -> Taken:
    """Return a correction with its line of the log, whatever the log already says."""
    try:
        said = check_label(correction.label, tree)
    except LabelError as error:
        return Taken(correction, "refusée", error.message)
    fiche, text = correction.fiche, b""
    if key is None:
        # As it will be read back: its hash is that of the text which a model then learns from.
        text = json.dumps(fiche.as_json() | {"id": correction.record}, ensure_ascii=False).encode() + b"\n"
        read = line_record(text, 1, base.Source(Path(CORRECTIONS.path or "").name))
        if isinstance(read, RecordError):
            return Taken(correction, "refusée", read.message)
        key, fiche = (CORRECTIONS.name, correction.record), read
    when = datetime.fromisoformat(correction.date)
    when = when.astimezone(UTC) if when.tzinfo else when
    # The hour tells two decisions of one day apart; the person's own words may hold anything and stay out.
    note = f"par le service, {when:%H:%M:%S} UTC"
    hash_ = text_hash(fiche)
    day = when.date().isoformat()
    return Taken(
        correction,
        "nouvelle",
        label=Label(*key, fiche.type, hash_, said, CERTITUDE, "correction", annotateur, day, note),
        text=text,
    )


def _beside(taken: Taken, label: Label, known: Label | None, said: Sequence[Label]) -> Taken:
    """Return a correction's fate beside what the log already says of its record."""
    same = [line for line in said if (line.hash, line.label) == (label.hash, label.label)]
    if (known in same) or any((line.date, line.note) == (label.date, label.note) for line in same):
        return replace(taken, fate="connue", why="déjà dans le journal")
    if any(line.date > label.date for line in said):
        return replace(taken, fate="dépassée", why="le journal a une correction plus récente", text=b"")
    if known is None and label.source == OWN.name:
        return Taken(taken.correction, "refusée", f"fiche écrite : son étiquette est dans {OWN_TEXTS.name}")
    return taken


def take_in(taken: Iterable[Taken], root: Path, log: Path) -> tuple[int, int]:
    """Keep the texts, then the labels, so that no label is ever without its text; return how many of each are new.

    Args:
        taken: what became of the corrections.
        root: folder that holds `data/`.
        log: the label log.

    Raises:
        LabelError: the folder is not there, or lies in the repository, which holds no text.
        OutputImpossible: the system refuses.
    """
    kept = [t for t in taken if t.fate in ("nouvelle", "connue")]
    texts = _keep({t.correction.record: t.text for t in kept if t.text}, root)
    labels = [t.label for t in kept if t.fate == "nouvelle" and t.label is not None]
    with writing(log):
        return texts, append_labels(log, labels) if labels else 0


def _keep(texts: Mapping[str, bytes], root: Path) -> int:
    if not texts:
        return 0
    path = root.resolve() / "data" / str(CORRECTIONS.path)
    if not root.is_dir():
        raise LabelError("donnees_absentes", f"{root} : pas de dossier ici ; donnez-le par --data ou GENSCAN_DATA")
    if path.is_relative_to(_REPOSITORY) and not path.is_relative_to(_REPOSITORY / "var"):
        raise LabelError(
            "donnees_dans_le_depot", f"{root} est dans le dépôt, qui ne garde aucun texte ; autre --data ?"
        )
    with writing(path), alone(path):
        there = {text.fiche.id for text in read_source(CORRECTIONS, root)} if path.exists() else set()
        new = [text for record, text in texts.items() if record not in there]
        old = path.read_bytes() if path.exists() else b""
        if new:
            write_atomic(path, b"".join([old, b"" if old.endswith(b"\n") or not old else b"\n", *new]))
    return len(new)


def read_log(log: Path, tree: Cartographie) -> list[Label]:
    """Return every line of a log; one that is not there yet has none."""
    return read_labels(log, tree) if log.exists() else []

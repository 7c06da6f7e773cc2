"""Decisions as people write them: at a prompt, or in a CSV that went through a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from cartography.files import write_atomic
from cartography.lookup import Lookup
from cartography.text import fold
from cartography.tree import Cartographie, Metier
from training.labels.log import NON, Key, Label, LabelError, check_label, effective
from training.labels.sources import OWN, OWN_TEXTS, SourceText, text_hash

COLUMNS = (
    "source",
    "id",
    "type",
    "intitule",
    "extrait",
    "label",
    "certitude",
    "suggestion",
    "raison",
    "nouvelle_etiquette",
    "nouvelle_certitude",
    "note",
    "empreinte",
)
NEEDED = ("source", "id", "nouvelle_etiquette")
EXTRACT = 600
"""Characters of a description in a cell."""
CERTITUDE = 2
"""Certainty of a changed label where the annotator gives none."""
CONFIRMED = "confirmée"
"""Note of a label that a person read and kept."""

_FORMULA = tuple("=+-@\t\r'")
_NUMBER = re.compile(r"[\d\s.,:/eE+-]+")
_PLAIN = re.compile(r"0|[1-9]\d{0,14}")
_SPLIT = re.compile(r"[|;,\n]+")


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of a spreadsheet that says something.

    Attributes:
        line: row number as the spreadsheet shows it; the header is 1.
        key: (source, id).
        empreinte: hash of the text that was exported; empty when the column is gone.
        label: canonical new label.
        certitude: 1 to 3; None where the cell is empty.
        note: why; may be empty.
    """

    line: int
    key: Key
    empreinte: str
    label: str
    certitude: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken.

    Attributes:
        line: row number; the header is 1.
        column: the cell at fault.
        reason: French.
    """

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"ligne {self.line}, {self.column} : {self.reason}"


def parse_label(text: str, tree: Cartographie, lookup: Lookup) -> str:
    """Return the label that a person wrote, in its canonical form.

    Args:
        text: "non", poste ids or usual titles separated by "|", ";" or ",", or "metier:<id>" / "famille:<id>".
        tree: the cartographie.
        lookup: its spellings.

    Raises:
        LabelError: what is wrong, with the nearest titles.

    >>> from cartography.loading import load_version
    >>> tree = load_version()
    >>> parse_label("Data Analyst ; développeuse full-stack", tree, Lookup.build(tree))
    'data-analyst|developpeur-full-stack'
    """
    if fold(text) == NON:
        return NON
    if ":" in text:
        return check_label(text.strip(), tree)
    return check_label("|".join(_poste(part, tree, lookup) for part in _SPLIT.split(text) if part.strip()), tree)


def _poste(text: str, tree: Cartographie, lookup: Lookup) -> str:
    poste = lookup.poste(text)
    if poste is not None:
        return poste.id
    text = text.strip()
    if above := lookup.find(text):
        level = "metier" if isinstance(above[0], Metier) else "famille"
        said = f"{text!r} n'est pas un poste ; si aucun poste ne convient : {level}:{above[0].id}"
        raise LabelError("etiquette_invalide", said)
    spellings = {fold(title): p.libelle for p in tree.postes for title in p.all_titles()}
    near = dict.fromkeys(spellings[key] for key in get_close_matches(fold(text), spellings, n=3))
    hint = f" ; peut-être : {', '.join(near)}" if near else ""
    raise LabelError("etiquette_invalide", f"poste inconnu : {text!r}{hint}")


def excerpt(text: str, limit: int) -> str:
    """Return the start and the end of a long text, cut between words; offers say who hires first, what one does last.

    >>> excerpt("un deux trois quatre cinq six sept huit", 24)
    'un deux trois […] huit'
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head, tail = text[: limit * 2 // 3], text[-(limit // 3) :]
    return f"{head.rpartition(' ')[0] or head} […] {tail.partition(' ')[2] or tail}"


def guard(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula or a number; `unguard` undoes it.

    Excel would run "=…" (formula injection) and turn the identifier 0816357 into 816357.

    >>> guard("=HYPERLINK(1)"), guard("0816357"), guard("102175"), guard("Data engineer")
    ("'=HYPERLINK(1)", "'0816357", '102175', 'Data engineer')
    """
    mangled = _NUMBER.fullmatch(cell) and not _PLAIN.fullmatch(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) or mangled else cell


def unguard(cell: str) -> str:
    """Return what a cell held before `guard`.

    >>> unguard("'0816357"), unguard("'=A1"), unguard("'a")
    ('0816357', '=A1', "'a")
    """
    bare = cell.removeprefix("'")
    return bare if guard(bare) == cell else cell


MAX_CELL = 100_000
"""Characters of a cell; a longer one is a quote that was never closed. Checked here, since csv's own limit belongs to
the whole process and other readers raise it."""


def write_sheet(path: Path, rows: Iterable[tuple[SourceText, Label | None, str, str]]) -> int:
    """Write a CSV that a French Excel opens, and return how many records it holds.

    Args:
        path: replaced whole.
        rows: record, its label, suggested label, reason.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for text, label, suggestion, why in rows:
        fiche = text.fiche
        known = (label.label, str(label.certitude)) if label else ("", "")
        title, extract = excerpt(fiche.intitule, EXTRACT), excerpt(fiche.description, EXTRACT)
        # The prefix keeps Excel from reading sixteen hexadecimal digits as a number.
        after = (*known, suggestion, why, "", "", "", f"h:{text_hash(fiche)}")
        writer.writerow(map(guard, (text.source, fiche.id, fiche.type, title, extract, *after)))
        count += 1
    # Excel reads UTF-8 only behind a mark.
    write_atomic(path, buffer.getvalue().encode("utf-8-sig"))
    return count


def read_sheet(path: Path, parse: Callable[[str], str]) -> tuple[list[Decision], list[Refusal]]:
    """Read what was decided; rows without a new label say nothing.

    Args:
        path: UTF-8 with or without its mark, UTF-16 or Windows-1252; ";", "," or tabs; other columns are ignored.
        parse: turns what was written into a canonical label, or raises `LabelError`.

    Raises:
        LabelError: unreadable file, or a column missing.
    """
    decisions, refusals = [], []
    seen: dict[Key, Decision] = {}
    for line, row in _rows(path):
        said = row.get("nouvelle_etiquette", "")
        if not said:
            continue
        found = _decision(line, row, said, parse)
        fate = _once(found, seen) if isinstance(found, Decision) else found
        if isinstance(fate, Decision):
            decisions.append(fate)
        elif fate is not None:
            refusals.append(fate)
    return decisions, refusals


def _decision(line: int, row: Mapping[str, str], said: str, parse: Callable[[str], str]) -> Decision | Refusal:
    for column in ("source", "id"):
        if not row[column]:
            return Refusal(line, column, "cellule vide")
    try:
        label = parse(said)
    except LabelError as error:
        return Refusal(line, "nouvelle_etiquette", error.message)
    # A spreadsheet may write 2 as 2,0.
    certitude = re.sub(r"[.,]0+$", "", row.get("nouvelle_certitude", ""))
    if certitude not in ("", "1", "2", "3"):
        return Refusal(line, "nouvelle_certitude", f"1, 2 ou 3 attendu : {certitude!r}")
    empreinte = row.get("empreinte", "").removeprefix("h:")
    key = row["source"], row["id"]
    return Decision(line, key, empreinte, label, int(certitude) if certitude else None, row.get("note", ""))


def _once(decision: Decision, seen: dict[Key, Decision]) -> Decision | Refusal | None:
    """Return a record's first decision; a second one is dropped when it says the same, else refused."""
    first = seen.setdefault(decision.key, decision)
    if first is decision:
        return decision
    if (first.label, first.certitude) == (decision.label, decision.certitude):
        return None
    reason = f"fiche déjà décidée à la ligne {first.line}, autrement"
    return Refusal(decision.line, "nouvelle_etiquette", reason)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(path)
    head = text.partition("\n")[0].strip()
    if re.fullmatch(r"sep=.", head.strip('"')):
        # Excel hides this line of its own and does not count it.
        text = text.partition("\n")[2]
        head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=head.count))
    try:
        header = [fold(name).replace(" ", "_") for name in next(reader, [])]
        missing = [name for name in NEEDED if name not in header]
        if missing:
            raise LabelError("colonnes_absentes", f"{path}, ligne 1 : colonne absente : {', '.join(missing)}")
        for number, cells in enumerate(reader, 2):
            if max(map(len, cells), default=0) > MAX_CELL:
                raise LabelError(
                    "tableau_illisible", f"{path}, ligne {number} : cellule de plus de {MAX_CELL} caractères"
                )
            padded = [*cells, *[""] * (len(header) - len(cells))]
            yield number, {name: unguard(cell.strip()) for name, cell in zip(header, padded, strict=False)}
    except csv.Error as error:
        raise LabelError("tableau_illisible", f"{path}, vers la ligne {reader.line_num} : {error}") from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise LabelError("tableau_illisible", f"{path} : illisible ({error.strerror})") from error
    if raw.startswith(b"PK\x03\x04"):
        raise LabelError("tableau_illisible", f"{path} : classeur Excel ; l'enregistrer en CSV")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel's plain "CSV" is on a French Windows.
        return raw.decode("cp1252", errors="replace")


def accept(
    decisions: Iterable[Decision],
    log: Sequence[Label],
    texts: Mapping[Key, SourceText],
    present: Collection[str],
    annotateur: str,
    date: str,
) -> tuple[list[Label], list[Refusal]]:
    """Return the corrections to add to a log; those that it already holds are left out.

    Args:
        decisions: what the rows say.
        log: every line of the log.
        texts: the records whose text is there.
        present: names of the sources whose file is there.
        annotateur: who decided.
        date: ISO 8601 day.
    """
    known = effective(log)
    written: dict[Key, list[Label]] = {}
    for line in log:
        if line.passe == "correction" and line.annotateur == annotateur:
            written.setdefault(line.key, []).append(line)
    labels, refusals = [], []
    for decision in decisions:
        text, before = texts.get(decision.key), known.get(decision.key)
        refusal = _unusable(decision, text, before, present)
        if refusal is not None:
            refusals.append(refusal)
            continue
        record = (
            (text.fiche.type, text_hash(text.fiche)) if text else (before.type, before.hash) if before else ("", "")
        )
        if any(_says(line, decision, record[1]) for line in written.get(decision.key, [])):
            continue
        kept = before is not None and before.label == decision.label
        sure = decision.certitude or (before.certitude if before and kept else CERTITUDE)
        note = decision.note or (CONFIRMED if kept else "")
        labels.append(Label(*decision.key, *record, decision.label, sure, "correction", annotateur, date, note))
    return labels, refusals


def _unusable(
    decision: Decision, text: SourceText | None, before: Label | None, present: Collection[str]
) -> Refusal | None:
    source, _ = decision.key
    if before is None and source == OWN.name:
        return Refusal(decision.line, "source", f"fiche écrite : son étiquette est dans {OWN_TEXTS.name}")
    if text is None and source in present:
        return Refusal(decision.line, "id", f"fiche absente de la source {source}")
    if text is None and before is None:
        return Refusal(decision.line, "id", "fiche ni dans le journal ni dans les sources présentes")
    now = text_hash(text.fiche) if text else before.hash if before else ""
    # A sheet that lost its fingerprints was made from the text that the log knows.
    read = decision.empreinte or (before.hash if before else now)
    if read != now:
        return Refusal(decision.line, "empreinte", "le texte de la fiche a changé : exportez-la de nouveau")
    return None


def _says(line: Label, decision: Decision, empreinte: str) -> bool:
    """Tell whether a correction already says what a row says; what the row leaves open does not count."""
    return (
        (line.label, line.hash) == (decision.label, empreinte)
        and decision.certitude in (None, line.certitude)
        and decision.note in ("", line.note)
    )

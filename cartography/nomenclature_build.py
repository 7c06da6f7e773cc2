"""Make the tables of RNCP titles and Formacode descriptors from the published CSVs.

Run as `python -m cartography.nomenclature_build DIR` where DIR holds `onisep/table_passage_certifs.csv`,
`onisep/ideo_formations.csv` (ONISEP) and `formacode/formacode_v8_2003.csv` (Centre Inffo). Only codes and labels are
kept.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cartography.files import write_atomic
from cartography.nomenclature import FORMACODE, RNCP
from cartography.readers.values import register_number
from cartography.text import clean_text


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def rncp_titles(folder: Path) -> dict[str, str]:
    """Return number → title; the register's own title wins over the name that ONISEP gives the course."""
    found: dict[str, str] = {}
    for row in _rows(folder / "table_passage_certifs.csv"):
        _add(found, row["ci_code_rncp"], row["rncp_intitule"] or row["ci_intitule"])
    for row in _rows(folder / "ideo_formations.csv"):
        _add(found, row["rncp"], row["intitule"])
    return found


def formacodes(path: Path) -> dict[str, str]:
    """Return code → descriptor."""
    return {row["code"]: clean_text(row["descripteur"]) for row in _rows(path) if row["descripteur"].strip()}


def _add(found: dict[str, str], number: str, title: str) -> None:
    known = register_number(number)
    if known and title.strip():
        found.setdefault(known, " ".join(clean_text(title).split()))


def _write(path: Path, header: str, rows: Mapping[str, str]) -> int:
    lines = [header, *(f"{code}\t{label}" for code, label in sorted(rows.items()))]
    write_atomic(path, ("\n".join(lines) + "\n").encode())
    return len(rows)


def main(folder: Path) -> None:
    """Write both tables."""
    written = _write(RNCP, "numero\tintitule", rncp_titles(folder / "onisep"))
    sys.stdout.write(f"{RNCP.name} : {written} lignes\n")
    written = _write(FORMACODE, "code\tdescripteur", formacodes(folder / "formacode" / "formacode_v8_2003.csv"))
    sys.stdout.write(f"{FORMACODE.name} : {written} lignes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

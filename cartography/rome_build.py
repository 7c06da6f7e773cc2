"""Make the compact ROME data files from France Travail's published CSVs.

Run as `python -m cartography.rome_build DIR` where DIR holds `v4/unix_referentiel_*` and `v3/unix_referentiel_*`
(Licence Ouverte). Only facts are kept: codes, labels, parents, OGR numbers.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cartography.files import write_atomic
from cartography.rome import DATA_FILES

DATA = Path(__file__).parent / "data"


def _rows(folder: Path, kind: str) -> Iterator[dict[str, str]]:
    (path,) = folder.glob(f"unix_referentiel_{kind}_v*_utf8.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {key: (value or "").replace("''", "'").strip() for key, value in row.items()}


def _version(folder: Path) -> str:
    (path,) = folder.glob("unix_referentiel_code_rome_v*_utf8.csv")
    found = re.search(r"_v(\d+)_", path.name)
    if not found:  # the glob above makes this unreachable but for a renamed file
        raise SystemExit(f"{path} : nom de fichier sans version")
    return found[1]


def _write(name: str, header: str, rows: Iterable[tuple[str, ...]]) -> int:
    lines = ["\t".join(row) for row in rows]
    write_atomic(DATA / name, (header + "\n" + "\n".join(lines) + "\n").encode())
    return len(lines)


def build(source: Path) -> dict[str, int]:
    """Write the four data files; return the number of rows of each.

    Args:
        source: folder with `v3/` and `v4/`.
    """
    v4, v3 = source / "v4", source / "v3"
    appellations4 = {r["code_ogr"]: r for r in _rows(v4, "appellation")}
    counts = {}
    counts[DATA_FILES.codes4] = _write(
        DATA_FILES.codes4,
        f"# ROME 4.0 version {_version(v4)} : code, libellé, code parent",
        sorted((r["code_rome"], r["libelle_rome"], r["code_rome_parent"]) for r in _rows(v4, "code_rome")),
    )
    counts[DATA_FILES.appellations4] = _write(
        DATA_FILES.appellations4,
        f"# ROME 4.0 version {_version(v4)} : code OGR, code ROME, libellé de l'appellation",
        sorted((r["code_ogr"], r["code_rome"], r["libelle_appellation_long"]) for r in appellations4.values()),
    )
    counts[DATA_FILES.codes3] = _write(
        DATA_FILES.codes3,
        f"# ROME 3 version {_version(v3)} : code, libellé",
        sorted((r["code_rome"], r["libelle_rome"]) for r in _rows(v3, "code_rome")),
    )
    counts[DATA_FILES.appellations3] = _write(
        DATA_FILES.appellations3,
        f"# ROME 3 version {_version(v3)} : code OGR, code ROME 3, libellé quand la version 4.0 n'a pas cet OGR",
        sorted(
            (
                r["code_ogr"],
                r["code_rome"],
                "" if r["code_ogr"] in appellations4 else r["libelle_appellation_long"],
            )
            for r in _rows(v3, "appellation")
        ),
    )
    return counts


if __name__ == "__main__":
    for file_name, count in build(Path(sys.argv[1])).items():
        sys.stdout.write(f"{file_name}: {count}\n")

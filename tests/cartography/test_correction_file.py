"""The file of corrections: processes that write at once or are killed, lines that are torn or are none."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cartography.correction_file import read_corrections
from cartography.corrections import Correction

ROOT = Path(__file__).parents[2]
FICHE = {"id": "a", "type": "offre", "intitule": "Data analyst"}
WORKER = """
import sys
from pathlib import Path
from cartography.correction_file import append_correction
from cartography.corrections import Correction
from cartography.fiche import Fiche

path, name, count, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for rank in range(count):
    fiche = Fiche(f"{name}-{rank}", "offre", "Data analyst", "x" * size)
    append_correction(path, Correction(fiche, "data-analyst", "2026-01-02T03:04:05Z", {}), 1 << 30)
    print(fiche.id, flush=True)
"""


def _worker(path: Path, name: str, count: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(path), name, str(count), str(size)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_processes_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "corrections.jsonl"
    workers = [_worker(path, name, 30, 20_000) for name in "abc"]
    said = {line for worker in workers for line in worker.communicate(timeout=60)[0].split()}
    assert len(said) == 90
    kept = [item.fiche.id for item in read_corrections(path) if isinstance(item, Correction)]
    assert sorted(kept) == sorted(said)


def test_a_killed_process_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "corrections.jsonl"
    acknowledged: set[str] = set()
    for turn in range(3):
        worker = _worker(path, f"tour{turn}", 100_000, 300_000)
        assert worker.stdout is not None
        acknowledged.add(worker.stdout.readline().strip())
        time.sleep(0.05 * turn)
        worker.send_signal(signal.SIGKILL)
        acknowledged.update(worker.stdout.read().split())
        worker.wait(10)
    assert _worker(path, "après", 1, 10).wait(60) == 0
    found = list(read_corrections(path))
    kept = {item.fiche.id for item in found if isinstance(item, Correction)}
    assert acknowledged | {"après-0"} <= kept
    # At most one unfinished line a kill, each on a line of its own.
    assert len(found) - len(kept) <= 3


def test_lines_that_are_no_correction_are_told_in_their_place(tmp_path: Path) -> None:
    path = tmp_path / "corrections.jsonl"
    good = {"label": "non", "date": "2026-01-02T03:04:05Z", "fiche": FICHE}
    bad: list[Any] = [
        [],
        {},
        {**good, "label": ""},
        {**good, "date": "hier"},
        {**good, "fiche": {"id": "a"}},
        {**good, "note": "x" * 501},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in [good, *bad, good]) + "\n{\n", encoding="utf-8")
    found = list(read_corrections(path))
    assert [isinstance(item, Correction) for item in found] == [True, *[False] * len(bad), True, False]
    places = [(item.position, item.champ) for item in found if not isinstance(item, Correction)]
    assert places == [(2, None), (3, "label"), (4, "label"), (5, "date"), (6, "fiche"), (7, "note"), (10, None)]

"""The whole measure on the tiny model and index, the kill -9 included; nothing is said of speed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GENSCAN = str(Path(sys.executable).with_name("genscan"))

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads /proc")


def _environment(tmp_path: Path) -> dict[str, str]:
    # The tiny model on one core; no real data, so that the same is asked everywhere.
    return os.environ | {"GENSCAN_THREADS": "1", "GENSCAN_DATA": str(tmp_path / "rien")}


def test_the_service_keeps_its_contract_and_its_writes(
    tiny_bundle_dir: Path, tiny_index_dir: Path, tmp_path: Path
) -> None:
    before = sorted(tiny_index_dir.rglob("*"))
    written = tmp_path / "charge.json"
    command = [GENSCAN, "serve-bench", "--rapide", "--bundle", str(tiny_bundle_dir), "--index", str(tiny_index_dir)]
    done = subprocess.run(
        [*command, "--json", str(written)],
        env=_environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "réponses hors du contrat : aucune" in done.stdout
    assert "perdues : 0, lots déchirés : 0" in done.stdout
    found = json.loads(written.read_text(encoding="utf-8"))
    assert found["durability"]["rounds"][0]["acknowledged"] > 0
    assert found["overload"]["sent"] > 0
    assert found["unloaded"]["classify"]["1000"]["good"] > 0
    assert found["memory"]["peak"] >= found["memory"]["ready"] > 0
    assert not found["failed"]
    assert sorted(tiny_index_dir.rglob("*")) == before


def test_a_soak_that_is_interrupted_still_tells_what_it_saw(
    tiny_bundle_dir: Path, tiny_index_dir: Path, tmp_path: Path
) -> None:
    written = tmp_path / "endurance.json"
    command = [GENSCAN, "serve-soak", "--bundle", str(tiny_bundle_dir), "--index", str(tiny_index_dir)]
    process = subprocess.Popen(
        [*command, "--minutes", "60", "--secondes", "0.1", "--json", str(written)],
        env=_environment(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until and not (written.is_file() and '"200"' in written.read_text(encoding="utf-8")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 0, output + errors
    assert "réponses hors du contrat : aucune" in output
    found = json.loads(written.read_text(encoding="utf-8"))
    assert found["statuts"]
    assert found["memoire"][0]["files"] > 0
    assert found["hors_contrat"] == {}

"""Two processes train one model with the code of one: torchrun's own launcher, on the processor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mlflow
import numpy as np
import torch
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from models.bundle import read_manifest
from tests.training.head.test_finetune import SUMS, _rows
from training.distributed import ALONE, Crew, crew
from training.encoder.base import load_base
from training.encoder.preparation import student_of
from training.head.finetune import Frame, finetune
from training.head.network import Network, TreeLoss
from training.head.settings import FineTuning


def _work(base: str, directory: str) -> tuple[int, list[float], list[tuple[float, float]]]:
    """Train as a process of torchrun; return its rank, some weights and the curve."""
    torch.set_num_threads(1)
    with crew() as processes:
        network = Network(student_of(load_base(base)), 4)
        settings = FineTuning(epochs=2, records=8, titles=4, rate=1e-3, head_rate=1e-2, max_tokens=16, polish=0)
        frame = Frame(_rows(2), _rows(1), [], TreeLoss(SUMS))
        curve = finetune(network, _rows(8), frame, settings, Path(directory), crew=processes)
        weights = network.head.weight.detach().flatten().tolist()
        return processes.rank, weights, curve


def test_the_processes_end_with_the_same_weights(tiny_base_dir: Path, tmp_path: Path) -> None:
    config = LaunchConfig(
        min_nodes=1, max_nodes=1, nproc_per_node=2, rdzv_backend="c10d", rdzv_endpoint="localhost:0", run_id="essai"
    )
    found = elastic_launch(config, _work)(str(tiny_base_dir), str(tmp_path / "deux"))
    assert sorted(rank for rank, _, _ in found.values()) == [0, 1]
    (_, one, curve), (_, other, _) = found.values()
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.abs(one).max() > 0
    assert curve[-1][1] < curve[0][1]
    # The first alone wrote, and what it wrote can be gone on from.
    assert json.loads((tmp_path / "deux" / "courbe.json").read_text())


def test_alone_nothing_is_shared() -> None:
    with crew() as processes:
        assert processes == ALONE
    rows = np.arange(6)
    assert ALONE.part(rows).tolist() == rows.tolist()
    assert sorted([*Crew(0, 2).part(rows), *Crew(1, 2).part(rows)]) == rows.tolist()
    assert ALONE.seed(1, 2) == [1, 2]
    assert Crew(0, 2).seed(1, 2) != Crew(1, 2).seed(1, 2)


def test_the_verb_trains_under_torchrun(tiny_base_dir: Path, tmp_path: Path) -> None:
    binaries = Path(sys.executable).parent
    command = [
        *(str(binaries / "torchrun"), "--standalone", "--nproc-per-node", "2", "--no-python"),
        *(str(binaries / "genscan"), "train", "--base", str(tiny_base_dir), "--epochs", "1", "--max-tokens", "24"),
        *("--work", str(tmp_path / "travail"), "--output", str(tmp_path / "modele"), "--no-register"),
    ]
    environment = {
        **os.environ,
        "GENSCAN_DATA": str(tmp_path / "vide"),
        "GENSCAN_MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("Modèle genscan-") == 1, "the first process alone speaks"
    assert read_manifest(tmp_path / "modele").labels
    runs = mlflow.tracking.MlflowClient(environment["GENSCAN_MLFLOW_TRACKING_URI"]).search_runs(["1"])
    assert len([run for run in runs if "mlflow.parentRunId" not in run.data.tags]) == 1

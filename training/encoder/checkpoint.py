"""Where a training stands: weights and optimizer in safetensors, the step in JSON; nothing is pickled."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

WEIGHTS, OPTIMIZER, PLACE = "weights.safetensors", "optimizer.safetensors", "place.json"


def save_checkpoint(
    directory: Path, module: torch.nn.Module, optimizer: torch.optim.Optimizer | None, step: int
) -> None:
    """Write a checkpoint; a kill at any instant leaves the former one or this one, whole.

    Args:
        directory: replaced.
        module: its weights.
        optimizer: AdamW over the module's parameters; None where nothing is to be trained further.
        step: steps done.
    """
    fresh, former = directory.with_name(f"{directory.name}.new"), directory.with_name(f"{directory.name}.old")
    for leftover in (fresh, former):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    save_file({name: value.contiguous() for name, value in module.state_dict().items()}, fresh / WEIGHTS)
    if optimizer is not None:
        moments = {
            f"{rank}.{name}": value.contiguous()
            for rank, state in optimizer.state_dict()["state"].items()
            for name, value in state.items()
        }
        save_file(moments, fresh / OPTIMIZER)
    (fresh / PLACE).write_text(json.dumps({"step": step}))
    if directory.exists():
        directory.replace(former)
    fresh.replace(directory)
    shutil.rmtree(former, ignore_errors=True)


def load_checkpoint(directory: Path, module: torch.nn.Module, optimizer: torch.optim.Optimizer | None = None) -> int:
    """Load the last whole checkpoint into a module and its optimizer.

    Returns:
        The steps done; 0 when there is no checkpoint.
    """
    former = directory.with_name(f"{directory.name}.old")
    found = next((d for d in (directory, former) if (d / PLACE).is_file()), None)
    if found is None:
        return 0
    module.load_state_dict(load_file(found / WEIGHTS))
    if optimizer is not None:
        state: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in load_file(found / OPTIMIZER).items():
            rank, _, name = key.partition(".")
            state.setdefault(int(rank), {})[name] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    step: int = json.loads((found / PLACE).read_text())["step"]
    return step

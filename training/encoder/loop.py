"""A training stage: tasks drawn by weight, AdamW, warm-up then cosine, resumed where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.distributed import ALONE, Crew
from training.encoder.checkpoint import load_checkpoint, save_checkpoint
from training.encoder.student import Student
from training.encoder.tasks import Task

EVERY = 100
"""Steps between two checkpoints: a few minutes on two cores."""


@dataclass(frozen=True)
class Stage:
    """What a stage does.

    Attributes:
        name: of its checkpoint.
        steps: how many.
        rate: highest learning rate.
        word_rate: that of the word vectors, which begin farther from where they must go.
        warmup: share of the steps in which the rate rises.
        least: share of the highest rate that is left at the end.
        decay: weight decay.
    """

    name: str
    steps: int
    rate: float
    word_rate: float
    warmup: float = 0.06
    least: float = 0.02
    decay: float = 0.01


def schedule(stage: Stage, step: int) -> float:
    """Return the share of the highest rate at a step.

    >>> stage = Stage("s", 100, 1.0, 1.0, warmup=0.1, least=0.0)
    >>> [round(schedule(stage, step), 2) for step in (0, 9, 55, 100)]
    [0.1, 1.0, 0.5, 0.0]
    """
    rising = max(1, round(stage.warmup * stage.steps))
    if step < rising:
        return (step + 1) / rising
    done = (step - rising) / max(1, stage.steps - rising)
    return stage.least + (1 - stage.least) * (1 + float(np.cos(np.pi * done))) / 2


def run_stage(
    student: Student,
    stage: Stage,
    tasks: Sequence[tuple[float, Task]],
    directory: Path,
    *,
    seed: int = 0,
    crew: Crew = ALONE,
    progress: Callable[[int, int, float], Any] = lambda step, task, loss: None,
) -> None:
    """Train a student in place.

    The batch of a step depends on the seed and the step alone, so that a resumed stage goes on as it would have.

    Args:
        student: the encoder.
        stage: see `Stage`.
        tasks: (weight, task).
        directory: of the checkpoints.
        seed: of the batches.
        crew: the processes; each draws a batch of its own, so that a step learns from as many times more.
        progress: called after each step with its rank, the task's rank and the loss.
    """
    optimizer = _optimizer(student, stage)
    place = directory / stage.name
    first = load_checkpoint(place, student, optimizer)
    weights = np.array([weight for weight, _ in tasks])
    student.train()
    for step in range(first, stage.steps):
        random = np.random.default_rng([seed, step])
        torch.manual_seed(int(random.integers(2**31)))
        rank = int(random.choice(len(tasks), p=weights / weights.sum()))
        own = random if crew.size == 1 else np.random.default_rng(crew.seed(seed, step))
        loss = tasks[rank][1].loss(student, own)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        crew.average(student)
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        share = schedule(stage, step)
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * share
        optimizer.step()
        progress(step, rank, float(loss.detach()))
        if (step + 1) % EVERY == 0 or step + 1 == stage.steps:
            if crew.first:
                save_checkpoint(place, student, optimizer, step + 1)
            crew.wait()


def _optimizer(student: Student, stage: Stage) -> torch.optim.AdamW:
    words = student.bert.get_input_embeddings().weight
    others = [p for p in student.parameters() if p is not words]
    groups = [
        {"params": others, "lr": stage.rate, "highest": stage.rate},
        {"params": [words], "lr": stage.word_rate, "highest": stage.word_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, weight_decay=stage.decay, fused=True)

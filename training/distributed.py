"""Several processes that train one model: each learns from its part of a step, their gradients are averaged.

Started by torchrun, which tells each process its rank (https://docs.pytorch.org/docs/stable/elastic/run.html); started
plainly, there is one. The weights stay the same everywhere, since all begin with the same and take the same steps.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import torch
import torch.distributed
from numpy.typing import NDArray

PATIENCE = timedelta(hours=2)
"""How long the others wait for the first, which alone prepares what all read."""


@dataclass(frozen=True)
class Crew:
    """The processes of a training.

    Attributes:
        rank: of this one.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def part(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return this process's rows of a step.

        >>> Crew(1, 2).part(np.arange(5)).tolist()
        [1, 3]
        """
        return rows[self.rank :: self.size]

    def seed(self, *numbers: int) -> list[int]:
        """Return the seed of what each process draws for itself; alone, that of a training that knows of no others."""
        return [*numbers] if self.size == 1 else [*numbers, self.rank]

    def average(self, module: torch.nn.Module) -> None:
        """Replace the gradients by their mean over the processes."""
        if self.size == 1:
            return
        gradients = [p.grad for p in module.parameters() if p.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        torch.distributed.all_reduce(flat)
        flat /= self.size
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()

    def wait(self) -> None:
        """Return when every process is here."""
        if self.size > 1:
            torch.distributed.barrier()

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Let the first do something alone, then the others, which find what it left."""
        if not self.first:
            self.wait()
        yield
        if self.first:
            self.wait()


ALONE = Crew()


@contextmanager
def crew() -> Iterator[Crew]:
    """Join the processes that torchrun started; alone where it started none."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    options: dict[str, Any] = {"timeout": PATIENCE}
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    torch.distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo", **options)
    try:
        yield Crew(torch.distributed.get_rank(), size)
    finally:
        torch.distributed.destroy_process_group()

"""Fine-tuning of encoder and head on labelled records and titles, with rehearsal of what the encoder knew."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cartography.files import write_atomic
from models.encoder import Text
from training.distributed import ALONE, Crew
from training.encoder.checkpoint import load_checkpoint, save_checkpoint
from training.encoder.loop import Stage, schedule
from training.encoder.tasks import Task
from training.head.network import Network, TreeLoss
from training.head.rows import Rows, drawn
from training.head.search import golden
from training.head.settings import POLISH_RATE, REHEARSED, FineTuning

CURVE = "courbe.json"
POLISH_SHUFFLED = 0.15


@dataclass(frozen=True)
class Frame:
    """What stays the same from a first training to the passes that follow it.

    Attributes:
        titles: titles with their shares, drawn beside the records.
        validation: rows that say which epoch is the best.
        rehearsal: (weight, task) of the encoder's own training; may be empty.
        loss: over the tree.
    """

    titles: Rows
    validation: Rows
    rehearsal: Sequence[tuple[float, Task]]
    loss: TreeLoss


Curve = Sequence[tuple[float, float]]
"""(training loss, validation loss) of each epoch."""
Progress = Callable[[int, int, float, Curve | None], Any]
"""Called after each step with the step, their number, the loss and, at an epoch's end, the curve up to there."""


def finetune(
    network: Network,
    records: Rows,
    frame: Frame,
    settings: FineTuning,
    directory: Path,
    *,
    crew: Crew = ALONE,
    progress: Progress = lambda *_: None,
) -> list[tuple[float, float]]:
    """Train a network in place and leave it with the averaged weights of its best epoch on validation.

    Args:
        network: encoder and head.
        records: labelled records.
        frame: what they are learnt with.
        settings: see `FineTuning`.
        directory: of the checkpoint.
        crew: the processes, which share the rows of a step.
        progress: see `Progress`.

    Returns:
        (training loss, validation loss) of each epoch.
    """
    optimizer = _optimizer(network, settings)
    average = averaged(network, settings.average)
    both = torch.nn.ModuleList([network, average])
    each = max(1, len(records.texts) // settings.records)
    stage = Stage("fiches", each * settings.epochs, settings.rate, settings.word_rate)
    last, best = directory / "derniere", directory / "meilleure"
    first = load_checkpoint(last, both, optimizer)
    curve = _read_curve(directory)[: first // each]
    losses: list[float] = []
    for step in range(first, stage.steps):
        total = _step_loss(network, records, frame, settings, crew, step)
        optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        crew.average(network)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * schedule(stage, step)
        optimizer.step()
        average.update_parameters(network)
        losses.append(float(total.detach()))
        ended = (step + 1) % each == 0
        if ended:
            held = validation_loss(average.module, frame.validation, frame.loss, settings.max_tokens)
            curve.append((float(np.mean(losses)), held))
            losses.clear()
            if crew.first:
                if held == min(value for _, value in curve):
                    save_checkpoint(best, average.module, None, step + 1)
                save_checkpoint(last, both, optimizer, step + 1)
                write_atomic(directory / CURVE, json.dumps(curve).encode())
            crew.wait()
        progress(step + 1, stage.steps, float(total.detach()), tuple(curve) if ended else None)
    load_checkpoint(best, network)
    network.eval()
    return curve


def _step_loss(
    network: Network, records: Rows, frame: Frame, settings: FineTuning, crew: Crew, step: int
) -> torch.Tensor:
    """Return the loss of a step, which depends on the seed and the step alone, so that a resumed training goes on."""
    network.train()
    random = np.random.default_rng(crew.seed(settings.seed, 1, step))
    torch.manual_seed(int(random.integers(2**31)))
    each = max(1, len(records.texts) // settings.records)
    order = np.random.default_rng([settings.seed, 2, step // each]).permutation(len(records.texts))
    rows = order[step % each * settings.records :][: settings.records]
    total = frame.loss(*_batch(network, records, crew.part(rows), settings, random))
    titles = frame.titles
    share = titles.weights / titles.weights.sum()
    picked = random.choice(len(titles.texts), size=max(1, settings.titles // crew.size), p=share)
    logits, targets, weights = _batch(network, titles, picked, settings, random)
    total = total + 0.5 * frame.loss(logits, targets, torch.ones_like(weights))
    if frame.rehearsal and step % REHEARSED == 0:
        chances = np.array([weight for weight, _ in frame.rehearsal])
        task = frame.rehearsal[int(random.choice(len(chances), p=chances / chances.sum()))][1]
        total = total + settings.rehearsal * task.loss(network.student, random)
    return total


def polish(
    network: Network,
    records: Rows,
    frame: Frame,
    settings: FineTuning,
    directory: Path,
    *,
    crew: Crew = ALONE,
    progress: Progress = lambda *_: None,
) -> list[tuple[float, float]]:
    """Go on with a trained network over the records as it will read them; keep what that brings only if it helps.

    Args:
        network: left as it was where validation says that it is worse.
        records: as they will be read.
        frame: what they are learnt with.
        settings: of the first training.
        directory: of the checkpoint.
        crew: the processes.
        progress: see `Progress`.

    Returns:
        (training loss, validation loss) of each pass.
    """
    before = validation_loss(network, frame.validation, frame.loss, settings.max_tokens)
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    gentle = replace(
        settings,
        epochs=settings.polish,
        rate=POLISH_RATE * settings.rate,
        word_rate=POLISH_RATE * settings.word_rate,
        head_rate=POLISH_RATE * settings.head_rate,
        wide=0.0,
        shuffled=POLISH_SHUFFLED,
    )
    curve = finetune(network, records, frame, gentle, directory, crew=crew, progress=progress)
    if min(held for _, held in curve) > before:
        network.load_state_dict(kept)
    return curve


def averaged(network: Network, keep: float) -> torch.optim.swa_utils.AveragedModel:
    """Return a copy of the network that follows the average of its weights; the first steps count for less."""

    def follow(kept: Sequence[torch.Tensor], fresh: Sequence[torch.Tensor], count: torch.Tensor | int) -> None:
        share = min(keep, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(list(kept), list(fresh), 1 - share)

    return torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=torch.no_grad()(follow))


def _read_curve(directory: Path) -> list[tuple[float, float]]:
    path = directory / CURVE
    return [(row[0], row[1]) for row in json.loads(path.read_bytes())] if path.is_file() else []


def validation_loss(network: torch.nn.Module, rows: Rows, loss: TreeLoss, max_tokens: int) -> float:
    """Return the weighted mean loss of the rows at their best temperature, in nats.

    The temperature, because the model is calibrated in the end: an epoch that is right more often, but too sure of
    itself, is the better one.
    """
    logits = torch.from_numpy(logits_of(network, rows.texts, max_tokens))
    targets, weights = torch.from_numpy(rows.targets), torch.from_numpy(rows.weights.astype(np.float32))

    def tempered(inverse: float) -> float:
        return float(loss(logits * inverse, targets, weights))

    return tempered(golden(tempered, 1 / 20, 20.0))


def logits_of(network: torch.nn.Module, texts: Sequence[Text], max_tokens: int) -> NDArray[np.float32]:
    """Return the logits of texts, float32 (n, classes)."""
    network.eval()
    with torch.inference_mode():
        parts = [network(texts[i : i + 512], max_tokens).cpu().numpy() for i in range(0, len(texts), 512)]
    return np.concatenate(parts)


def _batch(
    network: Network, rows: Rows, ranks: NDArray[np.intp], settings: FineTuning, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    texts = [drawn(rows, int(rank), settings, random) for rank in ranks]
    device = network.student.device
    return (
        network(texts, settings.max_tokens),
        torch.from_numpy(rows.targets[ranks]).to(device),
        torch.from_numpy(rows.weights[ranks].astype(np.float32)).to(device),
    )


def _optimizer(network: Network, settings: FineTuning) -> torch.optim.AdamW:
    words = network.student.bert.get_input_embeddings().weight
    head = list(network.head.parameters())
    special = {id(p) for p in (words, *head)}
    groups = [
        ([p for p in network.parameters() if id(p) not in special], settings.rate, 0.01),
        ([words], settings.word_rate, 0.0),
        (head, settings.head_rate, 0.01),
    ]
    return torch.optim.AdamW(
        [{"params": params, "lr": rate, "highest": rate, "weight_decay": decay} for params, rate, decay in groups],
        fused=True,
    )

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
from models.reading import sentences
from training.encoder.checkpoint import load_checkpoint, save_checkpoint
from training.encoder.loop import Stage, schedule
from training.encoder.tasks import Task
from training.head.network import Network, TreeLoss
from training.head.search import golden

CURVE = "courbe.json"
REHEARSED = 2
"""Steps from one rehearsal to the next: enough to forget nothing, and a sixth of the time is saved."""
POLISH_RATE, POLISH_SHUFFLED = 0.3, 0.15
TELLING = 120
"""Characters of a description from which it is taken to tell what the work is."""


@dataclass(frozen=True)
class FineTuning:
    """How it is done.

    Attributes:
        epochs: passes over the records.
        records: records in a step.
        titles: titles in a step, drawn by weight.
        rate: highest learning rate of the transformer.
        word_rate: of the word vectors.
        head_rate: of the head.
        max_tokens: texts are cut there.
        bare: share of the records read by their title alone, as a query or a poor catalogue would give them.
        wide: share read with more of their description.
        misled: share whose title is another record's: sites put titles of their own over offers, and the content is
            what counts.
        shuffled: share whose sentences change their order.
        polish: passes that follow, at `POLISH_RATE` of the rates, over the records as the model will read them.
        average: share of the averaged weights that a step keeps. The model is that average (Polyak & Juditsky 1992),
            which wavers less than the last step.
        rehearsal: weight of the encoder's own tasks, one batch of which goes into every `REHEARSED`-th step.
        seed: of every draw.
    """

    epochs: int = 6
    records: int = 64
    titles: int = 48
    rate: float = 1e-4
    word_rate: float = 2e-4
    head_rate: float = 2e-3
    max_tokens: int = 96
    bare: float = 0.15
    wide: float = 0.25
    misled: float = 0.06
    shuffled: float = 0.0
    polish: int = 2
    average: float = 0.99
    rehearsal: float = 0.3
    seed: int = 0


@dataclass(frozen=True)
class Rows:
    """Texts with their targets.

    Attributes:
        texts: n texts.
        targets: float32 (n, classes), rows summing to 1.
        weights: float64 (n,).
        wider: the n texts with more of their description; none when empty.
    """

    texts: Sequence[Text]
    targets: NDArray[np.float32]
    weights: NDArray[np.float64]
    wider: Sequence[Text] = ()


def finetune(
    network: Network,
    records: Rows,
    titles: Rows,
    validation: Rows,
    rehearsal: Sequence[tuple[float, Task]],
    loss: TreeLoss,
    settings: FineTuning,
    directory: Path,
    *,
    progress: Callable[[int, int, float, float | None], Any] = lambda *_: None,
) -> list[tuple[float, float]]:
    """Train a network in place and leave it with the averaged weights of its best epoch on validation.

    Args:
        network: encoder and head.
        records: labelled records.
        titles: titles with their shares.
        validation: rows that say which epoch is the best.
        rehearsal: (weight, task) of the encoder's own training; may be empty.
        loss: over the tree.
        settings: see `FineTuning`.
        directory: of the checkpoint.
        progress: called after each step with the step, their number, the loss and, at an epoch's end, that of
            validation.

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
    chances = np.array([weight for weight, _ in rehearsal])
    losses: list[float] = []
    for step in range(first, stage.steps):
        network.train()
        random = np.random.default_rng([settings.seed, 1, step])
        torch.manual_seed(int(random.integers(2**31)))
        order = np.random.default_rng([settings.seed, 2, step // each]).permutation(len(records.texts))
        rows = order[step % each * settings.records :][: settings.records]
        total = loss(*_batch(network, records, rows, settings, random))
        share = titles.weights / titles.weights.sum()
        drawn = random.choice(len(titles.texts), size=settings.titles, p=share)
        logits, targets, weights = _batch(network, titles, drawn, settings, random)
        total = total + 0.5 * loss(logits, targets, torch.ones_like(weights))
        if rehearsal and step % REHEARSED == 0:
            task = rehearsal[int(random.choice(len(rehearsal), p=chances / chances.sum()))][1]
            total = total + settings.rehearsal * task.loss(network.student, random)
        optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * schedule(stage, step)
        optimizer.step()
        average.update_parameters(network)
        losses.append(float(total.detach()))
        held = None
        if (step + 1) % each == 0:
            held = validation_loss(average.module, validation, loss, settings.max_tokens)
            curve.append((float(np.mean(losses)), held))
            losses.clear()
            if held == min(value for _, value in curve):
                save_checkpoint(best, average.module, None, step + 1)
            save_checkpoint(last, both, optimizer, step + 1)
            write_atomic(directory / CURVE, json.dumps(curve).encode())
        progress(step + 1, stage.steps, float(total.detach()), held)
    load_checkpoint(best, network)
    network.eval()
    return curve


def polish(
    network: Network,
    records: Rows,
    titles: Rows,
    validation: Rows,
    rehearsal: Sequence[tuple[float, Task]],
    loss: TreeLoss,
    settings: FineTuning,
    directory: Path,
    *,
    progress: Callable[[int, int, float, float | None], Any] = lambda *_: None,
) -> list[tuple[float, float]]:
    """Go on with a trained network over the records as it will read them; keep what that brings only if it helps.

    Args:
        network: left as it was where validation says that it is worse.
        records: as they will be read.
        titles: see `finetune`; likewise validation, rehearsal, loss, directory and progress.
        validation: see `finetune`.
        rehearsal: see `finetune`.
        loss: see `finetune`.
        settings: of the first training.
        directory: see `finetune`.
        progress: see `finetune`.

    Returns:
        (training loss, validation loss) of each pass.
    """
    before = validation_loss(network, validation, loss, settings.max_tokens)
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
    curve = finetune(network, records, titles, validation, rehearsal, loss, gentle, directory, progress=progress)
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
    texts = [_drawn(rows, int(rank), settings, random) for rank in ranks]
    device = network.student.device
    return (
        network(texts, settings.max_tokens),
        torch.from_numpy(rows.targets[ranks]).to(device),
        torch.from_numpy(rows.weights[ranks].astype(np.float32)).to(device),
    )


def _drawn(rows: Rows, rank: int, settings: FineTuning, random: np.random.Generator) -> Text:
    """Return one reading of a record: as it will be read, wider, by its title alone, or under another's title."""
    text, draw = rows.texts[rank], random.random()
    if not isinstance(text, tuple):
        return text
    if draw < settings.bare:
        return text[0]
    if draw < settings.bare + settings.wide and rows.wider:
        text = rows.wider[rank]
    if not isinstance(text, tuple):
        return text
    title, passage = text
    if settings.shuffled and random.random() < settings.shuffled:
        passage = " ".join(random.permutation(np.array(sentences(passage), dtype=object)))
    if len(passage) >= TELLING and random.random() < settings.misled:
        other = rows.texts[int(random.integers(len(rows.texts)))]
        title = other[0] if isinstance(other, tuple) else other
    return title, passage


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

"""How the encoder is made: vocabulary, first vectors, distillation, contrast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from training.distributed import ALONE, Crew
from training.encoder.base import load_base
from training.encoder.loop import Stage, run_stage
from training.encoder.names import DEFAULT_BASE
from training.encoder.preparation import first_student, key, teacher_of, teacher_vectors, vocabulary
from training.encoder.student import Student
from training.encoder.tasks import Contrast, Distill, Task
from training.encoder.vocabulary import SIZE
from training.errors import TrainingError
from training.material.collection import Material, gather
from training.material.concept import Draw

SOURCES = {
    "rome": (0.22, Draw(gloss=0.2, english=0.0)),
    "esco": (0.26, Draw(gloss=0.1, english=0.35)),
    "esco_skill": (0.06, Draw(gloss=0.2, english=0.4)),
    "noc": (0.1, Draw(gloss=0.0, english=0.25)),
    "onisep": (0.06, Draw(gloss=0.5, english=0.0)),
    "offre": (0.14, Draw(gloss=0.7, english=0.0)),
    "formation": (0.04, Draw(gloss=1.0, english=0.0)),
}
"""Share of the contrastive steps of each source, and how its pairs are drawn."""

SHORT = 160
"""Characters of the sentences distilled: longer ones cost more than they teach."""

REHEARSAL = 0.12
"""Share of the contrastive stage's steps that go on with the distillation, lest its general French fade."""


@dataclass(frozen=True)
class Recipe:
    """What can be set.

    Attributes:
        base: name or path of the base encoder, a BERT.
        tokenizer: `tokenizer.json` of a vocabulary already learnt; a new one is learnt when None.
        vocabulary: pieces of a new vocabulary.
        distil: steps of the first stage.
        contrast: steps of the second.
        batch: rows of a step.
        seed: of every draw.
        max_tokens: limit of the encoder that is written.
    """

    base: str = DEFAULT_BASE
    tokenizer: Path | None = None
    vocabulary: int = SIZE
    distil: int = 350
    contrast: int = 650
    batch: int = 640
    seed: int = 0
    max_tokens: int = 128


def device() -> torch.device:
    """Return the fastest device there is."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


Told = Callable[[str, int, int, str, float], Any]
"""Called after each training step with the stage, the step, the stage's steps, the task and the loss."""


@dataclass(frozen=True)
class Prepared:
    """All that an encoder learns from, and what learns.

    Attributes:
        recipe: what is asked.
        material: the texts.
        student: the encoder, with its first vectors until it is taught.
        stages: each with its tasks: (weight, name, task).
        directory: where the training is kept, named after all that decides its outcome.
    """

    recipe: Recipe
    material: Material
    student: Student
    stages: tuple[tuple[Stage, Sequence[tuple[float, str, Task]]], ...]
    directory: Path


def prepare(
    recipe: Recipe, root: Path, work: Path, *, crew: Crew = ALONE, say: Callable[[str], Any] = lambda stage: None
) -> Prepared:
    """Read the sources and make what stands before the first step, or find it where a former call left it.

    Args:
        recipe: see `Recipe`.
        root: folder that holds `data/`.
        work: directory of what is kept between calls.
        crew: the processes that train; the first writes.
        say: called at each step with what begins.

    Raises:
        TrainingError: a source is missing, or the base is no BERT.
    """
    work.mkdir(parents=True, exist_ok=True)
    say("lecture des sources")
    material = gather(root)
    base = load_base(recipe.base)
    teacher = teacher_of(base)
    pairs = (*material.sentences, *material.titles)
    with crew.in_turn():
        tokenizer = vocabulary(recipe.tokenizer, recipe.vocabulary, material, work, say)
        student = first_student(teacher, tokenizer, material, work, say).to(device())
        vectors = teacher_vectors(teacher.to(device()), [english for _, english in pairs], work, say)
    sentences = len(material.sentences)
    short = [i for i in range(sentences) if len(pairs[i][0]) <= SHORT]
    distil: list[tuple[float, str, Task]] = [
        (0.75, "phrases", Distill([pairs[i] for i in short], vectors[short], recipe.batch)),
        (0.25, "titres", Distill(pairs[sentences:], vectors[sentences:], recipe.batch)),
    ]
    contrast: list[tuple[float, str, Task]] = [
        (weight, name, Contrast.of(material.concepts[name], draw, _batch(recipe, draw)))
        for name, (weight, draw) in SOURCES.items()
        if name in material.concepts
    ]
    contrast += [(REHEARSAL * weight, name, task) for weight, name, task in distil]
    stages = (
        (Stage("distillation", recipe.distil, rate=3e-4, word_rate=2e-3), distil),
        (Stage("contraste", recipe.contrast, rate=2e-4, word_rate=6e-4), contrast),
    )
    return Prepared(recipe, material, student, stages, work / key(recipe, student.digest()))


def teach(
    prepared: Prepared,
    *,
    crew: Crew = ALONE,
    say: Callable[[str], Any] = lambda stage: None,
    told: Told = lambda *_: None,
) -> None:
    """Train the student in place; a second call goes on where one stopped.

    Args:
        prepared: see `prepare`.
        crew: the processes that train; the first writes.
        say: called with each stage that begins.
        told: see `Told`.
    """
    for stage, tasks in prepared.stages:
        say(stage.name)
        run_stage(
            prepared.student,
            stage,
            [(weight, task) for weight, _, task in tasks],
            prepared.directory,
            seed=prepared.recipe.seed,
            crew=crew,
            progress=_teller(stage, tasks, told),
        )


def _batch(recipe: Recipe, draw: Draw) -> int:
    """Return the pairs of a step: half as many where most are glosses, which are five times as long as names."""
    return recipe.batch // 2 if draw.gloss >= 0.5 else recipe.batch


def rehearsal(root: Path | None, batch: int = 96) -> list[tuple[float, Task]]:
    """Return the contrastive tasks, for a fine-tuning that must not forget them; none where the sources are not.

    Args:
        root: folder that holds `data/`.
        batch: pairs of a step.
    """
    if root is None:
        return []
    try:
        material = gather(root)
    except TrainingError:
        return []
    return [
        (weight, Contrast.of(material.concepts[name], draw, batch))
        for name, (weight, draw) in SOURCES.items()
        if name in material.concepts
    ]


def _teller(stage: Stage, tasks: Sequence[tuple[float, str, Task]], told: Told) -> Callable[[int, int, float], None]:
    def tell(step: int, rank: int, loss: float) -> None:
        told(stage.name, step + 1, stage.steps, tasks[rank][1], loss)

    return tell

"""What a run is asked to do, what it learns from, and the learning, in one process or several."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from datasets import DatasetDict

from cartography.crosswalk import Crosswalk
from cartography.tree import Cartographie
from models.head import TreeSums
from training.corpus.examples import Corpus, build_corpus
from training.corpus.labelled import HELD_OUT
from training.corpus.learned import learned_splits
from training.distributed import ALONE, Crew
from training.encoder.base import Base, load_base
from training.encoder.names import DEFAULT_BASE
from training.encoder.preparation import student_of
from training.encoder.recipe import device, rehearsal
from training.errors import TrainingError
from training.head.finetune import Curve, Frame, Progress, finetune, polish, validation_loss
from training.head.lessons import Lessons, prepare
from training.head.network import Network, TreeLoss
from training.head.rows import Rows
from training.head.settings import FineTuning
from training.memory import keep_memory

Say = Callable[[str], Any]
"""Tells a person what stage begins."""
Steps = Callable[[int, int], Any]
"""Told after each step of the learning: how many are done, of how many."""
Follow = Callable[[Curve], Any]
"""Told at each validation point the curve up to there, whatever stopped and resumed in between."""


@dataclass(frozen=True)
class RunSettings:
    """What a run is asked to do.

    Attributes:
        output: directory of the bundle.
        base: name or path of the base encoder.
        characters: of a description that are learnt from.
        polished: of a description that the last passes learn from, chosen as they will be in service; for each length
            the passes begin anew, and the model is the mean of their weights (Wortsman et al. 2022, Model soups).
        served: of a description that the model reads once in service.
        finetuning: how encoder and head learn.
        trainings: how many times they learn, from the same start with other seeds (that of `finetuning`, and those
            that follow it); the model is the mean of the weights of all their ends.
        work: directory of what is kept between runs, so that a stopped one goes on, and of the last fp32 graph.
        gold: labelled records to report on at the end; None for none.
        data: folder of the labelled records' texts (`training.labels.sources.shared_root`), which may be absent: the
            project's own records are then the only ones. None trains on titles alone.
        every_publisher: whether to learn from the publishers that are else held out to measure on: for the model put in
            service, once another one has shown what the same training does on publishers it never saw.
        until: ISO 8601 day; of labels given later only the layer on words and the calibration learn, so that new ones
            enter a model in minutes, the encoder being that of before. "" for none.
        left_out: postes that nothing is learnt of, to see what their definition alone makes of them; such a model is
            not registered.
        registered: whether to register the model.
        idea: what is tried, in a few French words, for the report.
        command: the command line, for the card.
    """

    output: Path
    base: str = DEFAULT_BASE
    characters: int = 160
    polished: tuple[int, ...] = (240, 320)
    served: int = 240
    finetuning: FineTuning = field(default_factory=FineTuning)
    trainings: int = 1
    work: Path = Path("var/train")
    gold: Path | None = None
    data: Path | None = None
    every_publisher: bool = False
    until: str = ""
    left_out: tuple[str, ...] = ()
    registered: bool = True
    idea: str = ""
    command: str = "genscan train"


@dataclass(frozen=True)
class Taught:
    """What is learnt from.

    Attributes:
        corpus: titles and labelled records.
        lessons: the corpus as the network reads it.
    """

    corpus: Corpus
    lessons: Lessons


@dataclass(frozen=True)
class Plan:
    """All that a run learns from.

    Attributes:
        settings: what is asked.
        base: the encoder that it starts from.
        whole: the cartographie.
        tree: the same without the postes left out: its postes are the classes.
        everything: labelled records by split; None where there are none.
        labelled: those that none of the postes left out is accepted for.
        first: what the encoder and its head learn from.
        last: what the layer on words and the calibration learn from: the same, unless `until` says more.
    """

    settings: RunSettings
    base: Base
    whole: Cartographie
    tree: Cartographie
    everything: DatasetDict | None
    labelled: DatasetDict | None
    first: Taught
    last: Taught

    @property
    def corpus(self) -> Corpus:
        """All that is learnt from."""
        return self.last.corpus

    @property
    def lessons(self) -> Lessons:
        """All that is learnt from, as the network reads it."""
        return self.last.lessons

    @property
    def directory(self) -> Path:
        """Where the run is kept, named after all that decides its outcome: only the same run goes on there."""
        several = f" {self.settings.trainings}" if self.settings.trainings > 1 else ""
        later = f" {self.corpus.digest}" if self.last is not self.first else ""
        return self._kept(f"{self.settings.finetuning}{several}{later}")

    def directory_of(self, finetuning: FineTuning) -> Path:
        """Where one of its trainings is kept, which other runs may share."""
        return self._kept(str(finetuning))

    def _kept(self, how: str) -> Path:
        facts = f"{self.first.corpus.digest} {self.settings.characters} {how} {student_of(self.base).digest()}"
        return self.settings.work / hashlib.sha256(facts.encode()).hexdigest()[:16]


def make_plan(
    settings: RunSettings, cartographie: Cartographie, crosswalk: Crosswalk, say: Say = lambda stage: None
) -> Plan:
    """Read everything that a run needs.

    Raises:
        GenscanError: the base encoder or a labelled file is unusable, or no label is as old as asked.
    """
    say(f"encodeur de base {settings.base}")
    base = load_base(settings.base)
    places = student_of(base).bert.config.max_position_embeddings
    if settings.finetuning.max_tokens > places:
        message = f"{settings.base} : {settings.finetuning.max_tokens} jetons demandés, l'encodeur en lit {places}"
        raise TrainingError("jetons_trop_nombreux", message)
    say("corpus")
    tree = cartographie.without(settings.left_out)
    everything = _labelled(settings, cartographie)
    labelled = _without(everything, settings.left_out)
    last = first = _taught(settings, tree, crosswalk, labelled)
    if settings.until and settings.data is not None:
        earlier = _without(_labelled(settings, cartographie, settings.until), settings.left_out)
        if not {"train", "validation"} <= set(earlier or ()):
            message = f"--encodeur-jusqu-au {settings.until} : aucune étiquette, ou trop peu, jusqu'à ce jour"
            raise TrainingError("etiquettes_absentes", message)
        first = _taught(settings, tree, crosswalk, earlier)
    return Plan(settings, base, cartographie, tree, everything, labelled, first, last)


def _taught(settings: RunSettings, tree: Cartographie, crosswalk: Crosswalk, labelled: DatasetDict | None) -> Taught:
    corpus = build_corpus(tree, crosswalk, labelled)
    return Taught(corpus, prepare(corpus, labelled, tree, settings.characters, settings.polished, settings.served))


def learn(
    plan: Plan,
    crew: Crew = ALONE,
    say: Say = lambda stage: None,
    progress: Steps = lambda done, total: None,
    follow: Follow = lambda curve: None,
) -> tuple[Network, list[tuple[float, float]]]:
    """Fine-tune from the base encoder, or go on where the same run was stopped.

    Args:
        plan: what is learnt.
        crew: the processes; all of them call this with the same plan.
        say: called at each stage.
        progress: called after each step.
        follow: called at each validation point.

    Returns:
        The network, on the processor, and (training loss, validation loss) of each pass.
    """
    keep_memory()
    settings, lessons = plan.settings, plan.first.lessons
    network = Network(student_of(plan.base), len(plan.corpus.labels) + 1).to(device())
    curve: list[tuple[float, float]] = []

    def tell(step: int, steps: int, loss: float, part: Curve | None) -> None:
        progress(step, steps)
        if part is not None:
            say(f"pas {step} sur {steps} : perte de validation {part[-1][1]:.4f}")
            follow([*curve, *part])

    say(f"apprentissage sur {len(lessons.records.texts)} fiches et {len(lessons.titles.texts)} titres")
    frame = Frame(lessons.titles, lessons.validation, rehearsal(settings.data), TreeLoss(TreeSums.of(plan.tree)))
    start, ends = _weights(network), []
    for rank in range(settings.trainings):
        finetuning = replace(settings.finetuning, seed=settings.finetuning.seed + rank)
        if settings.trainings > 1:
            say(f"entraînement {rank + 1} sur {settings.trainings}, graine {finetuning.seed}")
        network.load_state_dict(start)
        ends += _train(network, plan, frame, finetuning, crew, say, tell, curve)
    if len(ends) > 1:
        network.load_state_dict({name: torch.stack([end[name] for end in ends]).mean(0) for name in start})
        held = validation_loss(network, frame.validation, frame.loss, settings.finetuning.max_tokens)
        say(f"moyenne des poids : perte de validation {held:.4f}")
    return network.to("cpu"), curve


def _train(
    network: Network,
    plan: Plan,
    frame: Frame,
    finetuning: FineTuning,
    crew: Crew,
    say: Say,
    tell: Progress,
    curve: list[tuple[float, float]],
) -> list[dict[str, torch.Tensor]]:
    """Train once from the weights that the network has; extend the curve and return the weights of each end."""
    lessons, directory = plan.first.lessons, plan.directory_of(finetuning)
    curve += finetune(network, lessons.records, frame, finetuning, directory, crew=crew, progress=tell)
    start = _weights(network)
    if not (finetuning.polish and plan.settings.polished):
        return [start]
    ends = []
    for length, rows in zip(plan.settings.polished, lessons.polished, strict=True):
        say(f"derniers passages, sur {length} caractères choisis comme en service")
        network.load_state_dict(start)
        read = directory / f"lues-{length}-{_digest(rows)}"
        curve += polish(network, rows, frame, finetuning, read, crew=crew, progress=tell)
        ends.append(_weights(network))
    return ends


def _digest(rows: Rows) -> str:
    """Return 8 hex digits that change with what is read of the records."""
    return hashlib.sha256("\0".join("\n".join(text) for text in rows.texts if text).encode()).hexdigest()[:8]


def _weights(network: Network) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def _labelled(settings: RunSettings, cartographie: Cartographie, until: str = "") -> DatasetDict | None:
    if settings.data is None:
        return None
    held_out = () if settings.every_publisher else HELD_OUT
    return learned_splits(settings.data, cartographie, settings.gold, held_out=held_out, until=until)


def _without(labelled: DatasetDict | None, postes: Sequence[str]) -> DatasetDict | None:
    """Return the splits without the records that a poste left out is accepted for."""
    if labelled is None or not postes:
        return labelled
    gone = set(postes)
    return labelled.filter(lambda row: not gone.intersection(row["postes"]))

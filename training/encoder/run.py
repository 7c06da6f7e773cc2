"""One making of an encoder, top to bottom: sources → vocabulary → distillation → contrast → MELO → card → MLflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer

from cartography.files import write_atomic
from training.distributed import ALONE, Crew
from training.encoder.card import EncoderStory, write_encoder_card
from training.encoder.curve import LossCurve
from training.encoder.recipe import Prepared, Recipe, Told, prepare, teach
from training.encoder.student import as_sentence_transformer
from training.material.digests import Learnt, learnt
from training.measure.melo import FOLDER
from training.tracking.curves import Curves
from training.tracking.details import melo_figures
from training.tracking.encoders import finish_encoder, start_encoder
from training.tracking.runs import ENCODER, Tracking, tracked_run

CARD = "README.md"


def run_encoder(
    recipe: Recipe,
    root: Path,
    work: Path,
    output: Path,
    tracking: Tracking | None,
    *,
    command: str = "genscan train-encoder",
    crew: Crew = ALONE,
    say: Callable[[str], Any] = lambda stage: None,
    told: Told = lambda *_: None,
) -> str | None:
    """Train an encoder, write it as a sentence-transformers model and track it; a second call goes on.

    Args:
        recipe: see `Recipe`.
        root: folder that holds `data/` and, if there is one, MELO.
        work: directory of what is kept between calls.
        output: directory of the encoder.
        tracking: where MLflow keeps the run; None for nowhere.
        command: the command line, for the card.
        crew: the processes that train; the first writes and tracks.
        say: called at each step with what begins.
        told: see `Told`.

    Returns:
        The identifier of the run; None where nothing was tracked.

    Raises:
        TrainingError: a source is missing, the base is no BERT, or the tracking store cannot be reached.
    """
    prepared = prepare(recipe, root, work, crew=crew, say=say)
    if not crew.first:
        teach(prepared, crew=crew)
        return None
    sources = learnt(prepared.material)
    with _tracked(prepared, sources, tracking) as run:
        curve = _taught(prepared, Curves(run) if run else None, crew, say, told)
        model = as_sentence_transformer(prepared.student.to("cpu").eval(), output, recipe.max_tokens)
        say("mesure et suivi")
        melo = melo_figures(root / FOLDER, lambda texts: _encode(model, texts))
        story = _story(prepared, command, sources, curve, melo)
        # Over what sentence-transformers says of any model.
        write_atomic(output / CARD, write_encoder_card(story).encode())
        if run:
            Curves(run).log(curve.points())
            finish_encoder(story, output / CARD)
        return run


@contextmanager
def _tracked(prepared: Prepared, sources: Sequence[Learnt], tracking: Tracking | None) -> Iterator[str | None]:
    if tracking is None:
        yield None
        return
    name = f"encodeur {Path(prepared.recipe.base).name}"
    with tracked_run(tracking, name, resumed=prepared.directory, kind=ENCODER) as run:
        start_encoder(prepared.recipe, sources)
        yield run


def _taught(prepared: Prepared, curves: Curves | None, crew: Crew, say: Callable[[str], Any], told: Told) -> LossCurve:
    """Teach the student; the curve is logged as it grows."""
    curve = LossCurve(prepared.directory)

    def follow(stage: str, step: int, steps: int, task: str, loss: float) -> None:
        told(stage, step, steps, task, loss)
        if curve.add(stage, step, steps, task, loss) and curves:
            curves.follow(curve.points())

    teach(prepared, crew=crew, say=say, told=follow)
    return curve


def _encode(model: SentenceTransformer, texts: Any) -> Any:
    return model.encode(list(texts), batch_size=256, show_progress_bar=False)


def _story(
    prepared: Prepared, command: str, sources: Sequence[Learnt], curve: LossCurve, melo: Mapping[str, float]
) -> EncoderStory:
    bert = prepared.student.bert
    return EncoderStory(
        recipe=prepared.recipe,
        command=command,
        dimension=bert.config.hidden_size,
        pieces=bert.config.vocab_size,
        parameters=sum(p.numel() for p in bert.parameters()),
        sources=sources,
        losses=curve.last(),
        melo=melo,
    )

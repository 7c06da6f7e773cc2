"""What the run of an encoder keeps besides its curves: settings and sources at once, figures and card at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import mlflow
import mlflow.data
import pandas as pd  # type: ignore[import-untyped]

from training.encoder.card import EncoderStory
from training.encoder.recipe import Recipe
from training.material.digests import Learnt
from training.tracking.runs import log_facts, log_figures

FOLDER = "encodeur"
"""Folder of a run's artifacts: the encoder's card."""


def start_encoder(recipe: Recipe, sources: Sequence[Learnt]) -> None:
    """Record what is asked and each source with its digest; a run that goes on records the same again."""
    log_facts(params={name: value for name, value in asdict(recipe).items() if value is not None}, tags={})
    for source in sources:
        # How many texts a concept has, not the texts; as floats, since MLflow warns of every column of integers.
        frame = pd.DataFrame({"textes": source.texts}, dtype="float64")
        dataset = mlflow.data.from_pandas(frame, name=f"genscan-encodeur-{source.source}", digest=source.digest)
        mlflow.log_input(dataset, context="training")


def finish_encoder(story: EncoderStory, card: Path) -> None:
    """Record what was made: its size, its figures and its card."""
    log_figures({"parametres": story.parameters, "morceaux": story.pieces, **story.melo})
    mlflow.set_tag("mlflow.note.content", card.read_text(encoding="utf-8"))
    mlflow.log_artifact(str(card), FOLDER)

"""What a run keeps of the model it made: settings, figures on each labelled set, and its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.measure.fresh import NEW_PUBLISHERS, TEST, WITH_ROME, WITHOUT_ROME
from training.tracking.card import Story, write_card
from training.tracking.curves import log_curve
from training.tracking.details import IDEA
from training.tracking.runs import log_facts, log_figures

PREFIXES = {WITH_ROME: "dev", WITHOUT_ROME: "dev_sans_rome", TEST: "test", NEW_PUBLISHERS: "test_editeurs"}


def log_story(story: Story, idea: str, params: Mapping[str, Any]) -> None:
    """Record a model in the active run.

    Args:
        story: of the model.
        idea: what was tried, for the report.
        params: what was asked for.
    """
    log_curve(story.curve)
    calibration = story.calibration
    log_facts(
        params={
            **params,
            "jetons": story.encoder.max_tokens,
            "fiches_sans_etiquette": story.unread,
            **{f"temperature_{name}": value for name, value in calibration.tempering.model_dump().items()},
            **{f"seuil_{name}": value for name, value in calibration.thresholds.model_dump().items()},
            **{f"rome_{name}": value for name, value in calibration.rome.model_dump().items()},
            **{f"au_titre_seul_{name}": value for name, value in calibration.triage.model_dump().items()},
        },
        tags={
            "bundle": story.version,
            "cartographie": story.cartographie.version,
            "rome": story.crosswalk.rome.version,
            "corpus": story.corpus.digest,
            "gold": story.gold_digest,
            IDEA: idea,
            "mlflow.note.content": write_card(story),
        },
    )
    parities = {"parite": story.parity, "int8": story.storage}
    log_figures(
        {
            **{
                f"{name}_{what}": value
                for name, parity in parities.items()
                if parity
                for what, value in (("moyenne", parity.mean), ("min", parity.least))
            },
            **{f"validation/{name}": value for name, value in story.validation.items()},
            **{
                f"{PREFIXES[condition]}/{group}/{name}": figure.value
                for condition, report in story.gold.items()
                for group, figures in report.items()
                for name, figure in figures.items()
            },
        }
    )

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cartography.crosswalk import load_crosswalk
from models.classifier import Classifier
from tests.tiny import FORMATIONS, OFFRES
from training.errors import EvaluationError
from training.measure.bench.command import classify
from training.measure.bench.stages import ENCODER, measure_stages

FICHES = (*OFFRES, *FORMATIONS)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "fiches.jsonl"
    path.write_text("".join(json.dumps(f.as_json()) + "\n" for f in FICHES), encoding="utf-8")
    return path


def test_every_stage_is_timed(tiny_classifier: Classifier, source: Path, tmp_path: Path) -> None:
    found = measure_stages(tiny_classifier, load_crosswalk(), source, len(FICHES), tmp_path / "reponses.jsonl")
    assert found.records == len(FICHES)
    assert found.tokens > 2
    assert ENCODER in {stage.name for stage in found.stages}
    assert all(stage.seconds >= 0 for stage in found.stages)


def test_the_command_answers_and_says_what_it_took(tiny_bundle_dir: Path, source: Path, tmp_path: Path) -> None:
    run = classify(source, tmp_path / "reponses.jsonl", tiny_bundle_dir)
    assert len((tmp_path / "reponses.jsonl").read_text(encoding="utf-8").splitlines()) == len(FICHES)
    assert run.seconds > 0
    assert run.peak > 10_000_000


def test_a_command_that_fails_is_a_plain_error(tiny_bundle_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="arrêté"):
        classify(tmp_path / "rien.jsonl", tmp_path / "reponses.jsonl", tiny_bundle_dir)

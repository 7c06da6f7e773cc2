from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from training.encoder import loop
from training.encoder.base import Base
from training.encoder.checkpoint import load_checkpoint, save_checkpoint
from training.encoder.loop import Stage, run_stage
from training.encoder.student import Student, as_sentence_transformer
from training.encoder.tasks import Contrast, Distill
from training.material.concept import Concept, Draw

CONCEPTS = [
    Concept("s", "1", "a", ("développeur web", "web"), ("web data",)),
    Concept("s", "2", "a", ("data",), (), ("réseau data", "data data")),
    Concept("s", "3", "b", ("boulanger",)),
]
STAGE = Stage("essai", 6, 1e-3, 1e-3)


@pytest.fixture
def student(tiny_base: Base) -> Student:
    inner = tiny_base.model[0].auto_model
    bert = BertModel(inner.config)
    bert.load_state_dict(inner.state_dict())
    return Student(bert, Tokenizer.from_str(tiny_base.model.tokenizer.backend_tokenizer.to_str()))


def _tasks() -> list[tuple[float, Distill | Contrast]]:
    vectors = np.eye(2, 64, dtype=np.float32)
    return [
        (1.0, Distill([("web", "data"), ("réseau", "boulanger")], vectors, 4)),
        (1.0, Contrast.of(CONCEPTS, Draw(gloss=0.3, english=0.3), 64)),
    ]


def _weights(student: Student) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in student.parameters()])


def test_a_stopped_stage_goes_on_as_if_it_had_not_stopped(
    student: Student, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "EVERY", 2)
    start = {name: value.clone() for name, value in student.state_dict().items()}
    run_stage(student, STAGE, _tasks(), tmp_path / "whole")
    whole = _weights(student)

    def stop(step: int, task: int, loss: float) -> None:
        if step == 4:
            raise KeyboardInterrupt

    student.load_state_dict(start)
    with pytest.raises(KeyboardInterrupt):
        run_stage(student, STAGE, _tasks(), tmp_path / "cut", progress=stop)
    student.load_state_dict(start)
    seen: list[int] = []
    run_stage(student, STAGE, _tasks(), tmp_path / "cut", progress=lambda step, task, loss: seen.append(step))
    assert seen == [4, 5]
    torch.testing.assert_close(_weights(student), whole)


def test_the_loss_falls(student: Student, tmp_path: Path) -> None:
    losses: list[float] = []
    stage = Stage("essai", 40, 3e-3, 3e-3)
    run_stage(student, stage, _tasks()[:1], tmp_path, progress=lambda step, task, loss: losses.append(loss))
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 2


def test_a_checkpoint_survives_a_kill_between_its_two_renames(student: Student, tmp_path: Path) -> None:
    optimizer = torch.optim.AdamW(student.parameters())
    save_checkpoint(tmp_path / "c", student, optimizer, 3)
    (tmp_path / "c").rename(tmp_path / "c.old")
    assert load_checkpoint(tmp_path / "c", student, optimizer) == 3
    assert load_checkpoint(tmp_path / "nothing", student) == 0


def test_the_title_has_a_mean_of_its_own_and_padding_counts_for_nothing(student: Student) -> None:
    with torch.inference_mode():
        whole, title = student.eval().pooled([("web", "data boulanger réseau"), "web"], 32)
        alone = student.pooled([("web", "data boulanger réseau")], 32)
    torch.testing.assert_close(whole[0], alone[0][0], atol=2e-2, rtol=2e-2)
    torch.testing.assert_close(whole[1], title[1])
    assert not torch.allclose(whole[0], title[0])


def test_a_student_is_written_as_a_sentence_transformer(student: Student, tmp_path: Path) -> None:
    model = as_sentence_transformer(student.eval(), tmp_path / "model", 32)
    with torch.inference_mode():
        ours = student(["développeur web", "data"], 32).numpy()
    theirs = model.encode(["développeur web", "data"])
    # bfloat16 arithmetic against float32
    assert float((ours * theirs).sum(1).min()) > 0.99

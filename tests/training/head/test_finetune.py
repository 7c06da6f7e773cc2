from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.head import TreeSums
from training.encoder.base import Base
from training.encoder.preparation import student_of
from training.encoder.tasks import Contrast, Task
from training.head.finetune import Curve, Frame, finetune, logits_of, polish, validation_loss
from training.head.network import Network, TreeLoss
from training.head.rows import Rows, drawn
from training.head.settings import FineTuning
from training.material.concept import Concept, Draw

SUMS = TreeSums(metier_of=np.array([0, 0, 1]), famille_of=np.array([0, 0, 1]))
TEXTS = ("développeur", "web", "data", "boulanger")
SETTINGS = FineTuning(epochs=3, records=8, titles=4, rate=1e-3, word_rate=1e-3, head_rate=1e-2, max_tokens=16)


def _rows(times: int) -> Rows:
    texts = [(title, "réseau web") if i % 2 else title for i, title in enumerate(TEXTS * times)]
    return Rows(texts, np.tile(np.eye(4, dtype=np.float32), (times, 1)), np.ones(4 * times))


def _rehearsal() -> list[tuple[float, Task]]:
    concepts = [Concept("s", t, "a", (t, f"{t} réseau")) for t in TEXTS]
    return [(1.0, Contrast.of(concepts, Draw(0, 0), 32))]


@pytest.fixture
def network(tiny_base: Base) -> Network:
    torch.manual_seed(0)
    return Network(student_of(tiny_base), 4)


def _train(network: Network, directory: Path, **more: object) -> list[tuple[float, float]]:
    frame = Frame(_rows(2), _rows(1), _rehearsal(), TreeLoss(SUMS))
    return finetune(network, _rows(8), frame, SETTINGS, directory, **more)  # type: ignore[arg-type]


def test_an_untrained_head_finds_every_class_as_likely(network: Network) -> None:
    assert np.ptp(logits_of(network, ["web", ("data", "réseau")], 16)) == 0


def test_it_learns(network: Network, tmp_path: Path) -> None:
    curve = _train(network, tmp_path)
    assert len(curve) == SETTINGS.epochs
    assert curve[-1][1] < curve[0][1]
    assert not network.training


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(network: Network, tmp_path: Path) -> None:
    start = {name: value.clone() for name, value in network.state_dict().items()}
    whole = _train(network, tmp_path / "whole")
    expected = logits_of(network, TEXTS, 16)

    def stop(step: int, steps: int, loss: float, curve: Curve | None) -> None:
        if step == 6:
            raise KeyboardInterrupt

    network.load_state_dict(start)
    with pytest.raises(KeyboardInterrupt):
        _train(network, tmp_path / "cut", progress=stop)
    network.load_state_dict(start)
    np.testing.assert_allclose(
        [held for _, held in _train(network, tmp_path / "cut")], [h for _, h in whole], atol=1e-4
    )
    np.testing.assert_allclose(logits_of(network, TEXTS, 16), expected, atol=1e-3)


def test_the_loss_of_a_parent_forgives_a_wrong_child() -> None:
    loss, one = TreeLoss(SUMS), torch.ones(1)
    target = torch.tensor([[1.0, 0, 0, 0]])
    brother, stranger = (torch.tensor([row]) for row in ([0.0, 9, 0, 0], [0.0, 0, 9, 0]))
    assert float(loss(brother, target, one)) < float(loss(stranger, target, one))


def test_any_accepted_node_will_do_for_half_of_the_loss() -> None:
    loss, one = TreeLoss(SUMS), torch.ones(1)
    both = torch.tensor([[0.5, 0, 0.5, 0]])
    sure, torn, wrong = (torch.tensor([row]) for row in ([6.0, 0, 0, 0], [6.0, 0, 6.0, 0], [0.0, 0, 0, 6.0]))
    assert float(loss(torn, both, one)) < float(loss(sure, both, one)) < float(loss(wrong, both, one))


@pytest.mark.parametrize("rate", [1e-3, 10.0])
def test_a_last_pass_is_kept_only_if_it_helps(network: Network, tmp_path: Path, rate: float) -> None:
    _train(network, tmp_path / "first")
    before = validation_loss(network, _rows(1), TreeLoss(SUMS), 16)
    settings = replace(SETTINGS, rate=rate, word_rate=rate, head_rate=rate)
    frame = Frame(_rows(2), _rows(1), [], TreeLoss(SUMS))
    curve = polish(network, _rows(8), frame, settings, tmp_path / "last")
    after = validation_loss(network, _rows(1), TreeLoss(SUMS), 16)
    assert len(curve) == settings.polish
    assert after == pytest.approx(min(before, *(held for _, held in curve)), abs=1e-4)


def test_one_record_may_be_read_in_several_ways() -> None:
    rows = Rows(
        [("Titre", "Une phrase. Une autre. " * 8)] * 2,
        np.eye(2, dtype=np.float32),
        np.ones(2),
        [("Titre", "large")] * 2,
    )
    random = np.random.default_rng(0)
    settings = FineTuning(bare=0.3, wide=0.3, misled=0.0, shuffled=1.0)
    found = {
        drawn if isinstance(drawn, str) else drawn[1] for drawn in (drawn(rows, 0, settings, random) for _ in range(60))
    }
    assert {"Titre", "large"} < found
    assert len(found) > 3
    assert all(sorted(text.split()) == sorted(rows.texts[0][1].split()) for text in found - {"Titre", "large"})

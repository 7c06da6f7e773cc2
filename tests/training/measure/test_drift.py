from __future__ import annotations

from cartography.fiche import Fiche
from models.answer import Answer, Scored
from training.measure.drift import Batch, chance, divergence, drift


def _batch(name: str, text: str, famille: str | None, score: float, count: int = 40) -> Batch:
    node = Scored(famille, famille, score) if famille else None
    fiches = [Fiche(str(i), "offre", "Titre", text) for i in range(count)]
    answers = [Answer(str(i), famille is not None, score, "aucun", node, node, node, (), (), {}) for i in range(count)]
    return Batch(name, fiches, answers)


def test_the_same_batch_has_not_moved() -> None:
    batch = _batch("a", "python et spark", "data", 0.9)
    found = drift(batch, batch)
    assert (found.labels, found.confidences, found.lengths, found.unknown) == (0, 0, 0, 0)
    assert found.new_words == ()


def test_what_moved_is_named() -> None:
    old = _batch("a", "python et spark", "data", 0.9)
    new = _batch("b", "quantique " * 30, None, 0.1)
    found = drift(old, new)
    assert found.labels > 0.25
    assert found.lengths > 0.25
    assert found.new_words[0][0] == "quantique"
    assert found.abstentions == (1.0, 0.0)


def test_chance_shrinks_with_the_batches() -> None:
    assert chance(7, 100, 100) > chance(7, 1000, 1000) > chance(3, 1000, 1000)


def test_divergence_has_its_bounds() -> None:
    assert divergence([3, 0, 1], [6, 0, 2]) == 0
    assert divergence([4, 0], [0, 1]) == 1
    assert 0 < divergence([3, 1], [1, 3]) < 1

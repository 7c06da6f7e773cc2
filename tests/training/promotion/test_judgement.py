from __future__ import annotations

from collections.abc import Sequence

from cartography.fiche import Fiche
from cartography.loading import load_version
from models.answer import Answer, Scored
from training.measure.gold import Labelled
from training.promotion.judgement import CORRECTIONS, Contender, judge

TREE = load_version()
POSTES = TREE.postes[:2]


def _labelled(count: int) -> list[Labelled]:
    poste = POSTES[0]
    path = ((poste.famille_id,), (poste.metier_id,), (poste.id,))
    return [Labelled(Fiche(str(i), "offre", "x"), True, *path) for i in range(count)]


def _answers(right: int, count: int, score: float = 0.9) -> list[Answer]:
    found = []
    for rank in range(count):
        poste = POSTES[0] if rank < right else POSTES[1]
        famille, metier = (Scored(n, n, score) for n in (poste.famille_id, poste.metier_id))
        node = Scored(poste.id, poste.id, score)
        found.append(Answer(str(rank), True, score, "poste", famille, metier, node, (node,), (), {}))
    return found


def _contender(answers: Sequence[Answer], name: str = "test", speed: float = 100, size: int = 100) -> Contender:
    return Contender("v", {name: answers}, speed, size)


def _lost(old: Contender, new: Contender, name: str = "test", count: int = 100) -> set[str]:
    return {check.name for check in judge({name: _labelled(count)}, old, new, TREE, draws=50) if check.lost}


def test_a_little_less_is_tolerated_and_more_is_named() -> None:
    champion = _contender(_answers(90, 100))
    assert _lost(champion, _contender(_answers(90, 100))) == set()
    assert _lost(champion, _contender(_answers(89, 100))) == set()
    assert "poste" in _lost(champion, _contender(_answers(87, 100)))


def test_a_challenger_that_is_too_sure_of_itself() -> None:
    assert "ece_poste" in _lost(_contender(_answers(90, 100)), _contender(_answers(90, 100, score=0.99)))


def test_corrections_are_test_cases() -> None:
    champion = _contender(_answers(100, 100), CORRECTIONS)
    assert _lost(champion, _contender(_answers(98, 100), CORRECTIONS), CORRECTIONS) == {"justes"}
    assert _lost(champion, _contender(_answers(99, 100), CORRECTIONS), CORRECTIONS) == set()


def test_speed_and_size() -> None:
    champion, answers = _contender(_answers(90, 100)), _answers(90, 100)
    assert _lost(champion, _contender(answers, speed=79)) == {"fiches/s"}
    assert _lost(champion, _contender(answers, size=126)) == {"octets"}
    assert _lost(champion, _contender(answers, speed=81, size=124)) == set()

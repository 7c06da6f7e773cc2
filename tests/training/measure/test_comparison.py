import pytest

from cartography.fiche import Fiche
from models.answer import Answer
from tests.training.measure.support import TREE
from training.measure.comparison import WHOLE, Cell, System, compare
from training.measure.flat import poste_answer
from training.measure.gold import Labelled
from training.measure.metrics import Figure

FICHE = Fiche("x", "offre", "x")
GOLD = [Labelled(FICHE, True, ("data-ia-iot",), ("data",), ("data-analyst",))] * 30 + [Labelled(FICHE, False)] * 10


def _system(name: str, right: int, *, scored: bool = True) -> System:
    """Right on the first `right` digital records; the others, and all that is not digital, refused."""
    answers: list[Answer] = [poste_answer(FICHE, "data-analyst" if i < right else None, TREE) for i in range(40)]
    return System(name, answers, scored)


def test_each_system_has_the_figures_that_it_can_have() -> None:
    part = compare(GOLD, [_system("modèle", 20), _system("référence", 30, scored=False)], {}, draws=200)[WHOLE][WHOLE]
    assert list(part["poste"]) == ["modèle", "référence"]
    assert list(part["ece_poste"]) == list(part["poste_top3"]) == ["modèle"]
    assert part["poste"]["modèle"].figure.value == pytest.approx(2 / 3)
    assert part["hors_rappel"]["référence"].figure.value == 1


def test_the_gap_is_measured_on_the_same_draws() -> None:
    part = compare(GOLD, [_system("modèle", 20), _system("référence", 30)], {}, draws=200)[WHOLE][WHOLE]
    model, reference = part["poste"].values()
    assert model.gap is None
    assert reference.gap is not None
    assert reference.gap.value == pytest.approx(1 / 3)
    # The reference is right on every record: the gap is then the model's own errors, draw by draw.
    assert reference.gap.low == pytest.approx(1 - model.figure.high)
    assert (model.better("poste"), reference.better("poste")) == (0, 1)


def test_less_error_is_better() -> None:
    figure = Figure(0.1, 0.05, 0.15, 40)
    assert Cell(figure, Figure(-0.1, -0.15, -0.05, 40)).better("ece_poste") == 1
    assert Cell(figure, Figure(-0.1, -0.15, -0.05, 40)).better("poste") == -1


def test_what_chance_shows_is_neither_better_nor_worse() -> None:
    figure = Figure(0.1, 0.05, 0.15, 40)
    assert Cell(figure, Figure(-0.1, -0.15, -0.05, 40)).better("ece_poste_hasard") == 0


def test_slices_are_measured_on_their_own_records() -> None:
    found = compare(GOLD, [_system("modèle", 20)], {"moitié": {"début": list(range(20)), "fin": list(range(20, 40))}})
    assert found["moitié"]["début"]["poste"]["modèle"].figure.value == 1
    assert found["moitié"]["fin"]["poste"]["modèle"].figure.value == 0

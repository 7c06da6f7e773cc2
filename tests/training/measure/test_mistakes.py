from __future__ import annotations

import json
from pathlib import Path

from cartography.fiche import Fiche
from models.answer import Answer, Scored
from training.measure.gold import Labelled
from training.measure.mistakes import mistakes, write_mistakes

GOLD = Labelled(Fiche("1", "offre", "x", "texte privé"), True, ("f",), ("m",), ("p", "q"), "ici")


def _answer(famille: str, metier: str, poste: str) -> Answer:
    f, m, p = (Scored(name, name, 0.9) for name in (famille, metier, poste))
    return Answer("1", True, 0.95, "poste", f, m, p, (), (), {})


REFUSED = Answer("1", False, 0.2, "aucun", None, None, None, (), (), {})


def test_each_record_is_wrong_at_its_highest_wrong_level(tmp_path: Path) -> None:
    other = Labelled(Fiche("2", "offre", "y"), False)
    answers = [_answer("f", "m", "q"), _answer("g", "m", "p"), _answer("f", "n", "z"), _answer("f", "m", "z"), REFUSED]
    found = mistakes([*[GOLD] * 5, other, other], [*answers, REFUSED, _answer("f", "m", "p")])
    assert [m.niveau for m in found] == ["famille", "metier", "poste", "numerique", "numerique"]
    assert [m.obtenu for m in found] == ["g", "n", "z", "non", "oui"]
    counts = write_mistakes(tmp_path / "e.jsonl", found)
    assert counts == {"numerique": 2, "famille": 1, "metier": 1, "poste": 1}
    lines = (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[2])["attendu"] == ["p", "q"]
    assert "privé" not in "".join(lines)


def test_a_level_that_nobody_labelled_is_not_wrong() -> None:
    only = Labelled(GOLD.fiche, True, ("f",))
    assert mistakes([only], [_answer("f", "n", "z")]) == []

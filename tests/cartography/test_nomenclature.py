from __future__ import annotations

from pathlib import Path

from cartography.fiche import Fiche
from cartography.nomenclature import load_nomenclature
from cartography.nomenclature_build import formacodes, rncp_titles

SAID = load_nomenclature()


def _course(title: str, description: str = "", rncp: str | None = None, *formacode: str) -> Fiche:
    return Fiche("1", "formation", title, description, rncp=rncp, formacode=formacode)


def test_a_certification_says_what_the_title_does_not() -> None:
    (said,) = SAID.said(_course("Promotion de septembre, Lyon", rncp="RNCP37273"))
    assert "web" in said.lower()
    assert SAID.said(_course(f"{said} - Lyon", rncp="RNCP37273")) == ()
    assert SAID.said(_course("Promotion de septembre", rncp="RNCP0")) == ()


def test_formacodes_are_read_for_want_of_prose_only() -> None:
    assert SAID.said(_course("Module 3", "", None, "31006", "00000")) == ("sécurité informatique",)
    assert SAID.said(_course("Module 3", "Vous apprendrez. " * 9, None, "31006")) == ()


def test_the_tables_are_made_of_the_published_ones(tmp_path: Path) -> None:
    (tmp_path / "table_passage_certifs.csv").write_text(
        "ci_code_rncp,rncp_intitule,ci_intitule\n1,Titre  un,Autre\n2,,Le second\n,Sans numéro,x\n", encoding="utf-8"
    )
    (tmp_path / "ideo_formations.csv").write_text("rncp,intitule\n1,moins bon\n3,<b>Trois</b>\n", encoding="utf-8")
    assert rncp_titles(tmp_path) == {"RNCP1": "Titre un", "RNCP2": "Le second", "RNCP3": "Trois"}
    table = tmp_path / "formacode.csv"
    table.write_text("code,descripteur\n11001,théorie graphes\n11002,\n", encoding="utf-8")
    assert formacodes(table) == {"11001": "théorie graphes"}

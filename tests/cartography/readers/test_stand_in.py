from __future__ import annotations

import io

from cartography.fiche import Fiche
from cartography.readers import FORMATS, Source
from cartography.readers.prose import prose_of


def _read(name: str, text: str) -> list[Fiche]:
    source = Source("x.csv", "formation")
    found = list(FORMATS[name].read(io.BytesIO(text.encode()), source))
    assert all(isinstance(record, Fiche) for record in found)
    return [record for record in found if isinstance(record, Fiche)]


def test_a_course_without_prose_says_its_kind_and_fields() -> None:
    header = "id,intitule,type,duree,niveau_sortie,nsf,certification,rncp,domaines\n"
    (fiche,) = _read("onisep_csv", header + 'FOR.1,dev,licence pro,1 an,,,,,"informatique/web|arts/jeux"\n')
    assert fiche.description == "licence pro ; informatique/web|arts/jeux"
    assert fiche.extras["domaines"] == ["informatique/web", "arts/jeux"]
    assert prose_of(fiche) == ""


def test_a_table_says_the_kind_only_for_want_of_prose() -> None:
    poor, rich = _read(
        "csv", "id,intitule,type_libelle,description\n1,Anglais,Habilitation,\n2,Python,Habilitation,Apprendre Python\n"
    )
    assert (poor.description, prose_of(poor)) == ("Habilitation", "")
    assert rich.description == prose_of(rich) == "Apprendre Python"
    assert poor.extras["type_libelle"] == "Habilitation"

"""LHÉO in its versions."""

from __future__ import annotations

from tests.cartography.readers.support import DATA, error, fiche, read_bytes, read_file


def test_version_2() -> None:
    first, second, third = read_file("lheo_22.xml")
    course = fiche(first)
    assert (course.id, course.type, course.intitule) == ("F-1", "formation", "Développeur web & mobile")
    assert course.description == "Créer un site\nHTML\nCSS"
    assert (course.rome, course.formacode, course.rncp) == (("M1805", "E1104"), ("31088", "46262"), "RNCP37873")
    assert course.extras == {
        "nsf": ["326"], "niveau_sortie": 5, "modalite": "mixte", "duree_heures": 600.0, "certifiante": True,
        "debut": "2025-09-01", "fin": "2026-06-30", "prerequis": "Aucune", "url": "https://exemple.test/dw",
        "organisme": "Lycée du Port", "siret": "11111111111111", "lieu": "Quimper", "code_postal": "29000",
        "commune": "29232", "latitude": 47.99, "longitude": -4.09,
        "lieux": [
            {"lieu": "Quimper", "code_postal": "29000", "commune": "29232", "latitude": 47.99, "longitude": -4.09},
            {"lieu": "Brest", "code_postal": "29200"},
        ],
    }  # fmt: skip
    assert (error(second).champ, error(second).id, error(second).position) == ("intitule", "F-2", 2)
    assert error(second).fichier == "lheo_22.xml"
    assert fiche(third).id == "F-3"


def test_version_1() -> None:
    [record] = read_file("lheo_13.xml")
    course = fiche(record)
    assert (course.id, course.intitule, course.rome) == ("lheo_13#1", "Technicien réseau", ("32321",))
    assert course.description == "Câbler une baie.\nRégler un commutateur."
    assert (course.rncp, course.formacode) == (None, ("31054",))
    assert course.extras == {
        "nsf": ["326"], "niveau_sortie": 4, "modalite": "présentiel", "certifiante": False, "debut": "2024-09-02",
        "certifinfo": "12", "organisme": "Centre Armor", "lieu": "Rennes", "code_postal": "35000", "commune": "35238",
        "latitude": 48.11, "longitude": -1.68,
    }  # fmt: skip


def test_summary() -> None:
    [record] = read_file("lheo_leger.xml")
    course = fiche(record)
    assert (course.id, course.intitule, course.rome) == ("lheo_leger#1", "Fibre optique", ("M1810",))
    assert course.extras == {
        "modalite": "mixte", "duree_heures": 70.5, "organisme": "Atelier", "siret": "22222222222222",
        "lieu": "Lille", "code_postal": "59000", "latitude": 50.63, "longitude": 3.06,
    }  # fmt: skip


def test_namespaces_do_not_matter() -> None:
    expected = fiche(read_file("lheo_22.xml")[0])
    text = (DATA / "lheo_22.xml").read_text("utf-8")
    for space in ('xmlns="http://lheo.gouv.fr/2.3"', ""):
        renamed = text.replace('xmlns="http://www.lheo.org/2.2"', space)
        assert fiche(read_bytes(renamed.encode(), "lheo")[0]) == expected


def test_encodings() -> None:
    xml = '<lheo><formation numero="é"><intitule-formation>Été €</intitule-formation></formation></lheo>'
    for encoding, codec in (("UTF-16", "utf-16"), ("windows-1252", "cp1252"), ("UTF-8", "utf-8-sig")):
        data = f'<?xml version="1.0" encoding="{encoding}"?>{xml}'.encode(codec)
        assert [(fiche(r).id, fiche(r).intitule) for r in read_bytes(data, "lheo")] == [("é", "Été €")]


def test_markup_that_is_not_escaped() -> None:
    inside = b"<objectif-formation><p>Un</p><ul><li>Deux</li></ul></objectif-formation>"
    xml = b"<lheo><formation><intitule-formation>x</intitule-formation>" + inside + b"</formation></lheo>"
    assert fiche(read_bytes(xml, "lheo")[0]).description == "Un\nDeux"

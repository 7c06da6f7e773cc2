"""Mon Compte Formation."""

from __future__ import annotations

import pytest

from tests.cartography.readers.support import error, fiche, read_bytes

HEADER = (
    "date_extract;nom_of;nom_departement;nom_region;type_referentiel;code_inventaire;code_rncp;intitule_certification;"
    "libelle_niveau_sortie_formation;code_formacode_1;code_formacode_2;code_rome_1;code_rome_2;code_nsf_1;siret;"
    "numero_formation;intitule_formation;points_forts;objectif_formation;contenu_formation;"
    "resultats_attendus_formation;nombre_heures_total_mean;frais_ttc_tot_mean;code_departement"
)
ROW = (
    "2026-01-01;ARMOR;Finistère;Bretagne;RNCP;-1;37873;Concepteur d'applications;Niveau 6;31088.0;;M1805;M1810;326;"
    "11111111111111;F1;Dev web;Petits groupes;Coder;HTML;Titre visé;400.5;5000;29"
)


@pytest.mark.parametrize("delimiter", [";", ","])
def test_course(delimiter: str) -> None:
    [record] = read_bytes(f"{HEADER}\n{ROW}\n".replace(";", delimiter).encode(), "mcf")
    course = fiche(record)
    assert (course.id, course.type, course.intitule, course.rncp) == ("F1", "formation", "Dev web", "RNCP37873")
    assert course.description == "Concepteur d'applications\nCoder\nHTML\nTitre visé\nPetits groupes"
    assert (course.rome, course.formacode) == (("M1805", "M1810"), ("31088",))
    expected = {
        "organisme": "ARMOR", "lieu": "Finistère", "departement": "29", "niveau_sortie": 6, "duree_heures": 400.5,
        "nsf": ["326"], "frais_ttc_tot_mean": "5000", "certifiante": True,
    }  # fmt: skip
    assert {name: course.extras[name] for name in expected} == expected


def test_specific_register_missing_number_and_title() -> None:
    cells = dict(zip(HEADER.split(";"), ROW.split(";"), strict=True))
    specific = ";".join((cells | {"code_rncp": "", "code_inventaire": "6232", "numero_formation": ""}).values())
    untitled = ";".join((cells | {"intitule_formation": "", "intitule_certification": ""}).values())
    first, second = read_bytes(f"{HEADER}\n{specific}\n{untitled}\n".encode(), "mcf")
    assert (fiche(first).rncp, fiche(first).id) == ("RS6232", "essai#1")
    assert (error(second).champ, error(second).id, error(second).position) == ("intitule", "F1", 3)

"""ONISEP IDÉO, tables and XML."""

from __future__ import annotations

from tests.cartography.readers.support import error, fiche, read_bytes, read_file


def test_official_export() -> None:
    table = (
        '"code NSF";"code scolarité";"sigle type formation";"libellé type formation";"libellé formation principal";'
        '"sigle formation";"durée";"niveau de sortie indicatif";"code RNCP";"niveau de certification";'
        '"libellé niveau de certification";"tutelle";"URL et ID Onisep";"domaine/sous-domaine"\n'
        '326;"";"BTS";"brevet de technicien supérieur";"BTS exemple";"EX";"2 ans";"bac + 2";37391;5;'
        '"niveau 5 (bac + 2)";'
        '"Ministère";"https://www.onisep.fr/http/redirection/formation/slug/FOR.90001";"informatique/réseaux|arts/web"\n'
    )
    [record] = read_bytes(table.encode("utf-8-sig"), "onisep_csv")
    course = fiche(record)
    assert (course.id, course.type, course.intitule, course.rncp) == (
        "FOR.90001",
        "formation",
        "BTS exemple",
        "RNCP37391",
    )
    assert course.extras == {
        "sigle_formation": "EX", "tutelle": "Ministère", "type_diplome": "brevet de technicien supérieur",
        "url": "https://www.onisep.fr/http/redirection/formation/slug/FOR.90001", "duree": "2 ans", "niveau_sortie": 5,
        "niveau_etudes": "bac + 2", "niveau_certification": "5", "nsf": ["326"],
        "domaines": ["informatique/réseaux", "arts/web"],
    }  # fmt: skip


def test_simple_columns() -> None:
    table = (
        "id,intitule,type,duree,niveau_sortie,nsf,certification,rncp,domaines\n"
        "FOR.1,BP exemple,brevet professionnel (BP),2 ans,bac ou équivalent,310 | 330,niveau 4,38230,"
        '"bâtiment, travaux/finition"\n'
        "FOR.2,FCIL exemple,FCIL,1 an,non renseigné,,non inscrit au RNCP,,\n"
        "FOR.3,,FCIL,1 an,,,,,\n"
    )
    first, second, third = read_bytes(table.encode(), "onisep_csv")
    assert (fiche(first).rncp, fiche(first).extras["niveau_sortie"]) == ("RNCP38230", 4)
    assert fiche(first).extras["nsf"] == ["310", "330"]
    assert "niveau_sortie" not in fiche(second).extras
    assert (error(third).id, error(third).champ, error(third).position) == ("FOR.3", "intitule", 4)


def test_jobs_are_records_only_under_a_default_type() -> None:
    table = b"id,libelle,code_rome,libelle_rome,domaines\nMET.1,actuaire,C1105,x,banque/y\n"
    [record] = read_bytes(table, "onisep_csv")
    assert (error(record).code, error(record).champ, error(record).id) == ("type_inconnu", "type", "MET.1")
    [record] = read_bytes(table, "onisep_csv", "offre")
    assert (fiche(record).type, fiche(record).rome) == ("offre", ("C1105",))


def test_passage_table() -> None:
    table = (
        "certif_info_ci_identifiant,ci_niveau_europeen,ci_intitule_type_diplome,ci_intitule,ci_certifiant,ci_code_rncp,"
        "ideo_identifiant_formation\n1,7,Master,Master exemple,Oui,40422,FOR.1\n"
    )
    [record] = read_bytes(table.encode(), "onisep_csv")
    assert (fiche(record).id, fiche(record).rncp) == ("1", "RNCP40422")
    assert (fiche(record).extras["niveau_sortie"], fiche(record).extras["certifiante"]) == (7, True)


def test_xml() -> None:
    first, second, third = read_file("onisep.xml")
    course = fiche(first)
    assert (course.id, course.intitule, course.rncp) == ("FOR.90001", "BTS exemple option A", "RNCP90003")
    assert course.description == "Le titulaire déploie des réseaux.\nAimer chercher"
    assert course.extras == {
        "code_scolarite": "32000001", "sigle": "EX", "descriptif_acces": "Après le bac",
        "type_diplome": "brevet de technicien supérieur (BTS)", "duree": "2 ans", "niveau_sortie": 5,
        "niveau_etudes": "bac + 2", "niveau_certification": "niveau 5 (bac + 2)", "nsf": ["326"],
        "url": "https://www.francecompetences.fr/recherche/rncp/90003/",
        "metiers_associes": ["technicien réseau", "intégrateur"], "domaines": ["systèmes et réseaux"],
    }  # fmt: skip
    assert fiche(second).intitule == "licence pro mention web"
    assert (error(third).id, error(third).champ, error(third).position) == ("FOR.90003", "intitule", 3)


def test_xml_table() -> None:
    xml = (
        "<root><item><libelle_formation_principal>CAP exemple</libelle_formation_principal><code_rncp>12</code_rncp>"
        "<url_et_id_onisep>https://www.onisep.fr/slug/FOR.7</url_et_id_onisep></item></root>"
    )
    [record] = read_bytes(xml.encode(), "onisep_xml")
    assert (fiche(record).id, fiche(record).rncp) == ("FOR.7", "RNCP12")

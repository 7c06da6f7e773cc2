"""Duplicates: the same course in two bases, the same offer again; never two levels, options or towns."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartography.fiche import Fiche, FicheType, fiche_from_mapping
from models.search.duplicates import Fingerprint, compatible_organisations, fingerprint, same
from models.search.sites import compatible_places, place
from models.search.titles import title_core

LONG = (
    "Cette formation apprend à concevoir une base relationnelle et à l'interroger. Le premier jour porte sur le modèle "
    "entité-association et les formes normales ; le deuxième, sur les jointures, les agrégats et les fenêtres. Le "
    "troisième est un atelier où chaque stagiaire répare les requêtes lentes d'un site marchand imaginaire, lit les "
    "plans d'exécution, pose des index et mesure ce qu'ils coûtent à l'écriture. Une évaluation clôt la session, et "
    "chacun repart avec ses scripts, un aide-mémoire et trois mois d'accès à la plateforme d'exercices."
)
OTHER = (
    "Vous rejoignez l'équipe qui exploite notre parc de serveurs : supervision, sauvegardes, astreinte une semaine sur "
    "six. Vous écrivez des rôles Ansible, tenez la documentation à jour et accompagnez deux apprentis. Le poste est "
    "ouvert au télétravail partiel après trois mois ; un véhicule de service est fourni pour les interventions."
)
NANTES: dict[str, Any] = {"organisme": "Atelier Données SARL", "lieu": "44 - Nantes"}


def fiche(
    intitule: str = "SQL niveau 1", description: str = LONG, kind: FicheType = "formation", **extras: Any
) -> Fiche:
    return Fiche("1", kind, intitule, description, extras=extras)


def alike(one: Fiche, other: Fiche) -> bool:
    marks = fingerprint(one), fingerprint(other)
    assert same(*marks) == same(*reversed(marks))
    return same(*marks)


@pytest.mark.parametrize(
    ("intitule", "description", "extras"),
    [
        ("SQL niveau 1", LONG, {}),
        ("SQL - NIVEAU 1", LONG.upper(), NANTES),
        ("Formation SQL, niveau 1", "<p>" + LONG.replace("é", "&eacute;") + "</p>", {"lieu": "NANTES"}),
        ("SQL niveau 1", LONG, {"organisme": "atelier donnees", "code_postal": "44000", "commune": "44109"}),
        ("SQL niveau 1", LONG, {"lieu": "Loire-Atlantique"}),
        ("SQL niveau 1", "Présentation du centre : douze salles et deux amphithéâtres. " + LONG, NANTES),
        ("SQL niveau 1", " ".join(LONG.split()[:45]), NANTES),
    ],
)
def test_the_same_course_in_another_base(intitule: str, description: str, extras: dict[str, Any]) -> None:
    assert alike(fiche(**NANTES), fiche(intitule, description, **extras))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Excel niveau 1", "Excel niveau 2"),
        ("BTS SIO option SLAM", "BTS SIO option SISR"),
        ("BTS SIO option A", "BTS SIO option B"),
        ("Permis D", "Permis"),
        ("Agrégation de physique-chimie option chimie", "Agrégation de physique-chimie option physique"),
        ("Classe préparatoire MP", "Classe préparatoire MP*"),
        ("Développeur C", "Développeur C++"),
        ("Jour 1, niveau 2", "Jour 2, niveau 1"),
        ("Data engineer", "Data engineer confirmé"),
    ],
)
def test_two_titles_with_one_boilerplate_text(one: str, other: str) -> None:
    assert not alike(fiche(one, **NANTES), fiche(other, **NANTES))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Développeur·se Java (H/F)", "DEVELOPPEUR JAVA"),
        ("Développeur / Développeuse Java", "Développeuse Java h/f"),
        ("Administrateur systèmes et réseaux", "Administratrice Système Réseau (F/H)"),
        ("Data Engineer H/F", "Data Engineer F/H - Système, réseaux, données (H/F)"),
        ("Data Engineer H/F", "Data Engineer - Nantes (H/F)"),
    ],
)
def test_what_does_not_matter_in_a_title(one: str, other: str) -> None:
    assert alike(fiche(one, OTHER, "offre", **NANTES), fiche(other, OTHER, "offre", **NANTES))


def test_another_town_type_organisation_or_text_is_another_record() -> None:
    mine = fiche(**NANTES)
    assert not alike(mine, fiche(**{**NANTES, "lieu": "35 - Rennes"}))
    assert not alike(mine, fiche(**{**NANTES, "lieu": "44 - Saint-Nazaire"}))
    assert not alike(mine, fiche(**{**NANTES, "organisme": "Institut Boréal"}))
    assert not alike(mine, fiche(kind="offre", **NANTES))
    assert not alike(mine, fiche(description=OTHER, **NANTES))


def test_short_descriptions_need_the_organisation_and_the_place() -> None:
    whole = fiche(description="Deux jours.", **NANTES)
    assert alike(whole, fiche("SQL, niveau 1", "", **NANTES))
    for missing in ("organisme", "lieu"):
        assert not alike(whole, fiche(description="Deux jours.", **{k: v for k, v in NANTES.items() if k != missing}))
    assert not alike(whole, fiche(**NANTES))
    assert not alike(fiche(description=""), fiche(description=""))


def test_the_readers_border_changes_nothing() -> None:
    values = {
        "id": "9",
        "type": "formation",
        "intitule": "SQL <b>niveau 1</b>",
        "description": f"<ul><li>{LONG}</li></ul>",
    }
    assert alike(fiche(**NANTES), fiche_from_mapping(values | NANTES))


@pytest.mark.parametrize(
    "extras", [{"lieu": 3}, {"lieu": ["Nantes"]}, {"organisme": {"nom": "X"}}, {"siret": 12}, {"commune": "?"}]
)
def test_odd_extras_and_titles_are_no_error(extras: dict[str, Any]) -> None:
    for intitule in ("(H/F)", "数据工程师", "—", "Formation"):
        found = fingerprint(fiche(intitule, **extras))
        assert same(found, found)
    assert title_core("数据工程师") != title_core("网络工程师")


def test_a_common_title_makes_no_large_block() -> None:
    words = LONG.split()
    blocks: dict[str, int] = {}
    for rank in range(300):
        told = " ".join(f"{word}{(rank * 7919 + place) % 997}" for place, word in enumerate(words))
        for block in fingerprint(fiche("Développeur", told, "offre")).blocks:
            blocks[block] = blocks.get(block, 0) + 1
    assert max(blocks.values()) <= 3
    assert len(fingerprint(fiche(**NANTES)).blocks) <= 7


def test_numbers_fit_sqlite_and_every_process_finds_the_same() -> None:
    found = fingerprint(fiche(**NANTES))
    assert all(-(2**63) <= number < 2**63 for number in (found.simhash, found.head))
    code = (
        "from cartography.fiche import Fiche; from models.search.duplicates import fingerprint;"
        f"print(fingerprint(Fiche('1', 'formation', 'SQL niveau 1', {LONG!r}, extras={NANTES!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(found)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 70), st.sampled_from(["", "nouveau", "3 jours", "(nous consulter)"]), st.booleans())
def test_a_small_edit_keeps_them_the_same(rank: int, put: str, upper: bool) -> None:
    words = LONG.split()
    words[rank : rank + 1] = put.split()
    edited = " ".join(words)
    assert alike(fiche(**NANTES), fiche(description=edited.upper() if upper else edited, **NANTES))


TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LONG.split()), max_size=60).map(" ".join))
PLACES = st.sampled_from(
    ["", "France", "Nantes", "44 - NANTES", "44", "Pays de la Loire", "Paris 9e", "LYON 01", "2A", "Ailleurs"]
)
RECORDS = st.builds(
    lambda title, told, who, where: fiche(title, told, organisme=who, lieu=where),
    st.one_of(st.text(min_size=1, max_size=40), st.sampled_from(["SQL niveau 1", "sql Niveau 1 (H/F)"])),
    TEXTS,
    st.sampled_from(["", "Afpa", "AFPA Brest", "Cnam"]),
    PLACES,
)


@settings(max_examples=150, deadline=None)
@given(RECORDS, RECORDS)
def test_symmetric_and_reflexive_where_enough_is_said(one: Fiche, other: Fiche) -> None:
    a, b = fingerprint(one), fingerprint(other)
    assert same(a, b) == same(b, a)
    told = a.length >= 8 or (a.organisation != "" and a.place != "")
    assert same(a, a) == told
    assert not same(a, replace(a, blocks=()))
    assert isinstance(a, Fingerprint)


@given(PLACES, PLACES)
def test_places_and_organisations_are_symmetric(one: str, other: str) -> None:
    mine, theirs = place({"lieu": one}), place({"lieu": other})
    assert compatible_places(mine, mine)
    assert compatible_places(mine, theirs) == compatible_places(theirs, mine)
    assert compatible_organisations(one, other) == compatible_organisations(other, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"lieu": "LYON 01"}, {"commune": "69383"}, True),
        ({"lieu": "Paris 9e Arrondissement"}, {"code_postal": "75009"}, True),
        ({"code_postal": "75009"}, {"code_postal": "75000"}, True),
        ({"lieu": "Lyon"}, {"lieu": "01 - Bourg-en-Bresse"}, False),
        ({"lieu": "92 - ST CLOUD"}, {"lieu": "Saint-Cloud", "departement": "92"}, True),
        ({"lieu": "92600 Asnières"}, {"code_postal": "92600"}, True),
        ({"commune": "2A004"}, {"code_postal": "20000"}, True),
        ({"lieu": "974 - LE PORT"}, {"commune": "97407"}, True),
        ({"code_postal": "1000"}, {"lieu": "Ain"}, True),
        ({"lieu": "Bretagne"}, {"lieu": "Nantes"}, False),
        ({"lieu": "Ville inconnue"}, {"lieu": "44"}, False),
        ({"lieu": "France"}, {"lieu": "Ville inconnue"}, True),
    ],
)
def test_places(one: dict[str, str], other: dict[str, str], expected: bool) -> None:
    assert compatible_places(place(one), place(other)) is expected

"""Search: words and meaning together, filters, facets, pages, duplicates, what is told of a result."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cartography.errors import GenscanError, RecordError
from cartography.fiche import Fiche
from models.classifier import Classifier
from models.errors import IndexUnusable
from models.search.build import build_index
from models.search.filters import Circle, Filters
from models.search.generations import current
from models.search.index import FILES, open_index
from models.search.searcher import Query, Searcher, UnknownFiche
from tests import tiny

CATALOGUE = (
    Fiche("t1", "formation", "Développeur web", "HTML et CSS.", rncp="RNCP37674",
          extras={"organisme": "Alpha", "lieu": "69 - Lyon", "code_postal": "69003", "duree_heures": 400.0,
                  "niveau_sortie": 5, "niveau_entree": 4, "modalite": "présentiel", "certifiante": True}),
    Fiche("t2", "formation", "Développeur web", "Du JavaScript pour grands débutants.",
          extras={"organisme": "Beta", "code_postal": "38000", "duree_heures": 35.0, "niveau_sortie": "6",
                  "modalite": "à distance", "certifiante": False}),
    Fiche("t3", "formation", "Data engineer", "Des bases et du Spark.",
          extras={"organisme": "Alpha", "code_postal": "75013", "duree_heures": 21.0}),
    Fiche("t4", "offre", "Développeur web (H/F)", "CDI à Grenoble, équipe soudée.",
          extras={"entreprise": "Gamma", "code_postal": "38000", "contrat": "CDI", "date": "2026-10-01"}),
    Fiche("t5", "offre", "Data engineer", "Mission de trois mois.",
          extras={"entreprise": "Delta", "code_postal": "69001", "contrat": "CDD - 3 Mois", "date": "2026-11-01"}),
    Fiche("t6", "offre", "Boulanger", "Pétrir le pain.", extras={"contrat": "MIS", "code_postal": "13001"}),
)  # fmt: skip


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, tiny_classifier: Classifier) -> Searcher:
    directory = tmp_path_factory.mktemp("recherche") / "index"
    build_index(CATALOGUE, directory, tiny_classifier)
    return Searcher(open_index(directory, tiny_classifier.bundle), tiny_classifier)


def ids(searcher: Searcher, texte: str = "", **asked: Any) -> list[str]:
    page = searcher.search(Query(texte, k=50, filters=Filters(**asked)))
    return [hit.entry.fiche["id"] for hit in page.hits]


def test_words_and_meaning_find_the_best_first(searcher: Searcher) -> None:
    found = ids(searcher, "développeurs WEB")
    assert set(found[:3]) == {"t1", "t2", "t4"}
    assert ids(searcher, "javascript")[0] == "t2"


def test_nothing_typed_is_everything_there_is(searcher: Searcher) -> None:
    page = searcher.search(Query(k=50))
    assert {hit.entry.fiche["id"] for hit in page.hits} == {fiche.id for fiche in CATALOGUE}
    assert page.total == len(CATALOGUE)
    assert page.compris is None
    assert {hit.score for hit in page.hits} == {None}


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"type": "offre"}, {"t4", "t5", "t6"}),
        ({"numerique": False}, {"t6"}),
        ({"poste": "developpeur-web"}, {"t1", "t2"}),
        ({"poste": ("developpeur-web", "data-engineer")}, {"t1", "t2", "t5"}),
        ({"region": "84"}, {"t1", "t2", "t4", "t5"}),
        ({"departement": "38"}, {"t2", "t4"}),
        ({"autour": Circle(45.19, 5.72, 30)}, {"t2", "t4"}),
        ({"autour": Circle(45.19, 5.72, 120)}, {"t1", "t2", "t4", "t5"}),
        ({"niveau_sortie": "6"}, {"t2"}),
        ({"niveau_entree": "4"}, {"t1"}),
        ({"duree_max": 35.0}, {"t2", "t3"}),
        ({"duree_min": 30.0, "duree_max": 500.0}, {"t1", "t2"}),
        ({"duree": "moins de 35 h"}, {"t3"}),
        ({"modalite": "à distance"}, {"t2"}),
        ({"certifiante": "oui"}, {"t1"}),
        ({"certification": "RNCP37674"}, {"t1"}),
        ({"organisme": "Alpha"}, {"t1", "t3"}),
        ({"contrat": ("CDI", "intérim")}, {"t4", "t6"}),
        ({"depuis": "2026-10-15"}, {"t5"}),
        ({"famille": "inconnue"}, set()),
        ({"departement": "38", "type": "offre"}, {"t4"}),
    ],
)
def test_filters_keep_what_they_say(searcher: Searcher, asked: dict[str, Any], kept: set[str]) -> None:
    assert set(ids(searcher, **asked)) == kept
    assert set(ids(searcher, "développeur web data", **asked)) <= kept


def test_facets_are_counted_under_the_other_filters(searcher: Searcher) -> None:
    names = ("type", "departement", "contrat", "duree")
    page = searcher.search(Query(filters=Filters(departement="38", type="offre"), facettes=names))
    assert page.facettes == {
        "type": {"formation": 1, "offre": 1},
        "departement": {"13": 1, "38": 1, "69": 1},
        "contrat": {"CDI": 1},
        "duree": {},
    }
    texte = searcher.search(Query("développeur web", filters=Filters(type="offre"), facettes=("type",)))
    assert texte.facettes["type"]["formation"] >= 2


def test_pages_follow_one_another(searcher: Searcher) -> None:
    for texte in ("", "développeur web"):
        whole = [h.entry.row for h in searcher.search(Query(texte, k=6)).hits]
        paged = [h.entry.row for debut in range(0, 6, 2) for h in searcher.search(Query(texte, 2, debut)).hits]
        assert paged == whole
    assert searcher.search(Query("web", debut=999)).hits == []


def test_results_are_sorted_as_asked(searcher: Searcher) -> None:
    def order(tri: Any, **asked: Any) -> list[str]:
        page = searcher.search(Query(k=9, tri=tri, filters=Filters(**asked)))
        return [hit.entry.fiche["id"] for hit in page.hits]

    assert order("date")[:2] == ["t5", "t4"]
    assert order("duree")[:3] == ["t3", "t2", "t1"]
    assert order("intitule")[0] == "t6"
    assert order("distance", autour=Circle(45.76, 4.85, 2_000))[:2] in (["t1", "t5"], ["t5", "t1"])
    with pytest.raises(GenscanError, match="lieu"):
        order("distance")


def test_a_result_says_why_it_is_there(searcher: Searcher) -> None:
    body = searcher.search(Query("développeuse javascript", k=1)).hits[0].as_json()
    assert body["id"] == "t2"
    assert body["trouve_par"] == "mots"
    assert body["reperes"]["intitule"] == [[0, 11]]
    start, end = body["reperes"]["extrait"][0]
    assert body["extrait"][start:end] == "JavaScript"
    assert body["poste"]["id"] == "developpeur-web"
    assert body["fiche"]["duree_heures"] == 35.0
    assert 0 <= body["score"] <= 1


def test_a_typing_error_is_mended_and_told(searcher: Searcher) -> None:
    page = searcher.search(Query("developpuer web", k=3))
    assert page.compris is not None
    assert page.compris.corrections
    assert {hit.entry.fiche["id"] for hit in page.hits} == {"t1", "t2", "t4"}


def test_an_abbreviation_is_spelled_out(searcher: Searcher) -> None:
    page = searcher.search(Query("RSSI"))
    assert page.compris is not None
    assert any("sécurité" in said for said in page.compris.developpes.values())


def test_the_same_record_published_twice_is_shown_once(tmp_path: Path, tiny_classifier: Classifier) -> None:
    text = "Concevoir des sites, les mettre en ligne, les maintenir, avec une équipe de six personnes à Lyon."
    said = {"organisme": "Alpha Formation", "lieu": "Lyon", "code_postal": "69003"}
    twice = [
        Fiche("base1-7", "formation", "Développeur web", text, extras=said),
        Fiche("base2-9", "formation", "Développeur·se web", text.replace("six", "sept"), extras=said),
        Fiche(
            "base1-8", "formation", "Développeur web", text, extras={**said, "lieu": "Lille", "code_postal": "59000"}
        ),
    ]
    build_index(twice, tmp_path, tiny_classifier)
    searcher = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier)
    for texte in ("", "développeur web"):
        page = searcher.search(Query(texte, facettes=("departement",)))
        assert page.total == 2
        assert {h.entry.fiche["id"]: h.doublons for h in page.hits}["base1-7"] == (("formation", "base2-9"),)
        assert page.facettes["departement"] == {"59": 1, "69": 1}


def test_identifiers_may_serve_both_types(tiny_index_dir: Path, tiny_classifier: Classifier) -> None:
    searcher = Searcher(open_index(tiny_index_dir, tiny_classifier.bundle), tiny_classifier)
    assert searcher.row_of("o1", "offre") != searcher.row_of("o1", "formation")
    with pytest.raises(UnknownFiche):
        searcher.row_of("absent")


def test_bad_records_are_kept_as_errors_and_later_ones_replace(tmp_path: Path, tiny_classifier: Classifier) -> None:
    bad = RecordError("fiche_invalide", "mauvaise", "b", "type", "f.jsonl", 2)
    stream: list[Fiche | RecordError] = [Fiche("a", "offre", "Boulanger"), bad, Fiche("a", "offre", "Data scientist")]
    report = build_index(stream, tmp_path, tiny_classifier)
    assert (report.stored, report.errors, report.replaced) == (1, 1, 1)
    folder = current(tmp_path)
    assert folder is not None
    errors = (folder / FILES.errors).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in errors] == [bad.as_json()]
    found = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier).search(Query("data"))
    assert [h.entry.fiche["intitule"] for h in found.hits] == ["Data scientist"]


def test_an_empty_catalogue_can_be_searched(tmp_path: Path, tiny_classifier: Classifier) -> None:
    build_index([], tmp_path, tiny_classifier)
    searcher = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier)
    assert searcher.search(Query("web", facettes=("type",))).hits == []
    assert searcher.search(Query(facettes=("type",))).total == 0


def test_a_build_that_fails_leaves_the_index_in_place(tmp_path: Path, tiny_classifier: Classifier) -> None:
    build_index([Fiche("a", "offre", "Data scientist")], tmp_path, tiny_classifier)

    def stream() -> Iterator[Fiche]:
        yield Fiche("b", "offre", "Boulanger")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(stream(), tmp_path, tiny_classifier)
    assert open_index(tmp_path, tiny_classifier.bundle).count == 1


def _edit_manifest(folder: Path, **change: object) -> None:
    path = folder / FILES.manifest
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda f: (f / FILES.vectors).unlink(), "index_endommage"),
        (lambda f: (f / FILES.vectors).write_bytes(b"x" * 100), "index_endommage"),
        (lambda f: (f / FILES.rows).write_bytes(b"x" * 100), "index_endommage"),
        (lambda f: (f / FILES.catalogue).write_bytes(b"x" * 5000), "index_endommage"),
        (lambda f: (f / FILES.manifest).write_text("{"), "index_endommage"),
        (lambda f: _edit_manifest(f, count=3), "index_endommage"),
        (lambda f: _edit_manifest(f, format=1), "index_autre_format"),
        (lambda f: _edit_manifest(f, encoder="autre"), "index_autre_encodeur"),
        (lambda f: _edit_manifest(f, cartographie="1999"), "index_autre_cartographie"),
        (lambda f: shutil.rmtree(f), "index_absent"),
    ],
)
def test_an_unusable_index_says_why_and_how_to_mend_it(
    tiny_index_dir: Path, tiny_classifier: Classifier, tmp_path: Path, damage: Callable[[Path], object], code: str
) -> None:
    copy = Path(shutil.copytree(tiny_index_dir, tmp_path / "copie"))
    folder = current(copy)
    assert folder is not None
    damage(folder)
    with pytest.raises(IndexUnusable) as caught:
        open_index(copy, tiny_classifier.bundle)
    assert caught.value.code == code
    assert "genscan index build" in caught.value.message


def test_an_open_index_outlives_its_rebuilds(tmp_path: Path, tiny_classifier: Classifier) -> None:
    tiny.build_tiny_index(tmp_path, tiny_classifier)
    searcher = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier)
    for _ in range(3):
        tiny.build_tiny_index(tmp_path, tiny_classifier)
    found: list[str] = []

    def look() -> None:
        found.extend(h.entry.fiche["id"] for h in searcher.search(Query(k=2)).hits)

    # Each request may come on a thread that never read this index before.
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert len(found) == 2

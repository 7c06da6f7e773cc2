"""Search measured: figures by hand, systems that find what they should, the judged set whole, varied catalogues."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cartography.fiche import Fiche
from models.classifier import Classifier
from models.reading import sentences
from models.search.build import build_index
from models.search.index import open_index
from models.search.searcher import Query, Searcher
from models.search.vectors import VectorStore
from training.errors import EvaluationError
from training.search.evaluation import by_kind, interval, measure
from training.search.fusion import STEPS, Pool, compare, learn, pools
from training.search.judged import GRADES, QUERIES, Judged, read_judged
from training.search.metrics import ndcg
from training.search.scale import Seedlings, build_scale, variations
from training.search.speed import recall
from training.search.systems import bm25, fts5, hybrid, letters, meaning, stemmed

COURSES = (
    Fiche("a", "formation", "Développeur web", "HTML, CSS et JavaScript."),
    Fiche("b", "formation", "Data engineer", "Python, Spark et bases de données."),
    Fiche("c", "formation", "CAP Cuisinier", "Préparer des plats."),
    Fiche("d", "formation", "Administrateur réseau", "Supervision et sécurité des réseaux."),
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, tiny_classifier: Classifier) -> Searcher:
    directory: Path = tmp_path_factory.mktemp("jugees") / "index"
    build_index(COURSES, directory, tiny_classifier)
    return Searcher(open_index(directory, tiny_classifier.bundle), tiny_classifier)


def test_every_system_finds_a_course_by_its_title(searcher: Searcher) -> None:
    systems = [bm25(COURSES), fts5(COURSES), letters(COURSES), hybrid(searcher), stemmed(searcher),
               meaning(searcher, searcher.encode)]  # fmt: skip
    for system in systems:
        found = system([course.intitule for course in COURSES])
        assert [ranking[0] for ranking in found] == ["a", "b", "c", "d"]


def test_words_alone_find_nothing_for_strange_words() -> None:
    for system in (bm25(COURSES), fts5(COURSES)):
        assert system(["zorglub", "", "C++ !"]) == [[], [], []]


def test_bm25_is_the_formula() -> None:
    # Two texts of 2 and 4 words, mean 3. "web" is in both, twice in the second; "spark" in the second alone.
    courses = [Fiche("x", "formation", "Web design"), Fiche("y", "formation", "Web web spark python")]
    rare, common = np.log(1 + (2 - 1 + 0.5) / (1 + 0.5)), np.log(1 + (2 - 2 + 0.5) / (2 + 0.5))
    short = common * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3))
    long_ = common * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3))
    assert long_ > short
    assert bm25(courses)(["web"]) == [["y", "x"]]
    assert rare > 0
    assert bm25(courses)(["design spark"])[0][0] == "x"


def test_figures_are_means_of_the_queries() -> None:
    judged = [Judged("1", "metier", "x", {"a": 3, "b": 1}), Judged("2", "sigle", "y", {"c": 2})]
    figures = measure(judged, {"fixe": lambda texts: [["a", "z"] for _ in texts]})["fixe"]
    assert figures.ndcg == (ndcg(["a", "z"], {"a": 3, "b": 1}), 0.0)
    assert figures.unjudged == pytest.approx(0.75)
    assert by_kind(judged, {"fixe": figures})["sigle"] == {"fixe": 0.0}
    low, high = interval(figures.ndcg)
    assert low <= figures.mean <= high


def test_the_judged_set_is_whole() -> None:
    judged = read_judged()
    kinds = [query.genre for query in judged]
    assert len(judged) >= 120
    assert min(kinds.count(kind) for kind in set(kinds)) >= 10
    assert all(len(query.grades) >= 10 for query in judged)
    assert len({query.texte for query in judged}) == len(judged)


@pytest.mark.parametrize("line", ["q1\ta\t4", "q1\ta\tbon", "q1"])
def test_a_bad_grade_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / QUERIES).write_text('{"id": "q1", "genre": "x", "texte": "y"}\n', encoding="utf-8")
    (tmp_path / GRADES).write_text(f"requete\tfiche\tnote\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="jugements"):
        read_judged(tmp_path)


def test_a_varied_catalogue_holds_the_real_records_and_others_like_them(
    tmp_path: Path, tiny_classifier: Classifier
) -> None:
    seedlings = Seedlings.of(COURSES, tiny_classifier)
    batches = list(variations(seedlings, 10, ["69003"]))
    fiches = [fiche for part, *_ in batches for fiche in part]
    vectors = np.concatenate([part for _, _, part, _ in batches])
    assert fiches[:4] == list(COURSES)
    assert len({fiche.id for fiche in fiches}) == 10
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for part, _, _, passages in batches:
        for fiche, telling in zip(part, passages, strict=True):
            told = [fiche.description[a:b] for a, b in telling.places.tolist()] if telling else []
            assert set(told) <= set(sentences(fiche.description))
    cosines = (vectors[4:8] * seedlings.vectors).sum(axis=1)
    assert ((cosines > 0.85) & (cosines < 0.999)).all()
    build_scale(seedlings, 10, ["69003"], tmp_path, tiny_classifier)
    searcher = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier)
    assert searcher.index.count == 10
    assert searcher.search(Query("Data engineer", k=1)).hits[0].entry.fiche["intitule"] == "Data engineer"


def test_recall_is_the_share_of_the_exact_neighbours() -> None:
    vectors = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float16)
    assert recall(VectorStore(vectors), vectors.astype(np.float32), part=7) == 1.0


def test_each_part_of_the_blend_is_measured_on_queries_that_it_did_not_learn_from(
    tmp_path: Path, tiny_classifier: Classifier
) -> None:
    build_scale(Seedlings.of(COURSES, tiny_classifier), len(COURSES), ["69003"], tmp_path, tiny_classifier)
    searcher = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier)
    judged = [
        Judged(fiche.id, "titre", fiche.intitule, {other.id: 3 * (other.id == fiche.id) for other in COURSES})
        for fiche in COURSES
    ]
    found = pools(searcher, [*judged, Judged("rien", "vide", "piscine", {COURSES[0].id: 0})])
    assert len(found) == len(COURSES)
    assert {name for pool in found for name in pool.ids} <= {fiche.id for fiche in COURSES}
    figures = compare(found, folds=2)
    assert [len(figures[name].weights) for name in STEPS] == [2, 3, 4, 5]
    assert all(0 <= figure.ndcg <= 1 for figure in figures.values())
    assert figures["en service"].ndcg == np.mean([pool.ndcg(pool.served) for pool in found])


def test_weights_follow_the_part_that_tells_grades_apart() -> None:
    random = np.random.default_rng(0)
    grades = {str(rank): int(rank % 4) for rank in range(40)}
    good = np.array([grade / 3 for grade in grades.values()], dtype=np.float32)
    noise = random.random(40).astype(np.float32)
    pool = Pool(tuple(grades), {"cosine": noise, "words": good}, grades, good)
    weights = learn([pool], ("cosine", "words"))
    assert weights[1] > 5 * abs(weights[0])
    assert pool.ndcg(good) == 1.0 > pool.ndcg(noise)

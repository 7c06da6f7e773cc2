import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cartography.errors import RecordError
from cartography.fiche import Fiche
from models.classifier import Classifier
from models.errors import IndexUnusable
from models.generations import current
from models.index import FILES, build_index, open_index
from models.search import Filters, Searcher, UnknownFiche
from tests import tiny


@pytest.fixture(scope="module")
def searcher(tiny_index_dir: Path, tiny_classifier: Classifier) -> Searcher:
    return Searcher(open_index(tiny_index_dir, tiny_classifier.bundle), tiny_classifier.bundle.encoder)


def _ids(searcher: Searcher, text: str, **filters: object) -> list[tuple[str, str]]:
    hits = searcher.search(text, k=20, filters=Filters(**filters))  # type: ignore[arg-type]
    return [(h.entry.fiche["type"], h.entry.fiche["id"]) for h in hits]


def test_the_nearest_comes_first_and_all_are_there(searcher: Searcher) -> None:
    ids = _ids(searcher, "DÉVELOPPEUR web et mobile titre professionnel")
    assert ids[0] == ("formation", "f1")
    assert len(ids) == len(tiny.OFFRES) + len(tiny.FORMATIONS)


def test_k_bounds_the_results(searcher: Searcher) -> None:
    assert len(searcher.search("web", k=2)) == 2


def test_filters_keep_what_they_say(searcher: Searcher) -> None:
    assert {t for t, _ in _ids(searcher, "web", type="formation")} == {"formation"}
    assert _ids(searcher, "n'importe quoi", poste="developpeur-web", type="offre") == [("offre", "o1")]
    assert ("offre", "o3") in _ids(searcher, "pain", numerique=False)
    assert ("offre", "o3") not in _ids(searcher, "pain", numerique=True)
    assert _ids(searcher, "web", famille="inconnue") == []


def test_similar_leaves_itself_out_and_ids_may_serve_both_types(searcher: Searcher) -> None:
    offre, formation = searcher.row_of("o1", "offre"), searcher.row_of("o1", "formation")
    assert offre != formation
    hits = searcher.similar(offre, k=20, filters=Filters(type="formation"))
    assert hits[0].entry.fiche["id"] == "f1"
    assert all(h.entry.row != offre for h in searcher.similar(offre, k=20))
    with pytest.raises(UnknownFiche):
        searcher.row_of("absent")


def test_a_hit_says_what_it_is(searcher: Searcher) -> None:
    body = searcher.search("Développeur web", k=1, filters=Filters(type="offre"))[0].as_json()
    assert body["intitule"] == "Développeur web"
    assert body["poste"]["id"] == "developpeur-web"
    assert body["fiche"]["rome"] == ["M1855"]


def test_bad_records_are_kept_as_errors_and_later_ones_replace(tmp_path: Path, tiny_classifier: Classifier) -> None:
    bad = RecordError("fiche_invalide", "mauvaise", "b", "type", "f.jsonl", 2)
    stream: list[Fiche | RecordError] = [Fiche("a", "offre", "Boulanger"), bad, Fiche("a", "offre", "Data scientist")]
    report = build_index(stream, tmp_path, tiny_classifier)
    assert (report.stored, report.errors, report.replaced) == (1, 1, 1)
    folder = current(tmp_path)
    assert folder is not None
    errors = (folder / FILES.errors).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in errors] == [bad.as_json()]
    found = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier.bundle.encoder).search("x")
    assert [h.entry.fiche["intitule"] for h in found] == ["Data scientist"]


def test_an_empty_catalogue_can_be_searched(tmp_path: Path, tiny_classifier: Classifier) -> None:
    build_index([], tmp_path, tiny_classifier)
    searcher = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier.bundle.encoder)
    assert searcher.search("web") == []


def test_a_build_that_fails_leaves_the_index_in_place(tmp_path: Path, tiny_classifier: Classifier) -> None:
    build_index([Fiche("a", "offre", "Data scientist")], tmp_path, tiny_classifier)

    def stream() -> Iterator[Fiche]:
        yield Fiche("b", "offre", "Boulanger")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(stream(), tmp_path, tiny_classifier)
    assert open_index(tmp_path, tiny_classifier.bundle).manifest.count == 1


def _edit_manifest(folder: Path, **change: object) -> None:
    path = folder / FILES.manifest
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda f: (f / FILES.vectors).unlink(), "index_endommage"),
        (lambda f: (f / FILES.vectors).write_bytes(b"x" * 100), "index_endommage"),
        (lambda f: (f / FILES.catalogue).write_bytes(b"x" * 5000), "index_endommage"),
        (lambda f: (f / FILES.manifest).write_text("{"), "index_endommage"),
        (lambda f: _edit_manifest(f, count=3), "index_endommage"),
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
    searcher = Searcher(open_index(tmp_path, tiny_classifier.bundle), tiny_classifier.bundle.encoder)
    for _ in range(3):
        tiny.build_tiny_index(tmp_path, tiny_classifier)
    found: list[str] = []
    # Each request may come on a thread that never read this index before.
    thread = threading.Thread(target=lambda: found.extend(h.entry.fiche["id"] for h in searcher.search("web", k=2)))
    thread.start()
    thread.join()
    assert len(found) == 2

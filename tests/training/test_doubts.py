from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from models.encoder import Vectors
from training.labels.doubts import (
    FOLDS,
    Doubts,
    accepted_classes,
    cross_validate,
    folds_of,
    fuse,
    group_numbers,
    sample_unlabelled,
)
from training.labels.log import NON, Label
from training.labels.outliers import isolation, misplacement
from training.labels.records import LabelledRecord
from training.labels.sources import SOURCES, SourceText, text_hash

TREE = load_version()
LABELS = ("data-analyst", "developpeur-web", NON)
PER_LABEL = 24
DIMENSION = 16


def _word(seed: int) -> str:
    """Words that no two records share, so that none is a near-duplicate of another."""
    return "".join(chr(97 + int(c)) for c in np.random.default_rng(seed).integers(0, 26, 12))


def _label(fiche: Fiche, label: str, note: str = "") -> Label:
    return Label("offres", fiche.id, fiche.type, text_hash(fiche), label, 1, "1", "lecteur-01", "2026-11-22", note)


class World:
    """Three clouds of records, one a label."""

    def __init__(self) -> None:
        self.vectors: dict[str, Vectors] = {}
        self.records: list[LabelledRecord] = []
        self.unlabelled: list[SourceText] = []
        for cloud, label in enumerate(LABELS):
            for rank in range(PER_LABEL):
                self.add(f"{cloud}-{rank}", cloud, label)

    def fiche(self, name: str, cloud: float, rome: Sequence[str] = (), title: str | None = None) -> Fiche:
        """Make a record at a cloud; at .5, halfway between the first two."""
        seed = len(self.vectors)
        noise = np.random.default_rng(seed).normal(0, 0.08, DIMENSION)
        low, share = int(cloud), cloud - int(cloud)
        noise[low] += 1 - share
        noise[low + 1] += share
        self.vectors[name] = (noise / np.linalg.norm(noise)).astype(np.float32)
        return Fiche(name, "offre", title or f"{_word(seed)} {_word(seed + 10_000)}", rome=tuple(rome))

    def add(self, name: str, cloud: float, label: str, rome: Sequence[str] = (), note: str = "") -> None:
        fiche = self.fiche(name, cloud, rome)
        self.records.append(LabelledRecord(SourceText("offres", "offres", fiche), _label(fiche, label, note)))

    def doubts(self, crosswalk: Crosswalk) -> Doubts:
        def encode(fiches: Sequence[Fiche]) -> Vectors:
            return np.array([self.vectors[f.id] for f in fiches], dtype=np.float32)

        return Doubts(self.records, self.unlabelled, encode, TREE, crosswalk)


def test_planted_wrong_labels_come_first(small_crosswalk: Crosswalk) -> None:
    world = World()
    world.add("faux-a", 0, "developpeur-web")
    world.add("faux-b", 1, NON)
    world.add("faux-c", 2, "data-analyst")
    found = world.doubts(small_crosswalk).rank(3)
    assert {d.record.fiche.id for d in found} == {"faux-a", "faux-b", "faux-c"}
    assert {d.suggestion for d in found} == set(LABELS)
    assert all(d.kind == "etiquette" and 0.5 < d.score <= 1 and d.label for d in found)
    assert all(set(d.signs) == {"etiquette", "isole"} for d in found)


def test_right_labels_are_hardly_doubted(small_crosswalk: Crosswalk) -> None:
    assert all(d.score < 0.3 for d in World().doubts(small_crosswalk).rank(100))


def test_the_order_is_always_the_same(small_crosswalk: Crosswalk) -> None:
    world = World()
    world.add("faux", 0, NON)
    assert world.doubts(small_crosswalk).rank(20) == world.doubts(small_crosswalk).rank(20)


def test_rome_disagrees_with_the_label(small_crosswalk: Crosswalk) -> None:
    world = World()
    # Halfway, so that the text does not overrule the coding.
    world.add("contredite", 0.5, "data-analyst", rome=["M1855"])
    world.add("d-accord", 0.5, "developpeur-web", rome=["M1855"])
    world.add("rome-ecarte", 0.5, "data-analyst", rome=["M1855"], note="ROME faux")
    world.add("sans-code", 0.5, "data-analyst")
    (found,) = world.doubts(small_crosswalk).rank(10, "rome")
    assert (found.record.fiche.id, found.suggestion) == ("contredite", "developpeur-web")
    assert "M1855" in found.why


def test_a_sure_text_overrules_rome(small_crosswalk: Crosswalk) -> None:
    world = World()
    world.add("texte-clair", 0, "data-analyst", rome=["M1855"])
    assert all(d.signs["rome"] < 0.3 for d in world.doubts(small_crosswalk).rank(10, "rome"))


def test_rome_calls_a_digital_record_out_of_scope(small_crosswalk: Crosswalk) -> None:
    world = World()
    world.add("boulanger", 1.5, "developpeur-web", rome=["D1102"])
    (found,) = world.doubts(small_crosswalk).rank(10, "rome")
    assert found.suggestion == NON


def test_outliers_lie_among_another_label() -> None:
    world = World()
    world.add("isolee", 1, "data-analyst")
    vectors = np.array(list(world.vectors.values()))
    accepted = np.zeros((len(vectors), len(TREE.postes) + 1), dtype=bool)
    for row, record in enumerate(world.records):
        accepted[row, list(accepted_classes(record.label, TREE))] = True
    found = isolation(vectors, accepted, np.arange(len(vectors)))
    assert int(found.score.argmax()) == len(vectors) - 1
    assert (found.score[:-1] == 0).all()
    assert world.records[int(found.nearest[-1])].label.label == "developpeur-web"


def test_copies_do_not_vouch_for_each_other() -> None:
    world = World()
    for copy in range(6):
        world.add(f"copie-{copy}", 1, "data-analyst")
        world.vectors[f"copie-{copy}"] = world.vectors["copie-0"]
    vectors = np.array(list(world.vectors.values()))
    accepted = np.zeros((len(vectors), len(TREE.postes) + 1), dtype=bool)
    for row, record in enumerate(world.records):
        accepted[row, list(accepted_classes(record.label, TREE))] = True
    alone = np.arange(len(vectors))
    together = np.where(alone >= len(vectors) - 6, len(vectors) - 6, alone)
    assert isolation(vectors, accepted, alone).score[-1] == 0
    assert isolation(vectors, accepted, together).score[-1] > 0.3


def test_a_label_of_few_records_gives_no_verdict() -> None:
    vectors = np.eye(3, dtype=np.float32)
    found = isolation(vectors, np.eye(3, dtype=bool), np.arange(3))
    assert (found.score == 0).all()
    assert misplacement(1.0, 1.0) == 0


def test_folds_keep_near_duplicates_together() -> None:
    titles = [f"{_word(i)} {_word(i + 500)}" for i in range(40)]
    fiches = [Fiche(f"{i}-{j}", "offre", f"{t}{' H/F' * j}") for i, t in enumerate(titles) for j in range(2)]
    groups = group_numbers(fiches)
    folds = folds_of(groups, [f.id for f in fiches])
    assert (folds[::2] == folds[1::2]).all()
    assert set(folds.tolist()) == set(range(FOLDS))
    # Decided by hash of the group's least identity, not by its rank.
    backwards = fiches[::-1]
    assert folds_of(group_numbers(backwards), [f.id for f in backwards])[::-1].tolist() == folds.tolist()


def test_no_model_sees_the_record_it_judges() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(60, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    accepted = np.zeros((60, 3), dtype=bool)
    accepted[np.arange(60), generator.integers(0, 3, 60)] = True
    folds = np.arange(60) % FOLDS
    before, _ = cross_validate(vectors, accepted, folds, vectors[:1])
    assert np.allclose(before.sum(axis=1), 1, atol=1e-5)
    # Labels are noise here: a model that had seen them would do far better than chance.
    assert before[accepted].mean() < 0.45


def test_unlabelled_records_where_the_model_hesitates(small_crosswalk: Crosswalk) -> None:
    world = World()
    hesitant = world.fiche("hesitante", 1.5)
    clear = world.fiche("claire", 0)
    copy = world.fiche("copie", 1.5, title=hesitant.intitule)
    labelled = world.fiche("deja", 1.5, title=world.records[0].fiche.intitule)
    world.unlabelled = [SourceText("onisep", "onisep", f) for f in (clear, hesitant, copy, labelled)]
    found = world.doubts(small_crosswalk).rank(10, "manquante")
    assert [d.record.fiche.id for d in found] == ["hesitante", "claire"]
    assert found[0].label is None
    assert len(found[0].voisins) == 3
    assert {NON} < {c for c, _ in found[0].candidats}


def test_hidden_records_and_other_sources_are_left_out(small_crosswalk: Crosswalk) -> None:
    world = World()
    world.add("faux-a", 0, NON)
    doubts = world.doubts(small_crosswalk)
    assert doubts.rank(1)[0].record.fiche.id == "faux-a"
    assert "faux-a" not in {d.record.fiche.id for d in doubts.rank(100, hidden={("offres", "faux-a")})}
    assert doubts.rank(100, sources=("onisep",)) == []


def test_a_metier_or_a_famille_accepts_its_postes() -> None:
    fiche = Fiche("1", "offre", "x")
    metier = TREE.metiers[0]
    ranks = accepted_classes(_label(fiche, f"metier:{metier.id}"), TREE)
    assert {TREE.postes[i].id for i in ranks} == {p.id for p in metier.postes}
    famille = accepted_classes(_label(fiche, f"famille:{metier.famille_id}"), TREE)
    assert set(ranks) < set(famille)
    assert accepted_classes(_label(fiche, NON), TREE) == (len(TREE.postes),)


def test_signs_add_up_within_bounds() -> None:
    assert 0 == fuse({}) < fuse({"rome": 1}) < fuse({"etiquette": 1}) < fuse({"etiquette": 1, "rome": 1}) < 1


@pytest.mark.parametrize("seed", [0, 1])
def test_the_draw_is_bounded_and_repeats(tmp_path: Path, seed: int) -> None:
    offers = [{"id": str(i), "type": "offre", "intitule": f"Offre {i}"} for i in range(50)]
    (tmp_path / "data" / "offres").mkdir(parents=True)
    (tmp_path / "data" / "offres" / "offres.jsonl").write_text("\n".join(map(json.dumps, offers)), encoding="utf-8")
    source = next(s for s in SOURCES if s.name == "offres")
    drawn = sample_unlabelled([source], tmp_path, {}, 10, seed)
    assert len(drawn) == 10
    assert drawn == sample_unlabelled([source], tmp_path, {}, 10, seed)
    assert drawn != sample_unlabelled([source], tmp_path, {}, 10, seed + 7)
    # A label counts as long as the text is the one that was read.
    first, second = drawn[0].fiche, drawn[1].fiche
    labels = [_label(first, NON), _label(Fiche(second.id, "offre", "un autre texte"), NON)]
    ids = {t.fiche.id for t in sample_unlabelled([source], tmp_path, {x.key: x for x in labels}, 10, seed)}
    assert first.id not in ids
    assert second.id in ids

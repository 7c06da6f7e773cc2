from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cartography.crosswalk import Crosswalk, load_crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from cartography.tree import Cartographie
from models.bundle import load_bundle
from models.classifier import Classifier
from models.errors import BundleError
from models.newcomers import guess_rows
from tests.tiny import build_bundle

TREE = load_version()
NEW = ("community-manager", "data-engineer", "technicien-reseau")
CROSSWALK: Crosswalk = load_crosswalk()


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cartographie]:
    tree = TREE.without(NEW)
    directory = tmp_path_factory.mktemp("older") / "bundle"
    build_bundle(directory, tree)
    return directory, tree


def test_a_tree_without_postes() -> None:
    tree = TREE.without([*NEW, "inconnu"])
    assert len(tree.postes) == len(TREE.postes) - len(NEW)
    metier = TREE.metiers[0]
    assert metier.id not in {m.id for m in TREE.without([p.id for p in metier.postes]).metiers}


def test_added_postes_are_told_by_their_titles(older: tuple[Path, Cartographie]) -> None:
    bundle = load_bundle(older[0], TREE)
    assert set(bundle.newcomers) == set(NEW)
    classifier = Classifier(bundle, TREE, CROSSWALK)
    titles = [TREE.poste(name).libelle for name in NEW]
    answers = classifier.classify([Fiche(str(i), "offre", title) for i, title in enumerate(titles)], top_k=15)
    for name, answer in zip(NEW, answers, strict=True):
        # The bag of words mixes up those that share theirs; by chance it would be one in seven, each.
        assert name in {candidate.id for candidate in answer.candidats}


def test_added_postes_leave_the_learnt_rows_as_they_are(older: tuple[Path, Cartographie]) -> None:
    directory, tree = older
    before, after = load_bundle(directory, tree), load_bundle(directory, TREE)
    assert before.newcomers == ()
    rank = {poste.id: i for i, poste in enumerate(TREE.postes)}
    kept = [*(rank[poste.id] for poste in tree.postes), -1]
    assert np.array_equal(after.head.weight[kept], before.head.weight)
    assert np.array_equal(after.head.bias[kept], before.head.bias)


def test_a_new_version_may_add_but_not_take_away_nor_move(older: tuple[Path, Cartographie]) -> None:
    directory, _ = older
    assert load_bundle(directory, replace(TREE, version="2030-01")).newcomers
    with pytest.raises(BundleError, match="pas pour"):
        load_bundle(directory, TREE.without([*NEW, "data-analyst"]))
    upside_down = replace(TREE, familles=tuple(reversed(TREE.familles)))
    with pytest.raises(BundleError):
        load_bundle(directory, upside_down)


def test_a_new_poste_scores_on_its_own_description_as_the_known_ones_do() -> None:
    random = np.random.default_rng(0)
    known, weight, bias, new = (random.normal(size=size) for size in ((20, 8), (20, 8), 20, (3, 8)))
    rows, shifts = guess_rows(known, weight, bias, new)
    assert rows.shape == (3, 8)
    np.testing.assert_allclose((new * rows).sum(1) + shifts, ((known * weight).sum(1) + bias).mean())

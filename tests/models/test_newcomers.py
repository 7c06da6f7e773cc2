from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain
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
from models.head import Head
from models.newcomers import MODESTY, guess_rows, spoken, with_newcomers
from models.wide import Hidden, Wide, features_of
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


def test_a_new_poste_scores_on_its_own_description_a_little_less_than_the_known_ones_do() -> None:
    random = np.random.default_rng(0)
    known, weight, bias, new = (random.normal(size=size) for size in ((20, 8), (20, 8), 20, (3, 8)))
    rows, shifts = guess_rows(known, weight, bias, new)
    assert rows.shape == (3, 8)
    np.testing.assert_allclose((new * rows).sum(1) + shifts, ((known * weight).sum(1) + bias).mean() - MODESTY)


def test_the_words_of_an_added_poste_speak_for_it(older: tuple[Path, Cartographie]) -> None:
    directory, tree = older
    encoder = load_bundle(directory, tree).encoder
    told = Counter(word for p in TREE.postes for title in p.all_titles() for word in chain(*features_of(title, "")))
    words = _blank(list(told))
    known = spoken(tree.postes, words)
    # What a layer learns of postes that their own words tell: a row along their description.
    weight = np.zeros((len(told), len(tree.postes) + 1), dtype=np.float32)
    weight[:, :-1] = known.T / np.linalg.norm(known, axis=1)
    learnt = replace(words, weight=weight)
    head = Head(np.zeros((weight.shape[1], encoder.features), np.float32), np.zeros(weight.shape[1], np.float32))
    same, after = with_newcomers(head, learnt, [p.id for p in tree.postes], NEW, TREE, encoder)
    assert not same.weight.any()
    ranks = {poste.id: rank for rank, poste in enumerate(TREE.postes)}
    kept = [*(ranks[poste.id] for poste in tree.postes), -1]
    assert np.array_equal(after.weight[:, kept], learnt.weight)
    for name in NEW:
        logits = after.logits([Fiche("1", "offre", TREE.poste(name).libelle)])[0, :-1]
        assert ranks[name] in np.argsort(-logits)[:5]


def test_hidden_units_speak_for_an_added_poste_too(older: tuple[Path, Cartographie]) -> None:
    directory, tree = older
    encoder = load_bundle(directory, tree).encoder
    told = Counter(word for p in TREE.postes for title in p.all_titles() for word in chain(*features_of(title, "")))
    random = np.random.default_rng(0)
    units = random.normal(size=(len(told), 512)).astype(np.float32)
    words = _blank(list(told))
    hidden = Hidden(units, np.zeros(512, np.float32), np.zeros((512, len(tree.postes) + 1), np.float32))
    words = replace(words, hidden=hidden)
    active = spoken(tree.postes, words)[:, len(told) :]
    out = np.zeros_like(hidden.out)
    out[:, :-1] = (active - active.mean(axis=0)).T
    learnt = replace(words, hidden=replace(hidden, out=out))
    head = Head(np.zeros((out.shape[1], encoder.features), np.float32), np.zeros(out.shape[1], np.float32))
    _, after = with_newcomers(head, learnt, [p.id for p in tree.postes], NEW, TREE, encoder)
    assert after.hidden.out.shape == (512, len(TREE.postes) + 1)
    ranks = {poste.id: rank for rank, poste in enumerate(TREE.postes)}
    assert np.array_equal(after.hidden.out[:, [*(ranks[poste.id] for poste in tree.postes), -1]], out)
    for name in NEW:
        logits = after.logits([Fiche("1", "offre", TREE.poste(name).libelle)])[0, :-1]
        assert ranks[name] in np.argsort(-logits)[:10]


def _blank(words: list[str]) -> Wide:
    """Return a layer that learnt nothing of these words."""
    classes = len(TREE.postes) - len(NEW) + 1
    weight, bias = np.zeros((len(words), classes), np.float32), np.zeros(classes, np.float32)
    ranks = {word: rank for rank, word in enumerate(words)}
    return Wide(ranks, np.ones(len(words), np.float32), weight, bias, Hidden.none(len(words), classes))

from __future__ import annotations

from pathlib import Path

import numpy as np

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from models.bundle import load_bundle
from models.head import Head
from tests.training.measure.support import TREE, small_corpus, small_splits
from training.corpus.record_examples import labelled_of
from training.measure.flat import Flat, calibrated
from training.measure.gold import Labelled
from training.measure.opponents import Ground, opponents


def test_four_systems_answer_every_record(
    tiny_bundle_dir: Path, tiny_base_dir: Path, small_crosswalk: Crosswalk, tmp_path: Path
) -> None:
    bundle = load_bundle(tiny_bundle_dir, TREE, threads=1)
    ground = Ground(bundle, small_corpus(small_crosswalk), small_splits(), tmp_path, str(tiny_base_dir))
    validation = [labelled_of(row) for row in small_splits()["validation"]]
    said: list[str] = []
    systems = opponents(ground, TREE, [item.fiche for item in validation], said.append)
    assert [system.scored for system in systems] == [False, False, False, True]
    assert len(said) == 4
    for system in systems:
        assert [a.id for a in system.answers] == [item.fiche.id for item in validation]
        for answer in system.answers:
            if answer.poste is not None:
                path = tuple(node.id for node in (answer.famille, answer.metier, answer.poste) if node)
                assert path == tuple(node.id for node in TREE.path(answer.poste.id))


def _flat() -> Flat:
    """A head that says hors numérique at odds that the only component of the vector gives."""
    weight = np.zeros((len(TREE.postes) + 1, 1), dtype=np.float32)
    weight[0] = 8.0
    return Flat(
        Head(weight, np.zeros(len(weight), dtype=np.float32)),
        lambda fiches: np.array([[len(f.intitule)] for f in fiches], dtype=np.float32),
        TREE,
    )


def test_classes_compete_with_one_another() -> None:
    first = TREE.postes[0]
    (answer,) = _flat().answers([Fiche("1", "offre", "x")])
    assert answer.poste is not None
    assert answer.famille is not None
    assert (answer.poste.id, answer.niveau) == (first.id, "aucun")
    # Nothing is summed: the famille is no surer than its poste.
    assert answer.famille.score == answer.poste.score
    assert answer.candidats[0].id == first.id


def test_validation_sets_the_threshold() -> None:
    path = tuple(node.id for node in TREE.path(TREE.postes[0].id))
    right = Labelled(Fiche("1", "offre", "xx"), True, (path[0],), (path[1],), (path[2],))
    wrong = Labelled(Fiche("2", "offre", "x"), False)
    flat = calibrated(_flat(), [right] * 20 + [wrong] * 20)
    sure, unsure = flat.answers([right.fiche, wrong.fiche])
    assert (sure.niveau, unsure.niveau) == ("poste", "aucun")

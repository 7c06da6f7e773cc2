from __future__ import annotations

from pathlib import Path

import pytest

from cartography.crosswalk import load_crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from models.bundle import load_bundle
from models.classifier import Classifier
from tests.tiny import build_bundle
from training.measure.gold import Labelled
from training.measure.left_out import choose, measure_left_out

TREE = load_version()


def _labelled(title: str, poste: str) -> Labelled:
    famille, metier, node = TREE.path(poste)
    return Labelled(Fiche(title, "offre", title), True, (famille.id,), (metier.id,), (node.id,))


def test_the_choice_empties_no_metier() -> None:
    chosen = choose(TREE, 30)
    assert len(set(chosen)) == 30
    assert len(TREE.without(chosen).metiers) == len(TREE.metiers)
    assert choose(TREE, 5) == chosen[:5]


@pytest.mark.parametrize("poste", ["community-manager"])
def test_what_definitions_alone_make_of_the_postes(tmp_path: Path, poste: str) -> None:
    crosswalk = load_crosswalk()
    older = TREE.without([poste])
    build_bundle(tmp_path / "bundle", older)
    before, after = (Classifier(load_bundle(tmp_path / "bundle", tree), tree, crosswalk) for tree in (older, TREE))
    known = [_labelled("Data engineer", "data-engineer"), _labelled("Boulanger", "data-analyst")]
    found = measure_left_out(before, after, [poste], [_labelled("Community manager", poste), *known], known)
    assert (found.records, found.known) == (1, 2)
    assert found.poste_top5 == 1.0
    assert found.poste <= found.poste_top3 <= found.poste_top5
    assert found.known_before == found.known_after == 0.5

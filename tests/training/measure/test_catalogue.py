import shutil
from pathlib import Path

import pytest

from tests.training.measure.support import TREE
from training.errors import EvaluationError
from training.measure.catalogue import EXPECTED, SAMPLE, read_catalogue


def test_every_expected_label_has_its_record() -> None:
    labelled = read_catalogue(TREE)
    assert len(labelled) == 505
    assert {item.fiche.type for item in labelled} == {"formation", "offre"}
    for item in labelled:
        assert bool(item.postes) == item.numerique == bool(item.familles)


@pytest.mark.parametrize("line", ["offre\tINCONNUE\thors", "offre\tGSO0001", "offre\tGSO0001\tastronaute"])
def test_a_label_that_fits_nothing_is_named(tmp_path: Path, line: str) -> None:
    for path in SAMPLE.iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / EXPECTED).write_text(f"# entête\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="ligne 2"):
        read_catalogue(TREE, tmp_path)

import numpy as np
import pytest

from cartography.crosswalk import HORS, load_crosswalk
from cartography.fiche import Fiche
from cartography.loading import load_version
from models.head import Probabilities
from models.layout import RomePrior
from models.prior import Prior

LABELS = [p.id for p in load_version().postes]
WEB = LABELS.index("developpeur-web")


def _prior(strength: float = 0.5, floor: float = 0.1) -> Prior:
    return Prior(load_crosswalk(), LABELS, RomePrior(strength=strength, floor=floor))


def _fiche(*rome: str, appellation: str | None = None) -> Fiche:
    return Fiche(id="1", type="offre", intitule="x", rome=rome, appellation=appellation)


def _row(**given: float) -> Probabilities:
    row: Probabilities = np.full((1, len(LABELS) + 1), 1e-4, dtype=np.float32)
    for label, value in given.items():
        rank = -1 if label == HORS else LABELS.index(label.replace("_", "-"))
        row[0, rank] = value
    row /= row.sum()
    return row


def test_a_code_moves_doubt_its_way() -> None:
    text = _row(developpeur_web=0.45, hors=0.45)
    assert _prior().apply([_fiche("M1855")], text)[0, WEB] > 0.6
    assert _prior().apply([_fiche("G1803")], text)[0, -1] > 0.6


def test_a_clear_text_overrules_a_wrong_code() -> None:
    text = _row(hors=0.99)
    assert _prior().apply([_fiche("M1843")], text)[0, -1] > 0.5


@pytest.mark.parametrize("fiche", [_fiche(), _fiche("Z9999"), _fiche("23221")])
def test_no_known_code_changes_nothing(fiche: Fiche) -> None:
    text = _row(developpeur_web=0.6)
    np.testing.assert_array_equal(_prior().apply([fiche], text), text)


def test_strength_zero_turns_it_off() -> None:
    text = _row(developpeur_web=0.6)
    np.testing.assert_array_equal(_prior(strength=0).apply([_fiche("G1803")], text), text)


def test_rows_stay_distributions() -> None:
    out = _prior().apply([_fiche("M1855", appellation="Webmaster")], _row(webmaster=0.2, developpeur_web=0.3))
    assert out.sum() == pytest.approx(1, abs=1e-5)

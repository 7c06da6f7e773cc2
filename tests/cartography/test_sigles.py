from __future__ import annotations

from typing import get_args

import pytest

from cartography.sigles import Nature, expansions, load_sigles
from cartography.text import fold


def test_the_table_is_sound() -> None:
    table = load_sigles()
    sigles = [sigle for found in table.values() for sigle in found]
    assert len(table) > 150
    assert len({(fold(s.sigle), s.nature) for s in sigles}) == len(sigles)
    for sigle in sigles:
        assert sigle.nature in get_args(Nature)
        assert sigle.developpements
        assert all(said and said == said.strip() for said in sigle.developpements), sigle


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Poste de RSSI", ["RSSI"]), ("rssi", ["rssi"]), ("titre DWWM à Lyon", ["DWWM"]), ("l'IA", ["IA"]),
        ("bts sio", ["bts sio"]), ("BTS SIO option SISR", ["BTS SIO", "SISR"]), ("bts-sio-slam", ["bts-sio-slam"]),
        ("admin sys", ["admin sys"]), ("BUT R&T", ["BUT R&T"]), ("but mmi", ["but mmi"]), ("UX/UI", ["UX", "UI"]),
        ("ci/cd", ["ci/cd"]), ("VR, RA", ["VR", "RA"]), ("modélisation 3D", ["3D"]),
        ("Si le but, mes outils", []), ("SI", ["SI"]), ("rssis apis", []), ("poésie", []), ("", []),
    ],
)  # fmt: skip
def test_whole_words_in_any_case(text: str, found: list[str]) -> None:
    assert list(dict.fromkeys(written for written, _ in expansions(text))) == found


def test_every_reading_of_an_ambiguous_one() -> None:
    said = [expansion for _, expansion in expansions("BDD")]
    assert {"base de données", "développement piloté par le comportement"} == set(said)

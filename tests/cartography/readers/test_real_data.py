"""The real files, when they are at hand (`GENSCAN_DATA`, by default ../shared/data beside the repository)."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from cartography.fiche import Fiche, FicheType
from cartography.readers import read_records

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("GENSCAN_DATA", ROOT.parent / "shared" / "data"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no real data in {FOLDER}; set GENSCAN_DATA to its folder"),
]


def counts(name: str, default_type: FicheType | None = None) -> Counter[str]:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return Counter(r.type if isinstance(r, Fiche) else r.code for r in read_records(path, default_type=default_type))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("offres/offres.jsonl", {"offre": 15_919}),
        ("formations/formations.jsonl", {"formation": 1_517}),
        ("onisep/formations.jsonl", {"formation": 2_282}),
        ("onisep/metiers.jsonl", {"type_inconnu": 1_043}),
        ("onisep/ideo_formations.csv", {"formation": 5_660}),
        ("onisep/ideo_metiers.csv", {"type_inconnu": 1_489}),
        ("onisep/table_passage_certifs.csv", {"formation": 4_826}),
        ("rncp/rncp_rs_fixture.jsonl", {"formation": 20}),
        ("rncp/rncp_fix.xml", {"formation": 12}),
        ("rncp/rs_fix.xml", {"formation": 8}),
        ("lheo/formacode_dict.xml", {"format_inconnu": 1}),
        ("lheo/departements_dict.xml", {"format_inconnu": 1}),
    ],
)
def test_counts(name: str, expected: dict[str, int]) -> None:
    assert counts(name) == expected


def test_job_descriptions_are_read_under_a_type() -> None:
    assert counts("onisep/metiers.jsonl", "offre") == {"offre": 1_043}


def test_every_lheo_sample_has_a_course() -> None:
    samples = sorted((FOLDER / "lheo").glob("*exemple*.xml"))
    if not samples:
        pytest.skip(f"no LHÉO sample in {FOLDER}")
    for path in samples:
        assert [r for r in read_records(path) if isinstance(r, Fiche) and r.intitule and r.rome], path


def test_the_two_forms_of_a_certification_read_alike() -> None:
    xml = [r for name in ("rncp_fix.xml", "rs_fix.xml") for r in read_records(FOLDER / "rncp" / name)]
    lines = {r.id: r for r in read_records(FOLDER / "rncp" / "rncp_rs_fixture.jsonl") if isinstance(r, Fiche)}
    for record in xml:
        assert isinstance(record, Fiche)
        other = lines[record.id]
        assert (record.intitule, record.rome, record.formacode, record.rncp) == (
            other.intitule, other.rome, other.formacode, other.rncp,
        )  # fmt: skip
        assert record.extras.get("niveau_sortie") == other.extras.get("niveau_sortie")

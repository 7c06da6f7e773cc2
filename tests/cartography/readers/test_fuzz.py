"""No bytes make a reader raise: every format against every fixture, cut and mixed at random."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartography.errors import RecordError
from cartography.fiche import Fiche
from cartography.readers import FORMATS
from cartography.readers.formats import FormatUnknown, detect
from tests.cartography.readers.support import DATA, read_bytes

SEEDS = [path.read_bytes() for path in sorted(Path(DATA).iterdir())] + [
    b'{"resultats": [{"id": "1", "intitule": "x", "lieuTravail": {"libelle": "y"}}, {"id": 2}]}',
    b'{"id": "1", "type": "offre", "intitule": "x"}\n{"id": "2", "objectif": ["y"], "libelle": "z"}\n',
    b'id;titre;type\n1;"a;\nb";offre\n2;c;formation\n',
    b"nom_of,intitule_formation,code_rncp\nA,B,12\n",
    b"id,intitule,type,duree,niveau_sortie,nsf,certification,rncp,domaines\nFOR.1,x,CAP,2 ans,,,,12,a|b\n",
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        data = (
            data[:start] + draw(st.binary(max_size=6) | st.sampled_from([b'"', b"<", b"]]>", b"\n", b"{"])) + data[end:]
        )
    return data


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(data=damaged())
def test_no_bytes_make_a_reader_raise(name: str, data: bytes) -> None:
    for record in read_bytes(data, name):
        assert isinstance(record, (Fiche, RecordError))
        json.dumps(record.as_json(), ensure_ascii=False, allow_nan=False).encode()


@settings(max_examples=100, deadline=None)
@given(st.binary() | damaged())
def test_no_bytes_make_recognition_raise(head: bytes) -> None:
    with suppress(FormatUnknown):
        assert detect(head).name in FORMATS

"""Files: recognition by content, gzip, byte order marks, pipes, errors."""

from __future__ import annotations

import codecs
import gzip
import os
import threading
from pathlib import Path

import pytest

from cartography.errors import GenscanError, RecordError
from cartography.fiche import Fiche
from cartography.readers import FORMATS, FileUnreadable, FormatUnknown, detect, read_records
from tests.cartography.readers.support import DATA, error, fiche

LINE = b'{"id": "1", "type": "offre", "intitule": "D\xc3\xa9v"}\n'


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (LINE * 3, "jsonl"),
        (b'{"id": "1", "intitule": "long' + b"g" * 70_000, "jsonl"),
        (b"\n\n  \n" + LINE, "jsonl"),
        (b'{"id": 1, broken\n{"id": 2, broken\n', "jsonl"),
        (b'{"id": "1", "formations": [{"niveau": "x"}]}\n', "jsonl"),
        (b'{"formations": [{"niveau": "x"}], "id": "1"}\n{"formations": [], "id": "2"}\n', "jsonl"),
        (b'{"filtresPossibles": [1], "resultats": [{"id": "1"}]}', "france_travail"),
        (b'[{"id": "1", "intitule": "x", "romeCode": "M1805"}]', "france_travail"),
        (b'[\n{"id": "1", "type": "offre"},\n{"id": "2"}\n]', "json"),
        (b'{\n "fiches": [\n{"id": "1"},\n{"id": "2"}\n]}', "json"),
        (b'{"fiches": [' + LINE.strip() + b"]}", "json"),
        ("id;intitulé\n1;x\n".encode(), "csv"),
        ("id;intitulé\n1;x\n".encode("cp1252"), "csv"),
        ("id\tintitulé\n1\tx\n".encode("utf-16"), "csv"),
        ("numero,libellé,type\n".encode("utf-8-sig"), "csv"),
        (b"id,intitule,type,duree,niveau_sortie,nsf,certification,rncp,domaines\n", "onisep_csv"),
        (b"id,libelle,code_rome,libelle_rome,domaines\n", "onisep_csv"),
        (b"date_extract;nom_of;intitule_formation;numero_formation\n", "mcf"),
        (b"<lheo/>", "lheo"),
        (b'<?xml version="1.0"?>\n<!-- <autre> -->\n<!DOCTYPE x [<!ENTITY a "b">]><l:lheo xmlns:l="u">', "lheo"),
        ('<?xml version="1.0" encoding="UTF-16"?><lheo/>'.encode("utf-16"), "lheo"),
        (b"<FICHES><VERSION_FLUX>4.1</VERSION_FLUX>", "rncp"),
        (b"<formations><formation><identifiant>FOR.1</identifiant><libelle_complet>x", "onisep_xml"),
    ],
)
def test_detect(head: bytes, name: str) -> None:
    assert detect(head).name == name


@pytest.mark.parametrize(
    "head",
    [
        b"", b"bonjour", b"a;b;c\n1;2;3\n", b"<html><body>x</body></html>", b"<FICHES/>", b"PK\x03\x04zip",
        b'<?xml version="1.0"?><!DOCTYPE dict SYSTEM "gml.dtd"><dict xmlns="u"/>', b"<", b"\xff\xfe",
        "id;titre\n1;x\n".encode("utf-16-le"),
    ],
)  # fmt: skip
def test_unknown(head: bytes) -> None:
    with pytest.raises(FormatUnknown) as caught:
        detect(head)
    assert caught.value.code == "format_inconnu"
    assert all(name in caught.value.message for name in FORMATS)


def test_fixtures_are_recognised() -> None:
    names = {path.name: detect(path.read_bytes()).name for path in sorted(DATA.glob("*.xml"))}
    assert names == {
        "lheo_13.xml": "lheo", "lheo_22.xml": "lheo", "lheo_leger.xml": "lheo", "onisep.xml": "onisep_xml",
        "rncp.xml": "rncp",
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        LINE, codecs.BOM_UTF8 + LINE, LINE.decode().encode("utf-16"), gzip.compress(LINE),
        gzip.compress(codecs.BOM_UTF8 + LINE), gzip.compress(LINE[:20]) + gzip.compress(LINE[20:]),
    ],
)  # fmt: skip
def test_the_extension_says_nothing(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "fiches.xml"
    path.write_bytes(data)
    [record] = read_records(path)
    assert (fiche(record).id, fiche(record).intitule) == ("1", "Dév")


@pytest.mark.parametrize("data", [b"", b" \n\n", codecs.BOM_UTF8, gzip.compress(b"")])
@pytest.mark.parametrize("forced", [None, "lheo", "csv", "jsonl", "json"])
def test_an_empty_file_holds_no_record(tmp_path: Path, data: bytes, forced: str | None) -> None:
    path = tmp_path / "vide"
    path.write_bytes(data)
    assert list(read_records(path, format=forced)) == []


def test_a_file_that_nothing_recognises_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("bonjour")
    [record] = read_records(path)
    assert (error(record).code, error(record).fichier) == ("format_inconnu", "notes.txt")


def test_unreadable_paths(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(FileUnreadable) as caught:
            read_records(path)
        assert caught.value.code == "fichier_illisible"
        assert str(path) in caught.value.message
    assert issubclass(FileUnreadable, GenscanError)


def test_unknown_format_name(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown, match="« pdf »"):
        read_records(tmp_path, format="pdf")


def test_a_forced_format_wins(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"[" + LINE.strip() + b"]")
    assert [error(r).code for r in read_records(path, format="jsonl")] == ["objet_attendu"]


def test_default_type(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text('{"id": "1", "intitule": "x"}\n{"id": "2", "intitule": "x", "type": "offre"}\n')
    assert [fiche(r).type for r in read_records(path, default_type="formation")] == ["formation", "offre"]


@pytest.mark.parametrize("data", [LINE * 5000, gzip.compress(LINE * 5000), LINE.decode().encode("utf-16")])
def test_progress_is_counted_in_bytes_of_the_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    steps: list[int] = []
    assert all(isinstance(r, Fiche) for r in read_records(path, on_bytes=steps.append))
    assert sum(steps) == len(data)


def test_damaged_gzip_gives_what_came_before(tmp_path: Path) -> None:
    lines = b"".join(
        b'{"id": "%d", "type": "offre", "intitule": "x%s"}\n' % (i, os.urandom(20).hex().encode()) for i in range(5000)
    )
    whole = gzip.compress(lines)
    for damaged in (whole[: len(whole) // 2], whole[:-8] + b"\0" * 8, whole[:20]):
        path = tmp_path / "x.gz"
        path.write_bytes(damaged)
        *records, last = read_records(path, format="jsonl")
        assert error(last).code == "gzip_invalide"
        good = [r.id for r in records if isinstance(r, Fiche)]
        assert good == [str(i) for i in range(len(good))]
        assert len(damaged) < 100 or len(good) > 2000
        assert sum(isinstance(r, RecordError) for r in records) <= 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipes(tmp_path: Path) -> None:
    path = tmp_path / "tube"
    os.mkfifo(path)
    data = gzip.compress(LINE * 10_000)
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    assert sum(isinstance(r, Fiche) for r in read_records(path)) == 10_000
    writer.join()


def test_the_file_is_closed_when_reading_stops_early(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(LINE * 100)
    records = read_records(path)
    next(records)
    records.close()  # type: ignore[attr-defined]
    path.unlink()

"""Generic tables: delimiters, encodings, quotes, damage."""

from __future__ import annotations

import pytest

from cartography.fiche import Fiche
from cartography.readers import rows
from tests.cartography.readers.support import error, fiche, read_bytes


def codes(data: bytes) -> list[str]:
    return [f"{r.id}" if isinstance(r, Fiche) else f"{r.code}@{r.position}" for r in read_bytes(data, "csv", "offre")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    table = (
        'Code|Intitulé|Description|Code ROME|type|Société\nA1|Développeur|"Été;\nhiver, | "" "|M1805 M1810|offre|Né\n'
    )
    # The quoted cell holds every delimiter, so only those outside it are replaced.
    head, quoted, tail = table.replace("|", "¤", 5).partition('"Été;\nhiver, | "" "')
    data = (head.replace("¤", delimiter).replace("|", delimiter) + quoted + tail.replace("|", delimiter)).encode(
        encoding
    )
    [record] = read_bytes(data, "csv")
    assert fiche(record) == Fiche(
        "A1", "offre", "Développeur", 'Été;\nhiver, | "', ("M1805", "M1810"), extras={"Société": "Né"}
    )


def test_ragged_rows_and_trailing_delimiters() -> None:
    assert codes(b"id;titre;x\n1;a;b\n2;a\n3;a;b;c\n4;a;b;;\n;;\n\n5;a;b\n") == [
        "1", "ligne_irreguliere@3", "ligne_irreguliere@4", "4", "5",
    ]  # fmt: skip


def test_an_unclosed_quote_costs_its_own_line_only() -> None:
    assert codes(b'id,titre\n1,a\n2,"b\n3,"c"\n4,d\n5,"e\n') == ["1", "csv_invalide@3", "3", "4", "csv_invalide@6"]


def test_an_unclosed_quote_far_from_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROW_LINES", 10)
    data = b'id,titre\n0,"x\n' + b"".join(b"%d,t\n" % i for i in range(1, 40))
    assert codes(data) == ["csv_invalide@2", *map(str, range(1, 40))]


def test_a_line_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_LINE", 100)
    assert codes(b"id,titre\n1,a\n2," + b"x" * 1000 + b"\n3,c\n") == ["1", "ligne_trop_longue@3", "3"]


def test_a_cell_longer_than_a_description_is_an_error() -> None:
    data = b"id,titre,description\n1,a," + b"x" * 1_000_500 + b"\n2,a," + b"x" * 1_100_000 + b"\n3,b,c\n"
    assert codes(data) == ["fiche_invalide@2", "csv_invalide@3", "3"]


def test_nul_and_broken_utf8() -> None:
    data = "id,titre\n1,é\n".encode() + b"2,\xff\n3,a\0b\n4,ok\n"
    assert codes(data) == ["1", "utf8_invalide@3", "caractere_nul@4", "4"]


def test_missing_identifier_names_the_field() -> None:
    [record] = read_bytes(b"id;titre;type\n;a;offre\n", "csv")
    assert (error(record).champ, error(record).position) == ("id", 2)


def test_missing_type() -> None:
    [record] = read_bytes(b"id;titre\n1;a\n", "csv")
    assert (error(record).champ, error(record).id) == ("type", "1")


def test_unknown_header_when_the_format_is_forced() -> None:
    [record] = read_bytes(b"a;b\n1;2\n", "csv")
    assert error(record).code == "entete_inconnu"
    [record] = read_bytes(b"", "csv")
    assert error(record).code == "entete_inconnu"


def test_excel_preamble_and_nameless_columns() -> None:
    [record] = read_bytes(b"sep=;\n\nid;titre;;lat\n1;a;b;48,5\n", "csv", "offre")
    assert fiche(record).extras == {"colonne_3": "b", "lat": "48,5", "latitude": 48.5}

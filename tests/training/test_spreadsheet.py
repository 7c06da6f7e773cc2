from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartography.fiche import Fiche
from cartography.loading import load_version
from cartography.lookup import Lookup
from training.labels.log import Label, LabelError
from training.labels.sources import SourceText, text_hash
from training.labels.spreadsheet import COLUMNS, accept, excerpt, guard, parse_label, read_sheet, unguard, write_sheet

TREE = load_version()
LOOKUP = Lookup.build(TREE)
FICHES = (
    Fiche("0816357", "offre", "Data analyst", "SQL ; tableaux\net « rapports »"),
    Fiche("205E123", "offre", '=HYPERLINK("http://x")', "+33 @cmd -1"),
    Fiche("o3", "offre", "Boulanger", ""),
)
TEXTS = {("offres", f.id): SourceText("offres", "offres", f) for f in FICHES}


def _parse(text: str) -> str:
    return parse_label(text, TREE, LOOKUP)


def _label(fiche: Fiche, label: str) -> Label:
    return Label("offres", fiche.id, "offre", text_hash(fiche), label, 3, "1", "lecteur-01", "2026-11-22")


LOG = [_label(FICHES[0], "data-engineer"), _label(FICHES[1], "non"), _label(FICHES[2], "non")]


def _sheet(path: Path) -> list[dict[str, str]]:
    write_sheet(path, ((TEXTS[x.key], x, "", "") for x in LOG))
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=";"))


def _save(path: Path, rows: list[dict[str, str]], *, delimiter: str = ";", encoding: str = "utf-8") -> None:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))


def _accept(path: Path, log: list[Label]) -> tuple[list[Label], list[str]]:
    decisions, refusals = read_sheet(path, _parse)
    labels, late = accept(decisions, log, TEXTS, {"offres"}, "Ana", "2026-11-23")
    return labels, [str(r) for r in (*refusals, *late)]


def test_the_file_suits_a_french_excel(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = _sheet(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfsource;id;")
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["extrait"] == "SQL ; tableaux et « rapports »"


def test_no_cell_is_a_formula_nor_a_mangled_number(tmp_path: Path) -> None:
    rows = _sheet(tmp_path / "a.csv")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert [row["id"] for row in rows] == ["'0816357", "'205E123", "o3"]
    assert rows[1]["intitule"] == '\'=HYPERLINK("http://x")'


@given(st.text())
def test_guarding_is_undone(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_what_a_spreadsheet_saves_is_read_back(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    rows = _sheet(path)
    rows[0] |= {"nouvelle_etiquette": "Data Analyst", "nouvelle_certitude": "1,0", "note": "relue à deux"}
    rows[1] |= {"nouvelle_etiquette": "Développeuse full-stack"}
    _save(path, [row | {"ma colonne": "x"} for row in rows], delimiter=delimiter, encoding=encoding)
    labels, refused = _accept(path, LOG)
    assert refused == []
    assert [(x.id, x.label, x.certitude, x.note) for x in labels] == [
        ("0816357", "data-analyst", 1, "relue à deux"),
        ("205E123", "developpeur-full-stack", 2, ""),
    ]
    assert all((x.passe, x.annotateur, x.date) == ("correction", "Ana", "2026-11-23") for x in labels)


def test_twice_adds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = _sheet(path)
    rows[0] |= {"nouvelle_etiquette": "data-analyst"}
    rows[2] |= {"nouvelle_etiquette": "non"}
    _save(path, rows)
    first, _ = _accept(path, LOG)
    assert [(x.certitude, x.note) for x in first] == [(2, ""), (3, "confirmée")]
    assert _accept(path, [*LOG, *first]) == ([], [])


def test_bad_rows_say_their_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    good, *_ = rows = _sheet(path)
    rows[0] = good | {"nouvelle_etiquette": "non"}
    rows[1] |= {"nouvelle_etiquette": "data analist"}
    rows[2] |= {"nouvelle_etiquette": "non", "nouvelle_certitude": "4"}
    rows += [
        good | {"nouvelle_etiquette": "data-analyst"},
        good | {"nouvelle_etiquette": "non"},
        good | {"id": "inconnue", "nouvelle_etiquette": "non"},
        good | {"id": "", "nouvelle_etiquette": "non"},
        rows[2] | {"nouvelle_certitude": "", "empreinte": "h:0000000000000000"},
        dict.fromkeys(good, ""),
    ]
    _save(path, rows)
    labels, refused = _accept(path, LOG)
    assert [x.id for x in labels] == ["0816357"]
    places = [r.split(" : ")[0] for r in refused]
    assert sorted(places) == [
        "ligne 3, nouvelle_etiquette",
        "ligne 4, nouvelle_certitude",
        "ligne 5, nouvelle_etiquette",
        "ligne 7, id",
        "ligne 8, id",
        "ligne 9, empreinte",
    ]
    assert "Data analyst" in next(r for r in refused if r.startswith("ligne 3"))


def test_a_text_that_changed_waits_for_a_new_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [{"source": "offres", "id": "o3", "nouvelle_etiquette": "non"}]
    _save(path, rows)
    old = _label(Fiche("o3", "offre", "Pâtissier"), "non")
    assert _accept(path, [old])[1] == ["ligne 2, empreinte : le texte de la fiche a changé : exportez-la de nouveau"]


def test_without_the_texts_the_log_vouches(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = _sheet(path)
    rows[0] |= {"nouvelle_etiquette": "data-analyst"}
    _save(path, rows)
    decisions, _ = read_sheet(path, _parse)
    labels, refusals = accept(decisions, LOG, {}, (), "Ana", "2026-11-23")
    assert (labels[0].hash, labels[0].type, refusals) == (LOG[0].hash, "offre", [])
    assert accept(decisions, [], {}, (), "Ana", "2026-11-23")[1][0].column == "id"


def test_a_written_record_keeps_its_label_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    _save(path, [{"source": "ecrit", "id": "e1", "nouvelle_etiquette": "non"}])
    assert _accept(path, LOG)[1][0].startswith("ligne 2, source : fiche écrite")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "colonnes_absentes"),
        (b"a;b\n1;2\n", "colonnes_absentes"),
        (b"PK\x03\x04rest", "tableau_illisible"),
        (b'source;id;nouvelle_etiquette\n"' + b"x" * 200_000 + b'";1;non\n', "tableau_illisible"),
    ],
)
def test_a_file_that_is_no_such_table(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(LabelError) as caught:
        read_sheet(path, _parse)
    assert caught.value.code == code
    assert "a.csv" in caught.value.message


def test_quirks_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    content = (
        'sep=;\r\n Source ;ID;Nouvelle étiquette;\r\noffres;o3;"data-analyst\r\ndata-engineer"\r\n;;;;\r\noffres;o3\r\n'
    )
    path.write_bytes(content.encode("cp1252"))
    decisions, refusals = read_sheet(path, _parse)
    assert [(d.line, d.key, d.label) for d in decisions] == [(2, ("offres", "o3"), "data-analyst|data-engineer")]
    assert refusals == []


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (" NON ", "non"),
        ("data-analyst|data-engineer", "data-analyst|data-engineer"),
        ("metier:developpement", "metier:developpement"),
        ("DÉVELOPPEUSE full-stack (H/F), data analyst", "developpeur-full-stack|data-analyst"),
    ],
)
def test_labels_as_people_write_them(said: str, label: str) -> None:
    assert _parse(said) == label


@pytest.mark.parametrize(
    "said", ["", ";", "developpement", "metier:x", "data-analyst;Data Analyst", "plombier zingueur"]
)
def test_labels_that_mean_nothing(said: str) -> None:
    with pytest.raises(LabelError):
        _parse(said)


def test_an_excerpt_keeps_both_ends() -> None:
    text = "début " + "milieu " * 400 + "fin"
    cut = excerpt(text, 200)
    assert cut.startswith("début")
    assert cut.endswith("fin")
    assert len(cut) <= 210
    assert excerpt("a" * 500, 100).count("a") >= 90

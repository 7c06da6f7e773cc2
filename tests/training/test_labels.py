from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cartography.loading import load_version
from training.labels.agreement import agreement, double_read
from training.labels.log import (
    HEADER,
    LABELS,
    Label,
    LabelError,
    Passe,
    append_labels,
    check_label,
    effective,
    read_labels,
)

TREE = load_version()


def _label(label: str = "data-analyst", passe: Passe = "1", number: str = "1", note: str = "") -> Label:
    return Label("offres", number, "offre", "0" * 16, label, 1, passe, "x", "2026-01-01", note)


def test_the_shipped_log_is_whole() -> None:
    labels = read_labels(LABELS, TREE)
    kept = effective(labels)
    assert len(kept) >= 5000
    by_type = {kind: sum(label.type == kind for label in kept.values()) for kind in ("offre", "formation")}
    assert min(by_type.values()) >= 2500
    assert len(double_read(labels)) >= len(kept) // 10 - 1


def test_the_shipped_log_holds_no_text() -> None:
    longest = max(len(label.note) for label in read_labels(LABELS, TREE))
    assert longest < 160


def test_the_shipped_readings_agree() -> None:
    found = {a.level: a.observed for a in agreement(double_read(read_labels(LABELS, TREE)), TREE)}
    assert found["numerique"] > 0.97
    assert found["poste accepté"] > 0.9


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("non", "non"),
        (" data-analyst ", "data-analyst"),
        ("data-analyst;data-engineer", "data-analyst|data-engineer"),
        ("metier:cloud", "metier:cloud"),
        ("famille:developpement", "famille:developpement"),
    ],
)
def test_labels_have_one_form(written: str, kept: str) -> None:
    assert check_label(written, TREE) == kept


@pytest.mark.parametrize(
    "written", ["", "oui", "plombier", "metier:plomberie", "data-analyst|data-analyst", "a|b|c|d", "poste:data-analyst"]
)
def test_what_is_no_label_is_refused(written: str) -> None:
    with pytest.raises(LabelError):
        check_label(written, TREE)


def test_a_label_knows_its_parents() -> None:
    label = _label("data-analyst|developpeur-web")
    assert label.metiers(TREE) == ("data-big-data", "developpement")
    assert label.familles(TREE) == ("data-intelligence-artificielle-iot", "developpement")
    assert _label("metier:cloud").familles(TREE) == ("securite-cloud-reseau-et-telecom",)
    assert _label("non").familles(TREE) == ()
    assert _label("famille:developpement").familles(TREE) == ("developpement",)


def test_the_log_grows_and_reads_back(tmp_path: Path) -> None:
    log = tmp_path / "l.tsv"
    append_labels(log, [_label(note="une\tnote\nqui casse")])
    append_labels(log, [_label("non", "correction")])
    first, second = read_labels(log, TREE)
    assert first.note == "une note qui casse"
    assert effective([first, second])[first.key].label == "non"


def test_writers_at_the_same_time_all_keep_their_line(tmp_path: Path) -> None:
    log = tmp_path / "l.tsv"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append_labels(log, [_label(number=str(n))]), range(40)))
    assert {label.id for label in read_labels(log, TREE)} == {str(n) for n in range(40)}


@pytest.mark.parametrize(
    ("passes", "winner"),
    [
        (["1", "2"], 0),
        (["2", "1"], 1),
        (["1", "2", "arbitrage"], 2),
        (["arbitrage", "1", "2"], 0),
        (["correction", "arbitrage"], 0),
        (["correction", "correction"], 1),
    ],
)
def test_the_label_that_counts(passes: list[Passe], winner: int) -> None:
    labels = [
        Label("offres", "1", "offre", "0" * 16, "non", 1, passe, str(i), "2026-01-01") for i, passe in enumerate(passes)
    ]
    assert effective(labels)["offres", "1"].annotateur == str(winner)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a\tb", "colonnes"),
        ("offres\t1\toffre\th\tplombier\t1\t1\tx\td\t", "label"),
        ("offres\t1\toffre\th\tnon\t9\t1\tx\td\t", "certitude"),
        ("offres\t1\toffre\th\tnon\t1\t7\tx\td\t", "passe"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    log = tmp_path / "l.tsv"
    log.write_text("\t".join(HEADER) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"l\.tsv, ligne 2") as caught:
        read_labels(log, TREE)
    assert said in caught.value.message


def test_a_log_without_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.tsv").write_text("n'importe quoi\n", encoding="utf-8")
    with pytest.raises(LabelError, match="en-tête"):
        read_labels(tmp_path / "l.tsv", TREE)


def test_agreement_counts_each_level() -> None:
    pairs = [
        (_label("non"), _label("non", "2")),
        (_label("data-analyst"), _label("data-analyst", "2")),
        (_label("data-analyst"), _label("data-engineer|data-analyst", "2")),
        (_label("data-analyst"), _label("developpeur-web", "2")),
        (_label("data-analyst"), _label("non", "2")),
    ]
    found = {a.level: (a.records, round(a.observed, 3)) for a in agreement(pairs, TREE)}
    assert found == {
        "numerique": (5, 0.8),
        "famille": (3, 0.667),
        "metier": (3, 0.667),
        "poste": (3, 0.333),
        "poste accepté": (3, 0.667),
    }
    assert agreement([], TREE) == []

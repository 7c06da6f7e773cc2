from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import mlflow
import pytest
from click.testing import CliRunner

from models.classifier import Classifier
from tests.tiny import FORMATIONS, OFFRES
from tests.training.measure.support import TREE
from training.errors import TrainingError
from training.measure.findings import Confusion
from training.measure.gold import Labelled
from training.measure.slices import UNKNOWN
from training.plan import RunSettings
from training.report.cli import report
from training.report.confusion import grid, labels_of, worst
from training.report.history import read_runs
from training.run import Outcome
from training.tracking.curves import log_curve
from training.tracking.details import IDEA, log_findings
from training.tracking.runs import ENCODER, EVALUATION, URI_VARIABLE, Tracking, tracked_run

GOLD = [
    Labelled(OFFRES[0], True, ("developpement",), ("developpement",), ("developpeur-web",)),
    Labelled(OFFRES[2], False),
    Labelled(FORMATIONS[3], False),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, tiny_classifier: Classifier) -> Tracking:
    """Two runs: a bare one, then one with an idea, curves and findings."""
    work = tmp_path_factory.mktemp("suivi")
    tracking = Tracking(f"sqlite:///{work / 'mlflow.db'}", (work / "artefacts").as_uri())
    with tracked_run(tracking, "premier"):
        mlflow.log_params({"base": "/quelque/part/petit", "graine": "0"})
        mlflow.log_metrics({"dev/tous/poste": 0.5, "validation/poste": 0.9})
    with tracked_run(tracking, "second"):
        mlflow.set_tags({IDEA: "Titres <b>en gras</b>", "bundle": "genscan-x"})
        mlflow.log_params({"base": "/quelque/part/petit", "graine": "1"})
        mlflow.log_metrics({"dev/tous/poste": 0.6, "validation/poste": 0.8, "melo/map": 0.581})
        log_curve(((2.0, 2.5), (1.0, 1.5), (0.5, 1.25)))
        log_findings(tiny_classifier, {"dev": GOLD, "test": []})
    return tracking


def test_runs_are_read_with_what_they_kept(store: Tracking) -> None:
    second, first = read_runs(store)
    assert (second.idea, first.idea) == ("Titres <b>en gras</b>", "premier")
    assert second.curves["perte_validation"] == ((0, 2.5), (1, 1.5), (2, 1.25))
    assert list(second.findings) == ["dev"]
    assert (first.curves, first.findings) == ({}, {})
    # The folder of somebody's machine is nobody else's business.
    assert first.params["base"] == "petit"


def test_a_training_run_keeps_what_the_page_shows(trained: tuple[RunSettings, Outcome, Tracking]) -> None:
    _, outcome, tracking = trained
    run = next(run for run in read_runs(tracking) if run.id == outcome.run_id)
    assert run.model == outcome.manifest.version
    assert run.findings["dev"].fiches == 2
    assert "champion" in run.aliases
    assert run.curves


class _Page(HTMLParser):
    """Collects what a page asks for, and checks that its tags nest."""

    VOID = frozenset(["meta", "br", "circle", "line"])

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def _write(store: Tracking, output: Path, *arguments: str) -> str:
    result = CliRunner().invoke(report, ["-o", str(output), *arguments], env={URI_VARIABLE: store.uri})
    assert result.exit_code == 0, result.output
    return output.read_text(encoding="utf-8")


def test_the_page_is_whole_and_asks_for_nothing(store: Tracking, tmp_path: Path) -> None:
    page = _write(store, tmp_path / "sous" / "rapport.html")
    parser = _Page()
    parser.feed(page)
    assert not parser.open
    assert not parser.asked
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", page)
    assert "<script" not in page


def test_the_page_shows_every_run_and_looks_at_the_latest(store: Tracking, tmp_path: Path) -> None:
    page = _write(store, tmp_path / "rapport.html")
    assert "Titres &lt;b&gt;en gras&lt;/b&gt;" in page
    for said in ("premier", "genscan-x", "60,0", "0,581", "perte_validation", "jeu de développement", "Fiabilité"):
        assert said in page
    # The best of the development set is marked; validation sets differ from run to run.
    assert '<td class="mieux">60,0' in page
    assert '<td class="mieux">90,0' not in page


def test_no_text_of_a_record_is_in_the_page(store: Tracking, tmp_path: Path) -> None:
    page = _write(store, tmp_path / "rapport.html")
    for item in GOLD:
        assert item.fiche.description not in page
    assert UNKNOWN not in page


def test_a_run_can_be_asked_for(store: Tracking, tmp_path: Path) -> None:
    first = read_runs(store)[-1]
    page = _write(store, tmp_path / "rapport.html", "--essai", first.id[:12])
    assert "De près : premier" in page
    assert "n'a gardé ni confusions" in page
    result = CliRunner().invoke(
        report, ["-o", str(tmp_path / "x.html"), "--essai", "zzz"], env={URI_VARIABLE: store.uri}
    )
    assert result.exit_code == 2
    assert not (tmp_path / "x.html").exists()


def test_evaluations_and_encoders_are_no_trainings(tmp_path: Path) -> None:
    tracking = Tracking(f"sqlite:///{tmp_path / 'mlflow.db'}", (tmp_path / "artefacts").as_uri())
    for kind in (EVALUATION, ENCODER):
        with tracked_run(tracking, kind, kind=kind):
            mlflow.log_metric("dev/tous/poste", 0.9)
    with pytest.raises(TrainingError, match="aucun essai suivi"):
        read_runs(tracking)
    with tracked_run(tracking, "essai"):
        pass
    with tracked_run(tracking, "plus tard", kind=EVALUATION):
        pass
    assert [run.idea for run in read_runs(tracking)] == ["essai"]


def test_no_run_yet_is_one_line(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'vide.db'}"
    result = CliRunner().invoke(report, ["-o", str(tmp_path / "x.html")], env={URI_VARIABLE: uri})
    assert result.exit_code == 1
    assert "aucun essai" in result.output


def test_the_worst_confusions_come_first() -> None:
    cells = [
        Confusion(attendu="data", donne="data", fiches=6),
        Confusion(attendu="data", donne="hors", fiches=2),
        Confusion(attendu="hors", donne="disparu", fiches=1),
    ]
    first, second = worst(cells, TREE)
    assert (first.given, first.count, first.share) == ("hors numérique", 2, 0.25)
    assert second.given == "disparu"
    assert list(labels_of(cells, TREE))[-1] == "disparu"
    assert grid(cells, TREE).count("<rect") == 3


def test_the_table_of_ideas(store: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URI_VARIABLE, store.uri)
    table = tmp_path / "docs" / "essais.md"
    result = CliRunner().invoke(report, ["-o", str(tmp_path / "page.html"), "--table", str(table)])
    assert result.exit_code == 0, result.output
    first, second = [
        line for line in table.read_text(encoding="utf-8").splitlines() if "50,0" in line or "60,0" in line
    ]
    assert "premier" in first
    assert "genscan-x" in second
    assert "0,581" in second


def test_what_an_earlier_store_knew_stays_in_the_table(
    store: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URI_VARIABLE, store.uri)
    table = tmp_path / "essais.md"
    asked = ["-o", str(tmp_path / "page.html"), "--table", str(table)]
    assert CliRunner().invoke(report, asked).exit_code == 0
    written = table.read_text(encoding="utf-8")
    rows = [line for line in written.splitlines() if line.startswith("|")]
    older = rows[2].replace(rows[2].split("|")[1], " 01/01 00:00 ", 1)
    table.write_text("\n".join([*rows[:2], older, *rows[2:]]), encoding="utf-8")
    assert CliRunner().invoke(report, asked).exit_code == 0
    again = [line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert again == [*rows[:2], older, *rows[2:]]
    # A table of other columns is another table.
    table.write_text("\n".join(["| a | b |", "|---|---|", "| 1 | 2 |"]), encoding="utf-8")
    assert CliRunner().invoke(report, asked).exit_code == 0
    assert table.read_text(encoding="utf-8") == written

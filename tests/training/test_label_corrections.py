"""`genscan label corrections`: what the service kept goes to the log, to the data folder and to training."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from cartography.correction_file import append_correction
from cartography.corrections import Correction
from cartography.errors import OutputImpossible
from cartography.fiche import Fiche
from cartography.loading import load_version
from serving.api import create_app
from serving.engine import Engine
from serving.settings import Settings
from training.corpus.learned import learned_splits
from training.labels import intake, sources
from training.labels.cli import label
from training.labels.log import Label, LabelError, append_labels, effective, read_labels
from training.labels.records import load_records
from training.labels.sources import CORRECTIONS, text_hash
from training.promotion.corrections import corrected

TREE = load_version()
OFFER = Fiche("7", "offre", "Chargé de données", "Des tableaux.", extras={"source": "quelqu'un"})
"""The log and the data have it, labelled hors numérique."""
TYPED = Fiche("page", "formation", "Installer un réseau", "Câbler une baie, configurer un commutateur.")
Invoke = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one offer, and one written record in place of the project's own."""
    path = tmp_path / "donnees" / "data" / "offres" / "offres.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(OFFER.as_json()) + "\n", encoding="utf-8")
    own = tmp_path / "ecrites.jsonl"
    own.write_text(json.dumps(Fiche("e1", "formation", "Le pain").as_json() | {"postes": []}) + "\n", encoding="utf-8")
    monkeypatch.setattr(sources, "OWN_TEXTS", own)
    return tmp_path / "donnees"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "journal" / "labels.tsv"
    append_labels(path, [Label("offres", "7", "offre", text_hash(OFFER), "non", 1, "1", "lecteur-01", "2026-01-01")])
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "corrections.jsonl"


@pytest.fixture
def invoke(data: Path, log: Path, file: Path) -> Invoke:
    def run(*arguments: str) -> Result:
        common = ["corrections", str(file), "--data", str(data), "--log", str(log), "--annotateur", "Ana"]
        return CliRunner().invoke(label, [*common, *arguments])

    return run


def _say(file: Path, fiche: Fiche, said: str, when: str = "2026-02-03T10:11:12Z", note: str = "") -> None:
    append_correction(file, Correction(fiche, said, when, {"modele": "m"}, note), 1 << 20)


def _added(log: Path) -> list[Label]:
    return [line for line in read_labels(log, TREE) if line.passe == "correction"]


def test_from_the_service_to_what_a_model_learns_from(
    tmp_path: Path, tiny_bundle_dir: Path, tiny_index_dir: Path, data: Path, log: Path, file: Path, invoke: Invoke,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings = Settings(bundle=tiny_bundle_dir, index=tiny_index_dir, threads=1, corrections=file)
    engine = Engine.load(settings)
    with TestClient(create_app(lambda: engine, settings)) as client:
        for fiche, said in ((OFFER, ["data-analyst"]), (TYPED, ["administrateur-reseau"])):
            body = {"fiche": fiche.as_json(), "numerique": True, "postes": said, "note": "Mme Martin le dit"}
            assert client.post("/corrections", json=body).status_code == 200
    result = invoke()
    assert result.exit_code == 0, result.output
    assert "nouvelle  offre 7 « Chargé de données » → Data analyst ; note : Mme Martin le dit" in result.output
    assert "corrections ajoutées : 2 ; textes gardés : 1" in result.output
    # The label stands where the record already was; what was typed is a record of its own.
    known, typed = _added(log)
    assert (known.key, known.label, known.annotateur) == (("offres", "7"), "data-analyst", "Ana")
    assert (typed.source, typed.type, typed.label) == ("corrections", "formation", "administrateur-reseau")
    assert "Martin" not in log.read_text(encoding="utf-8")
    assert "Câbler" not in log.read_text(encoding="utf-8")
    joined = load_records(data, TREE, log)
    assert (joined.changed, sum(joined.missing.values())) == ([], 0)
    assert [(item.fiche.intitule, item.postes) for item in corrected(data, TREE, log)] == [
        ("Chargé de données", ("data-analyst",)), ("Installer un réseau", ("administrateur-reseau",))
    ]  # fmt: skip
    monkeypatch.setattr("training.corpus.learned.load_records", partial(load_records, log=log))
    rows = {row["source"]: row for row in chain.from_iterable(learned_splits(data, TREE).values())}
    assert rows["corrections"]["postes"] == ["administrateur-reseau"]
    assert rows["offres"]["postes"] == ["data-analyst"]


def test_what_was_corrected_teaches_and_is_not_measured_on(data: Path, log: Path, file: Path, invoke: Invoke) -> None:
    for rank in range(40):
        _say(file, Fiche(f"{rank}", "offre", f"Métier numéro {rank * 7919}", "x" * rank), "non")
    invoke()
    records = load_records(data, TREE, log).records
    assert {r.label.source for r in records if r.chosen} == {"corrections"}


def test_reading_a_file_again_adds_nothing(log: Path, data: Path, file: Path, invoke: Invoke) -> None:
    _say(file, OFFER, "data-analyst")
    _say(file, TYPED, "non")
    invoke()
    texts = data / "data" / str(CORRECTIONS.path)
    before = log.read_bytes(), texts.read_bytes()
    result = invoke()
    assert result.exit_code == 0
    assert "corrections ajoutées : 0 ; textes gardés : 0 ; déjà dans le journal : 2" in result.output
    assert (log.read_bytes(), texts.read_bytes()) == before
    # Another machine has the log, and not yet the texts.
    texts.unlink()
    assert "corrections ajoutées : 0 ; textes gardés : 1" in invoke().output
    assert texts.read_bytes() == before[1]


def test_a_dry_run_tells_and_writes_nothing(log: Path, data: Path, file: Path, invoke: Invoke) -> None:
    _say(file, TYPED, "administrateur-reseau")
    before = log.read_bytes()
    result = invoke("--a-blanc")
    assert "nouvelle  formation page « Installer un réseau » → Administrateur réseau" in result.output
    assert "corrections ajoutées : 1 (à blanc" in result.output
    assert log.read_bytes() == before
    assert not (data / "data" / "corrections").exists()


def test_the_last_word_counts(log: Path, file: Path, invoke: Invoke) -> None:
    _say(file, OFFER, "data-analyst")
    invoke()
    _say(file, OFFER, "data-engineer", "2026-02-03T10:11:13Z")
    assert "dépassées : 1" in invoke().output
    # Back to what was said first, the same day.
    _say(file, OFFER, "data-analyst", "2026-02-03T10:11:14Z")
    assert "corrections ajoutées : 1" in invoke().output
    assert [line.label for line in _added(log)] == ["data-analyst", "data-engineer", "data-analyst"]
    assert effective(read_labels(log, TREE))["offres", "7"].label == "data-analyst"


def test_a_later_correction_of_the_log_stands(log: Path, file: Path, invoke: Invoke) -> None:
    _say(file, OFFER, "data-analyst")
    expert = Label("offres", "7", "offre", text_hash(OFFER), "non", 1, "correction", "Bob", "2026-02-04")
    append_labels(log, [expert])
    result = invoke()
    assert result.exit_code == 0
    assert "dépassée  offre 7" in result.output
    assert _added(log) == [expert]


def test_a_changed_text_is_another_record(log: Path, data: Path, file: Path, invoke: Invoke) -> None:
    _say(file, Fiche("7", "offre", "Chargé de données", "Des tableaux et du SQL."), "data-analyst")
    invoke()
    (line,) = _added(log)
    assert line.source == "corrections"
    assert len(load_records(data, TREE, log).records) == 3


def test_texts_that_catalogues_write_otherwise_keep_their_label(
    log: Path, data: Path, file: Path, invoke: Invoke
) -> None:
    # Names that readers know, and markup that was escaped: read back, the text is another one.
    extras = {"objectif": "Apprendre", "programme": ["Un", "Deux"], "type_libelle": "Titre", "numero": "12"}
    _say(file, Fiche("x", "formation", "Le &lt;b&gt;réseau&lt;/b&gt;", "", extras=extras), "administrateur-reseau")
    assert invoke().exit_code == 0
    joined = load_records(data, TREE, log)
    assert (joined.changed, sum(joined.missing.values())) == ([], 0)


def test_faults_are_told_and_the_rest_goes_on(log: Path, file: Path, invoke: Invoke) -> None:
    _say(file, OFFER, "plombier", note="\x1b[2Jeffacé")
    _say(file, Fiche("e1", "formation", "Le pain"), "data-analyst")
    _say(file, TYPED, "non")
    with file.open("a", encoding="utf-8") as stream:
        stream.write('{"label": "non"}\n{"label": "n')
    result = invoke()
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "poste inconnu : plombier" in result.output
    assert "refusée   formation e1" in result.output
    assert "fiche écrite : son étiquette est dans fiches-ecrites.jsonl" in result.output
    assert "corrections.jsonl, ligne 4 : date : champ obligatoire absent" in result.output
    assert "corrections.jsonl, ligne 5 : dernière ligne inachevée" in result.output
    assert "refusées : 2 ; lignes illisibles : 2" in result.output
    assert [line.label for line in _added(log)] == ["non"]


def test_an_unfinished_line_is_no_fault(log: Path, file: Path, invoke: Invoke) -> None:
    _say(file, TYPED, "non")
    file.write_bytes(file.read_bytes() + b'{"empreinte":"0')
    result = invoke()
    assert (result.exit_code, len(_added(log))) == (0, 1)
    assert "lignes illisibles : 1" in result.output


def test_texts_never_enter_the_repository(
    log: Path, data: Path, file: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    _say(file, TYPED, "non")
    monkeypatch.setattr(intake, "_REPOSITORY", data)
    result = invoke()
    assert isinstance(result.exception, LabelError)
    assert result.exception.code == "donnees_dans_le_depot"
    assert _added(log) == []


def test_a_data_folder_that_is_not_there_or_closed(
    log: Path, data: Path, file: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    _say(file, TYPED, "non")
    monkeypatch.setenv("GENSCAN_DATA", str(data / "absent"))
    command = ["corrections", str(file), "--log", str(log), "--annotateur", "Ana"]
    result = CliRunner().invoke(label, command)
    assert isinstance(result.exception, LabelError)
    assert "GENSCAN_DATA" in result.exception.message
    (data / "data" / "corrections").write_text("un fichier", encoding="utf-8")
    assert isinstance(invoke().exception, OutputImpossible)
    assert _added(log) == []

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path

from click.testing import CliRunner
from datasets import DatasetDict, load_from_disk

from cartography.fiche import Fiche
from cartography.loading import load_version
from training.corpus.cli import corpus
from training.corpus.labelled import HELD_OUT, build_labelled_corpus, language
from training.corpus.near_duplicates import near_any, near_groups
from training.labels.agreement import double_read
from training.labels.log import Label, append_labels
from training.labels.records import LabelledRecord, load_records, own_records, readings
from training.labels.sources import SourceText, text_hash
from training.plan import RunSettings, _labelled

TREE = load_version()
LONG = (
    "Au sein de notre équipe vous concevez des applications web en Java et Angular, vous écrivez les tests, vous "
    "participez aux cérémonies agiles et vous accompagnez la mise en production avec les équipes d'exploitation."
)


def _record(
    number: int, title: str, text: str = "", label: str = "developpeur-web", origin: str = "offres/a"
) -> LabelledRecord:
    fiche = Fiche(str(number), "offre", title, text)
    return LabelledRecord(
        SourceText("offres", origin, fiche),
        Label("offres", fiche.id, "offre", text_hash(fiche), label, 1, "1", "x", "2026-01-01"),
    )


def test_near_duplicates_share_a_group_and_others_do_not() -> None:
    texts = [
        f"Développeur web (H/F)\n{LONG}",
        f"DEVELOPPEUR WEB F/H - Lyon\n{LONG} Poste à pourvoir à Lyon.",
        "Boulanger\nPétrir et cuire le pain chaque nuit pour une clientèle de quartier.",
        "Développeur web",
        "Développeuse web (H/F)",
        "",
        "",
    ]
    names = near_groups(texts)
    assert names[0] == names[1] != names[2]
    assert names[3] != names[0]
    assert names[5] != names[6]


def test_a_quoted_record_is_near() -> None:
    assert near_any([f"Accueil. {LONG} Fin.", "Boulanger de nuit"], [LONG]) == [True, False]


def _many() -> list[LabelledRecord]:
    jobs = ("Développeur", "Testeur", "Boulanger", "Infirmier", "Analyste", "Architecte", "Soudeur", "Graphiste")
    words = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliette")
    records = [
        _record(i * 10 + j, f"{job} {word} {i}{j}", f"Mission {word} {job} numéro {i * 31 + j} à {word}ville")
        for i, job in enumerate(jobs)
        for j, word in enumerate(words)
    ]
    records += [_record(900 + i, f"Chez un autre éditeur {i} {i * 7}", origin=HELD_OUT[0]) for i in range(5)]
    # The same offer, published twice: once by a publisher that is held out.
    records += [_record(990, "Architecte cloud", LONG), _record(991, "Architecte cloud", LONG, origin=HELD_OUT[0])]
    return records


def test_splits_share_no_group_and_keep_publishers_apart() -> None:
    made = build_labelled_corpus(_many(), TREE)
    seen: dict[str, str] = {}
    for name, split in made.splits.items():
        for group in set(split["groupe"]):
            assert seen.setdefault(group, name) == name
    assert set(made.splits["test_editeurs"]["origine"]) <= set(HELD_OUT)
    for name in ("train", "validation", "test"):
        assert not set(made.splits[name]["origine"]) & set(HELD_OUT)
    ids = set(chain.from_iterable(split["id"] for split in made.splits.values()))
    assert "991" in ids
    assert "990" not in ids


def test_the_same_records_give_the_same_splits() -> None:
    records = [r for r in _many() if r.text.origin == "offres/a"]
    one, other = (build_labelled_corpus(records, TREE).splits for _ in range(2))
    assert {n: s["id"] for n, s in one.items()} == {n: s["id"] for n, s in other.items()}
    assert len(one["train"]) > len(one["test"]) > 0


def test_development_records_never_enter(tmp_path: Path) -> None:
    gold = tmp_path / "dev.jsonl"
    gold.write_text(
        '{"id": "g", "type": "offre", "intitule": "Développeur web", "description": "' + LONG + '", '
        '"gold": {"numerique": "oui", "postes": ["developpeur-web"]}}\n',
        encoding="utf-8",
    )
    records = [_record(1, "Développeur web F/H", LONG), _record(2, "Boulanger de nuit à Brest", label="non")]
    made = build_labelled_corpus(records, TREE, [gold])
    assert made.near_gold == 1
    assert sum(len(s) for s in made.splits.values()) == 1


def test_development_records_stay_out_whatever_the_run_is_measured_on(tmp_path: Path) -> None:
    own = own_records()[0].fiche
    dev, other = tmp_path / "gold" / "dev.jsonl", tmp_path / "autre.jsonl"
    dev.parent.mkdir()
    gold = {"gold": {"numerique": "non"}}
    dev.write_text(json.dumps({**own.as_json(), **gold}) + "\n", encoding="utf-8")
    other.write_text(json.dumps({"id": "z", "type": "offre", "intitule": "Boulanger de nuit", **gold}) + "\n")
    splits = _labelled(RunSettings(output=tmp_path / "b", gold=other, data=tmp_path), TREE)
    assert splits is not None
    assert own.id not in set(chain.from_iterable(split["id"] for split in splits.values()))


def test_rows_carry_the_whole_path_of_their_label() -> None:
    made = build_labelled_corpus([_record(1, "Data", label="data-analyst|developpeur-web")], TREE)
    (row,) = chain.from_iterable(made.splits.values())
    assert row["metiers"] == ["data-big-data", "developpement"]
    assert row["numerique"]


def test_language() -> None:
    assert language("You will join our team and work with the data") == "en"
    assert language("Vous rejoignez notre équipe") == "fr"


def test_the_projects_own_records_are_sound() -> None:
    records = own_records()
    assert len(records) >= 1500
    assert len({r.fiche.id for r in records}) == len(records)
    known = {p.id for p in TREE.postes}
    for record in records:
        assert set(record.label.postes) <= known
    assert sum(not r.label.numerique for r in records) >= 80


def test_labels_whose_text_changed_or_is_gone_are_told(tmp_path: Path) -> None:
    data = tmp_path / "data" / "offres"
    data.mkdir(parents=True)
    (data / "offres.jsonl").write_text(
        '{"id": "1", "type": "offre", "intitule": "Développeur"}\n'
        '{"id": "2", "type": "offre", "intitule": "Testeur"}\n',
        encoding="utf-8",
    )
    log = tmp_path / "l.tsv"
    good, changed, gone = _record(1, "Développeur").label, _record(2, "Autre texte").label, _record(3, "x").label
    append_labels(log, [good, changed, gone])
    joined = load_records(tmp_path, TREE, log)
    assert [r.fiche.id for r in joined.records if r.label.source == "offres"] == ["1"]
    assert [label.id for label in joined.changed] == ["2"]
    assert joined.missing == {"offres": 1}


def test_a_correction_replaces_the_label_of_an_own_record(tmp_path: Path) -> None:
    record = own_records()[0]
    log = tmp_path / "l.tsv"
    append_labels(log, [replace(record.label, label="non", passe="correction")])
    found = [r for r in load_records(tmp_path, TREE, log).records if r.fiche.id == record.fiche.id]
    assert [r.label.label for r in found] == ["non"]


def test_a_reading_after_the_asked_day_does_not_count(tmp_path: Path) -> None:
    record = next(r for r in own_records() if r.label.numerique)
    log = tmp_path / "l.tsv"
    append_labels(log, [replace(record.label, label="non", passe="correction", date="2027-01-01")])

    def label(until: str) -> str:
        records = load_records(tmp_path, TREE, log, until).records
        return next(r.label.label for r in records if r.fiche.id == record.fiche.id)

    assert [label(day) for day in ("", "2026-12-31", "2027-01-01")] == ["non", record.label.label, "non"]


def test_a_second_reading_of_an_own_record_does_not_replace_its_label(tmp_path: Path) -> None:
    record = next(r for r in own_records() if r.label.numerique)
    log = tmp_path / "l.tsv"
    append_labels(log, [replace(record.label, label="non", passe="2")])
    (found,) = [r for r in load_records(tmp_path, TREE, log).records if r.fiche.id == record.fiche.id]
    assert found.label == record.label
    ((first, second),) = double_read(readings(log, TREE))
    assert (first.label, second.label) == (record.label.label, "non")


def test_the_command_builds_a_complete_corpus_from_the_projects_own_texts(tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()
    out = tmp_path / "corpus"
    result = CliRunner().invoke(corpus, ["build", "-o", str(out), "--data", str(tmp_path / "vide")])
    assert result.exit_code == 0, result.output
    splits = load_from_disk(str(out))
    assert isinstance(splits, DatasetDict)
    names = ("train", "validation", "test")
    assert set(splits) == set(names)
    for name in names:
        assert sum(splits[name]["numerique"]) > 0
        assert not all(splits[name]["numerique"])
    card = (out / "README.md").read_text(encoding="utf-8")
    for said in ("Accord de deux lectures", "Par poste", "Ce qui manque", "Étiquettes sans leur texte ici"):
        assert said in card
    assert CliRunner().invoke(corpus, ["build", "-o", str(out), "--data", str(tmp_path / "vide")]).exit_code == 0


def test_records_that_a_model_chose_teach_and_are_not_measured_on() -> None:
    drawn = [_record(i, f"Métier{i} {i}") for i in range(200)]
    chosen = [replace(_record(i, f"Emploi{i} {i}"), chosen=True) for i in range(200, 400)]
    before = build_labelled_corpus(drawn, TREE).splits
    after = build_labelled_corpus([*chosen, *drawn], TREE).splits
    assert {name: set(before[name]["id"]) for name in ("test", "validation")} == {
        name: set(after[name]["id"]) for name in ("test", "validation")
    }
    assert set(after["train"]["id"]) >= set(before["train"]["id"])
    assert {i for i in after["train"]["id"] if int(i) >= 200}


def test_a_chosen_record_of_a_held_out_publisher_is_left_out_unless_no_publisher_is_held() -> None:
    record = replace(_record(1, "Développeur web", LONG, origin=HELD_OUT[0]), chosen=True)
    other = _record(2, "Boulanger", "Pétrir et cuire le pain chaque nuit.", "non")
    assert "1" not in {i for split in build_labelled_corpus([record, other], TREE).splits.values() for i in split["id"]}
    assert "1" in build_labelled_corpus([record, other], TREE, held_out=()).splits["train"]["id"]

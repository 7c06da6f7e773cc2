import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartography.errors import GenscanError, RecordError
from cartography.fiche import Fiche
from models.classifier import Classifier
from serving import batch
from serving.batch import Partial, classify_to_file, fingerprint

BAD = RecordError("fiche_invalide", "mauvaise", "b", "type", "f.jsonl", 2)


def _records(count: int) -> list[Fiche | RecordError]:
    return [BAD if i % 7 == 3 else Fiche(str(i), "offre", f"Développeur web {i}") for i in range(count)]


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_line_a_record_in_order(tmp_path: Path, tiny_classifier: Classifier) -> None:
    tally = classify_to_file(_records(20), tmp_path / "out.jsonl", tiny_classifier, mark="m")
    lines = _lines(tmp_path / "out.jsonl")
    assert [line["id"] for line in lines] == ["b" if i % 7 == 3 else str(i) for i in range(20)]
    assert (tally.records, tally.errors.total(), tally.resumed) == (20, 3, 0)
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def _interrupted(count: int) -> Iterator[Fiche | RecordError]:
    yield from _records(30)[:count]
    raise KeyboardInterrupt


@pytest.mark.parametrize("cut", [0, 5, 40])
def test_interrupted_it_resumes_to_the_same_bytes(
    tmp_path: Path, tiny_classifier: Classifier, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr(batch, "BATCH", 4)
    out = tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt):
        classify_to_file(_interrupted(17), out, tiny_classifier, mark="m")
    assert not out.exists()
    # A kill in the middle of a write leaves half a line.
    data = Partial(out).data
    data.write_bytes(data.read_bytes()[: len(data.read_bytes()) - cut])
    done: list[int] = []
    tally = classify_to_file(_records(30), out, tiny_classifier, mark="m", progress=done.append)
    # Of the four whole batches, the last ones were still with the encoder.
    assert tally.resumed == 4 * (4 - batch.AHEAD) - (cut > 0)
    assert tally.records == sum(done) == 30
    classify_to_file(_records(30), tmp_path / "direct.jsonl", tiny_classifier, mark="n")
    assert out.read_bytes() == (tmp_path / "direct.jsonl").read_bytes()


def test_another_model_or_input_starts_afresh(
    tmp_path: Path, tiny_classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "BATCH", 4)
    with pytest.raises(KeyboardInterrupt):
        classify_to_file(_interrupted(17), tmp_path / "o", tiny_classifier, mark="m")
    assert classify_to_file(_records(5), tmp_path / "o", tiny_classifier, mark="autre").resumed == 0
    assert len(_lines(tmp_path / "o")) == 5


def test_a_damaged_state_starts_afresh(tmp_path: Path, tiny_classifier: Classifier) -> None:
    partial = Partial(tmp_path / "o")
    partial.data.write_bytes(b"{}\n")
    partial.state.write_bytes(b"[1]")
    assert classify_to_file(_records(2), tmp_path / "o", tiny_classifier, mark="m").records == 2


def test_the_old_output_stays_until_the_new_one_is_whole(tmp_path: Path, tiny_classifier: Classifier) -> None:
    out = tmp_path / "o"
    out.write_text("ancien")
    with pytest.raises(KeyboardInterrupt):
        classify_to_file(_interrupted(3), out, tiny_classifier, mark="m")
    assert out.read_text() == "ancien"


def test_an_output_that_cannot_be_written_is_a_typed_error(tmp_path: Path, tiny_classifier: Classifier) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(GenscanError) as caught:
        classify_to_file(_records(1), tmp_path / "fichier" / "out", tiny_classifier, mark="m")
    assert caught.value.code == "sortie_impossible"


def test_the_fingerprint_follows_files_and_options(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("a")
    first = fingerprint([file], top_k=5)
    assert first == fingerprint([file], top_k=5)
    assert first != fingerprint([file], top_k=6)
    file.write_text("ab")
    assert first != fingerprint([file], top_k=5)


def test_two_runs_never_mix_in_one_output(tmp_path: Path, tiny_classifier: Classifier) -> None:
    out = tmp_path / "o"
    second: list[str] = []

    def meanwhile() -> Iterator[Fiche | RecordError]:
        yield from _records(2)
        with pytest.raises(GenscanError) as caught:
            classify_to_file(_records(5), out, tiny_classifier, mark="m")
        second.append(caught.value.code)

    classify_to_file(meanwhile(), out, tiny_classifier, mark="m")
    assert second == ["sortie_occupee"]
    assert len(_lines(out)) == 2

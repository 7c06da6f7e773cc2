"""The verb `drift` on the tiny model: two files in, a page and a table out, and no text of a record in either."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cartography.fiche import Fiche
from models.classifier import Classifier
from training.drift.cli import drift
from training.drift.measures import JS, PSI, Measure, by_length, compare
from training.drift.profile import LEAST, Profile, Said
from training.drift.source import profile_of
from training.drift.vocabulary import distance, shifts

WEB = ("Développeur web", "Développer des sites avec javascript pour nos clients.")
DATA = ("Data scientist", "Explorer des données avec python et construire des modèles de prévision très utiles.")
BREAD = ("Boulanger", "Pétrir et cuire le pain.")


def _fiches(*parts: tuple[tuple[str, str], int]) -> list[Fiche]:
    texts = [text for text, count in parts for _ in range(count)]
    return [Fiche(f"f{rank}", "offre", *text) for rank, text in enumerate(texts)]


def _write(path: Path, values: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")
    return path


def _records(path: Path, fiches: Sequence[Fiche]) -> Path:
    return _write(path, [fiche.as_json() for fiche in fiches])


def _run(bundle: Path, *arguments: object) -> Result:
    return CliRunner().invoke(drift, [*map(str, arguments), "--bundle", str(bundle)], env={"COLUMNS": "200"})


def _verdicts(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    found = re.findall(r"^ *(\S.*?)  +(?:PSI|Jensen-Shannon) .*?  (\S[^,\d]*?) *$", result.stdout, re.MULTILINE)
    return dict(found)


NAMES = ("familles", "niveaux sûrs", "sûreté du poste", "longueur des descriptions", "vocabulaire")


def test_what_moved_is_told_by_measure(tiny_bundle_dir: Path, tmp_path: Path) -> None:
    old = _records(tmp_path / "avant.jsonl", _fiches((WEB, 90), (BREAD, 90)))
    new = _records(
        tmp_path / "apres.jsonl",
        [*_fiches((WEB, 20), (DATA, 140)), Fiche("secret", "offre", "Zorglub", "Appeler Mme Xylophone au 06.")],
    )
    result = _run(tiny_bundle_dir, old, new, "-o", tmp_path / "rapport.html")
    verdicts = _verdicts(result)
    assert tuple(verdicts) == NAMES
    assert verdicts["familles"] == verdicts["longueur des descriptions"] == verdicts["vocabulaire"] == "a bougé"
    page = (tmp_path / "rapport.html").read_text(encoding="utf-8")
    assert '<span class="bouge">a bougé</span>' in page.partition("</h1>")[0]
    assert page.count("<svg") == 4
    for word in ("python", "prévision", "pain", "Siddiqi", "Evidently", "avant.jsonl"):
        assert word in page
    for private in ("zorglub", "xylophone", "Zorglub", "secret", str(tmp_path), WEB[1], DATA[1]):
        assert private not in page
        assert private not in result.output.replace(str(tmp_path / "rapport.html"), "")
    # Nothing from elsewhere.
    assert not re.search(r"""(?:src|href)=|url\(|@import|<script""", page)


def test_the_same_source_is_stable(tiny_bundle_dir: Path, tmp_path: Path) -> None:
    path = _records(tmp_path / "a.jsonl", _fiches((WEB, 50), (BREAD, 50)))
    result = _run(tiny_bundle_dir, path, path, "-o", tmp_path / "sous" / "rapport.html")
    assert set(_verdicts(result).values()) == {"stable"}
    assert "aucun" in (tmp_path / "sous" / "rapport.html").read_text(encoding="utf-8")


def test_answers_are_taken_as_they_are(tiny_classifier: Classifier, tiny_bundle_dir: Path, tmp_path: Path) -> None:
    fiches = _fiches((WEB, 40), (BREAD, 20))
    told = [answer.as_json() for answer in tiny_classifier.classify(fiches)]
    nowhere = told[0] | {"metier": None, "poste": None, "niveau": "famille"}
    broken = [{"id": None, "erreur": {"code": "x", "message": "y"}}, told[0] | {"niveau": "rien"}, [1]]
    answers = _write(tmp_path / "reponses.jsonl", [broken[0], *told, nowhere, *broken[1:]])
    profile = profile_of(answers, tiny_classifier)
    records = profile_of(_records(tmp_path / "fiches.jsonl", fiches), tiny_classifier)
    assert (profile.records, profile.errors, records.errors) == (61, 3, 0)
    assert profile.familles - records.familles == {told[0]["famille"]["libelle"]: 1}
    assert list(profile.confidences) == pytest.approx(list(records.confidences), abs=1e-4)
    result = _run(tiny_bundle_dir, tmp_path / "fiches.jsonl", answers, "-o", tmp_path / "rapport.html")
    verdicts = _verdicts(result)
    assert verdicts["longueur des descriptions"] == verdicts["vocabulaire"] == "non mesuré"
    assert verdicts["familles"] == "stable"
    page = (tmp_path / "rapport.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "<h2>Mots</h2>" not in page


def test_other_formats_and_bad_records(tiny_bundle_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;type;intitule\n1;offre;Développeur web\n2;offre;\n", encoding="utf-8")
    path = _records(tmp_path / "b.jsonl", _fiches((WEB, 3)))
    result = _run(tiny_bundle_dir, tmp_path / "a.csv", path, "-o", tmp_path / "r.html")
    assert result.exit_code == 0
    assert "a.csv : 1 fiches, 1 illisibles" in result.stdout


@pytest.mark.parametrize("content", ["", "rien de connu \x01", "[]", '{"id": "1"}\n'])
def test_nothing_to_measure_is_one_line(tiny_bundle_dir: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "vide").write_text(content, encoding="utf-8")
    path = _records(tmp_path / "b.jsonl", _fiches((WEB, 3)))
    result = _run(tiny_bundle_dir, path, tmp_path / "vide", "-o", tmp_path / "r.html")
    assert result.exit_code == 1
    assert result.stderr.startswith("Erreur : ")
    assert "ni fiche ni réponse lisible" in result.stderr
    assert not (tmp_path / "r.html").exists()


def test_a_file_to_read_is_not_written_over(tiny_bundle_dir: Path, tmp_path: Path) -> None:
    path = _records(tmp_path / "b.jsonl", _fiches((WEB, 3)))
    before = path.read_bytes()
    assert _run(tiny_bundle_dir, path, path, "-o", path).exit_code == 2
    assert path.read_bytes() == before


def _profile(fiches: Sequence[Fiche]) -> Profile:
    profile = Profile("x")
    for fiche in fiches:
        profile.add(Said("data", "poste", 0.9), fiche)
    return profile


def test_words_that_few_records_use_are_never_told() -> None:
    old = _profile(_fiches((WEB, 200), (("Rare", "jean-michel"), LEAST - 1)))
    new = _profile(_fiches((DATA, 200), (("Autre", "marie-claude"), LEAST - 1)))
    rose, fell = shifts(old, new)
    assert {"python", "data"} <= {shift.word for shift in rose}
    assert {"javascript", "web"} <= {shift.word for shift in fell}
    assert not {"jean", "michel", "marie", "claude", "rare", "autre"} & {shift.word for shift in (*rose, *fell)}
    assert all((shift.new or 0) >= LEAST and shift.old is None for shift in rose)


def test_chance_is_no_drift_of_words() -> None:
    titles = [
        (f"Métier {chr(97 + rank % 26)}{chr(97 + rank // 26)}", f"outil{chr(97 + rank % 7)}") for rank in range(200)
    ]
    both = [Fiche(f"i{rank * 7919 % 10_007}", "offre", *titles[rank * 31 % 200]) for rank in range(800)]
    apart, noise = distance(_profile(both[:400]), _profile(both[400:]))
    assert apart < 0.05
    assert noise > 0
    far, _ = distance(_profile(_fiches((WEB, 50))), _profile(_fiches((DATA, 50))))
    assert far > 0.5


def test_a_figure_that_chance_reaches_is_stable() -> None:
    assert Measure("x", PSI, 0.3, 0.4).verdict == "stable"
    assert Measure("x", PSI, 0.3, 0.05).verdict == "a bougé"
    assert Measure("x", PSI, 0.12, 0.05).verdict == "à surveiller"
    assert Measure("x", PSI, 0.09, 0.05).verdict == "stable"
    assert Measure("x", JS).verdict == "non mesuré"


def test_lengths_are_compared_by_classes_of_the_old_batch() -> None:
    found = by_length(_profile(_fiches((WEB, 10), (BREAD, 10))), _profile(_fiches((DATA, 10))))
    assert found.names[0] == "0 à 5 mots"
    assert found.names[-1] == "9 mots et plus"
    assert (sum(found.old), found.old[0], found.old[-1]) == (20, 10, 0)
    assert (sum(found.new), found.new[-1]) == (10, 10)
    assert compare(_profile(_fiches((WEB, 10))), _profile(_fiches((WEB, 10)))).verdict == "stable"

"""The whole recipe on a folder of a few rows a source, in the formats of the real ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer

from training.encoder.recipe import SOURCES, Recipe, rehearsal
from training.encoder.run import run_encoder
from training.errors import TrainingError
from training.material.collection import gather, lines

RECIPE = {"vocabulary": 300, "distil": 2, "contrast": 3, "batch": 64, "max_tokens": 32}


def _lines(path: Path, *rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def write_sources(root: Path) -> Path:
    data = root / "data"
    fiche = {
        "code_rome": "M1855",
        "libelle": "Développeur / Développeuse web",
        "definition": "Conçoit des sites. Les met en ligne.",
        "appellations": [{"long": "Développeur / Développeuse front-end"}],
        "competences": [{"libelle": "Coder"}],
        "savoirs": [{"libelle": "HTML"}],
    }
    _lines(data / "rome/v4/fiches_v460.jsonl", fiche)
    _lines(
        data / "esco/occupations_fr_en.csv",
        "conceptUri,isco,label_fr,alt_fr,label_en,alt_en,description_en,versions",
        "u1,2512,développeur/développeuse,développeur|codeur,developer,coder|programmer,Writes code. Tests it.,1",
    )
    _lines(
        data / "esco/skills_fr_en.csv",
        "conceptUri,skillType,reuseLevel,label_fr,alt_fr,label_en,description_en",
        "s1,skill,x,coder,,write code,Write programs.",
    )
    group = {
        "code": "21234",
        "titles_fr": ["Développeur/développeuse Web", "Webmestre"],
        "titles_en": ["Web developer"],
    }
    _lines(data / "parallel/noc2021_titles_by_group.jsonl", group)
    _lines(data / "parallel/noc2021_titles_en_fr.tsv", "Web developer\tDéveloppeur/développeuse Web", "broken")
    _lines(
        data / "parallel/all_parallel_scored.tsv",
        *(f"tatoeba\t0.9\tThe web is {n}.\tLe web a {n}." for n in range(40)),
        'odoo14\t0.1\tBad "quote\tMauvaise',
    )
    sheet = {
        "id": "MET.1",
        "libelle": "développeur/euse",
        "masculin": "développeur",
        "feminin": "développeuse",
        "autres": ["codeur"],
        "romes": ["M1855"],
        "présentation": "Il code des sites.",
        "nature_du_travail": "",
        "compétences_requises": None,
    }
    _lines(data / "onisep/metiers.jsonl", sheet)
    offer = {"id": "1", "intitule": "Développeur web H/F", "description": "Vous codez des sites web. " * 6}
    judged = {"id": "2", "intitule": "Data engineer", "description": "Vous construisez des flux de données. " * 6}
    _lines(data / "offres/offres.jsonl", offer, judged)
    gold = {"gold": {"numerique": "oui", "postes": ["data-engineer"], "metiers": [], "familles": []}}
    _lines(root / "gold/dev.jsonl", {**judged, "type": "offre", **gold})
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sources(tmp_path_factory.mktemp("sources"))


def test_what_a_model_is_measured_on_is_not_in_the_material(root: Path) -> None:
    material = gather(root)
    assert [c.names[0] for c in material.concepts["offre"]] == ["Développeur web H/F"]
    assert not any("flux de données" in line for line in lines(material))


def test_every_source_is_read(root: Path) -> None:
    material = gather(root)
    assert set(material.concepts) == set(SOURCES) - {"formation"}
    assert len(material.sentences) == 40
    assert ("Développeur / développeuse Web", "Web developer") in material.titles
    assert material.concepts["esco"][0].names == ("développeur / développeuse", "codeur")
    assert material.concepts["onisep"][0].key == material.concepts["rome"][0].key


def test_the_encoder_is_made_and_made_again_from_where_it_stands(
    root: Path, tiny_base_dir: Path, tmp_path: Path
) -> None:
    recipe = Recipe(base=str(tiny_base_dir), **RECIPE)  # type: ignore[arg-type]
    seen: list[tuple[str, int]] = []
    for _ in range(2):
        run_encoder(
            recipe,
            root,
            tmp_path / "travail",
            tmp_path / "modele",
            None,
            told=lambda stage, step, steps, task, loss: seen.append((stage, step)),
        )
    assert seen == [("distillation", 1), ("distillation", 2), ("contraste", 1), ("contraste", 2), ("contraste", 3)]
    model = SentenceTransformer(str(tmp_path / "modele"), device="cpu")
    assert model.encode(["développeuse web"]).shape == (1, 64)
    assert model.tokenizer.tokenize("développeuse") == ["developpeuse"]
    assert rehearsal(root)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fiches_v460"):
        gather(tmp_path)
    assert rehearsal(tmp_path) == rehearsal(None) == []

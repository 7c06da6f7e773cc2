from __future__ import annotations

import numpy as np
import pytest

from cartography.crosswalk import HORS, Crosswalk
from cartography.loading import load_version
from cartography.text import title_key
from training.corpus.composites import records
from training.corpus.examples import HORS_SHARE, Corpus, build_corpus
from training.corpus.phrases import DIPLOMAS, OTHER_COURSES
from training.corpus.units import Unit, gather


@pytest.fixture(scope="module")
def corpus(small_crosswalk: Crosswalk) -> Corpus:
    return build_corpus(load_version(), small_crosswalk)


def test_targets_are_distributions(corpus: Corpus) -> None:
    targets = corpus.targets()
    assert targets.shape == (len(corpus.dataset), 108)
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-5)
    assert (targets >= 0).all()


def test_no_text_group_or_title_on_both_sides(corpus: Corpus) -> None:
    sides: dict[str, dict[str, set[str]]] = {"train": {}, "validation": {}}
    rows = zip(corpus.dataset["text"], corpus.dataset["group"], corpus.dataset["split"], strict=True)
    for text, group, split in rows:
        for name, value in (("texte", text), ("groupe", group), ("titre", title_key(text))):
            sides[split].setdefault(name, set()).add(value)
    for name in ("texte", "groupe", "titre"):
        assert not sides["train"][name] & sides["validation"][name]


def test_genders_of_a_title_stay_together(corpus: Corpus) -> None:
    split = dict(zip(corpus.dataset["text"], corpus.dataset["split"], strict=True))
    for poste in load_version().postes:
        for title in poste.intitules:
            assert split[title.masculin] == split[title.feminin]
    assert split["Infirmier de bloc opératoire"] == split["Infirmière de bloc opératoire"]


def test_every_poste_and_every_appellation_is_there(corpus: Corpus) -> None:
    texts = set(corpus.dataset["text"])
    assert {p.libelle for p in load_version().postes} <= texts
    assert {"Boulangère", "Maçon", "Conducteur de machines", "Développeuse web"} <= texts
    assert (corpus.targets().sum(axis=0) > 0).all()


def test_soft_targets_follow_the_crosswalk(corpus: Corpus) -> None:
    row = corpus.dataset["text"].index("Chef de projet multimédia et web")
    target = corpus.targets()[row]
    assert target[corpus.labels.index("chef-de-projet-web")] == pytest.approx(0.6)
    assert target[-1] == pytest.approx(0.4)


def test_weights_balance_hors_and_the_postes(corpus: Corpus) -> None:
    mass = corpus.targets() * np.array(corpus.dataset["weight"])[:, None]
    share = mass[corpus.side("train")].sum(axis=0)
    share /= share.sum()
    assert share[-1] == pytest.approx(HORS_SHARE, abs=0.05)
    assert share[:-1].max() < 5 * share[:-1].min()


def test_same_data_same_digest(corpus: Corpus, small_crosswalk: Crosswalk) -> None:
    again = build_corpus(load_version(), small_crosswalk)
    assert again.digest == corpus.digest
    changed = Crosswalk(small_crosswalk.rome, {**small_crosswalk.by_ogr, "6": {"data-analyst": 1.0}})
    assert build_corpus(load_version(), changed).digest != corpus.digest


def test_the_cartographie_wins_over_rome(small_crosswalk: Crosswalk) -> None:
    wrong = Crosswalk(small_crosswalk.rome, {"1": {"webmaster": 1.0}})
    found = [u for u in gather(load_version(), wrong) if "Développeur web" in u.texts]
    assert found
    assert all("webmaster" not in u.shares for u in found)


def test_neither_length_nor_noise_tells_digital_from_other() -> None:
    digital = Unit(("Développeur",), {"developpeur-web": 1.0}, "poste", "developpeur-web")
    other = [Unit((f"Maçon {i}",), {HORS: 1.0}, "hors", "F") for i in range(30)]
    assert any("\n" in text for text in records(digital, ["Coder."]))
    dressed = [text for unit in other for text in records(unit, ["Bâtir."]) if "\n" in text]
    assert len(dressed) == 30
    assert any("entreprise de services du numérique" in text for text in dressed)


def test_courses_of_the_guide_name_known_postes() -> None:
    known = {p.id for p in load_version().postes}
    assert all(poste in known for postes in DIPLOMAS.values() for poste in postes)
    assert not set(DIPLOMAS) & set(OTHER_COURSES)

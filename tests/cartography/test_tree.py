import json
from pathlib import Path

import pytest

from cartography.loading import CURRENT, CartographieInvalid, load_file, load_version, parse_cartographie
from cartography.lookup import Lookup
from cartography.text import title_key
from cartography.tree import Famille, Metier, Poste

PUBLISHED = Path(__file__).parents[3] / "shared" / "cartographie" / "gen-2023-01.json"


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup.build(load_version())


def test_the_current_version_has_its_published_size() -> None:
    tree = load_version()
    assert (len(tree.familles), len(tree.metiers), len(tree.postes)) == (6, 36, 107)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published cartographie is not beside this checkout")
def test_identifiers_labels_and_order_are_the_published_ones() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    ours = load_version().as_json()
    keep = ("id", "libelle")
    for theirs, mine in zip(published["familles"], ours["familles"], strict=True):
        assert [theirs[k] for k in keep] == [mine[k] for k in keep]
        for their_metier, my_metier in zip(theirs["metiers"], mine["metiers"], strict=True):
            assert [their_metier[k] for k in keep] == [my_metier[k] for k in keep]
            assert [p["id"] for p in their_metier["postes"]] == [p["id"] for p in my_metier["postes"]]
            assert [p["libelle"] for p in their_metier["postes"]] == [p["libelle"] for p in my_metier["postes"]]


def test_every_poste_is_described() -> None:
    for poste in load_version().postes:
        assert 20 <= len(poste.definition.split()) <= 90, poste.id
        assert len(poste.intitules) >= 4, poste.id
        assert len(poste.titles) >= 2, poste.id
        assert len(poste.outils) >= 5, poste.id
        assert len(poste.competences) >= 4, poste.id


def test_no_title_names_two_postes() -> None:
    owner: dict[str, str] = {}
    for poste in load_version().postes:
        for title in poste.all_titles():
            assert owner.setdefault(title_key(title), poste.id) == poste.id, title


def test_paths_go_up_and_children_go_down() -> None:
    tree = load_version()
    famille, metier, poste = tree.path("data-engineer")
    assert poste in metier.postes
    assert metier in famille.metiers
    with pytest.raises(KeyError):
        tree.path("inconnu")


@pytest.mark.parametrize(
    "text",
    [
        "developpeur-full-stack",
        "Développeur full stack",
        "DEVELOPPEUR FULL-STACK",
        "Développeuse full stack (F/H)",
        "développeur·se full-stack",
        "Développeur(euse) Full Stack",
    ],
)
def test_lookup_is_tolerant(lookup: Lookup, text: str) -> None:
    poste = lookup.poste(text)
    assert poste is not None
    assert poste.id == "developpeur-full-stack"


def test_lookup_finds_levels_deepest_first(lookup: Lookup) -> None:
    kinds = [type(n) for n in lookup.find("développement")]
    assert kinds == [Metier, Famille]
    assert isinstance(lookup.find("Data protection officer")[0], Poste)
    assert lookup.find("boulanger") == ()
    assert lookup.find("") == ()


def test_the_older_version_receives_every_poste() -> None:
    current, older = load_version(CURRENT), load_version("2022")
    assert len(older.familles) == 7
    received = {older.famille_of(current, p.id).id for p in current.postes}
    assert received == {f.id for f in older.familles}
    assert older.famille_of(current, "technicien-reseau").id == "reseau-maintenance-et-infrastructure-telecoms"
    assert older.famille_of(current, "pen-testeur").id == "cybersecurite-et-cloud"
    assert older.famille_of(current, "responsable-securite-de-l-information").id == "cybersecurite-et-cloud"


def test_unknown_version_is_typed() -> None:
    with pytest.raises(CartographieInvalid, match="connues : 2023-01"):
        load_version("1999")


def _text(**change: object) -> str:
    poste: dict[str, object] = {
        "id": "p",
        "libelle": "P",
        "definition": "D",
        "intitules_fr": [{"m": "P", "f": "P"}],
        "intitules_en": ["P"],
        "outils": ["o"],
        "competences": ["c"],
    }
    poste.update(change)
    metier = {"id": "m", "libelle": "M", "postes": [poste]}
    tree = {
        "version": "v",
        "libelle": "L",
        "source": "S",
        "familles": [{"id": "f", "libelle": "F", "metiers": [metier]}],
    }
    return json.dumps(tree, indent=1, ensure_ascii=False)


def _line_with(text: str, needle: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if needle in line)


def test_a_malformed_file_fails_with_its_name_and_line(tmp_path: Path) -> None:
    text = _text(outils=["o", 7])
    (tmp_path / "mien.json").write_text(text, encoding="utf-8")
    with pytest.raises(CartographieInvalid) as caught:
        load_file(tmp_path / "mien.json")
    assert "mien.json" in caught.value.message
    assert f"ligne {_line_with(text, '7')} " in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "ligne 1"),
        (_text(definition=""), "definition"),
        (_text(inconnu=1), "inconnu"),
        (_text(id="Avec Espace"), ".id"),
        (_text().replace('"version": "v"', '"version": "v", "correspondances": {"poste:p": "zzz"}'), "zzz"),
        ("[]", "mien.json, ligne 1"),
    ],
)
def test_each_fault_is_explained(text: str, said: str) -> None:
    with pytest.raises(CartographieInvalid) as caught:
        parse_cartographie(text, name="mien.json")
    assert said in caught.value.message
    assert "mien.json, ligne" in caught.value.message


def test_an_identifier_used_twice_is_refused() -> None:
    tree = json.loads(_text())
    tree["familles"].append(tree["familles"][0])
    with pytest.raises(CartographieInvalid, match="présent deux fois"):
        parse_cartographie(json.dumps(tree), name="mien.json")


def test_a_missing_file_is_typed(tmp_path: Path) -> None:
    with pytest.raises(CartographieInvalid, match=r"absent\.json"):
        load_file(tmp_path / "absent.json")

from cartography.fiche import Fiche
from cartography.loading import load_version
from training.measure.gold import Labelled
from training.measure.slices import FEW, OUTSIDE, slices

TREE = load_version()


def _item(kind: str = "offre", famille: str = "", words: int = 0, source: str = "a") -> Labelled:
    fiche = Fiche("x", "offre" if kind == "offre" else "formation", "x", "mot " * words)
    return Labelled(fiche, bool(famille), (famille,) if famille else (), source=source)


def test_the_parts_of_an_axis_share_nothing_and_hold_all() -> None:
    items = [_item(), _item("formation", "developpement", 60, "b"), _item("offre", "gestion-pilotage", 500)] * FEW
    found = slices(items, TREE)
    assert list(found) == ["type", "famille", "source", "longueur"]
    for parts in found.values():
        assert sorted(rank for ranks in parts.values() for rank in ranks) == list(range(len(items)))
    assert list(found["famille"]) == ["Développement", "Gestion, pilotage", OUTSIDE]
    assert list(found["source"]) == ["a", "b"]
    assert list(found["longueur"]) == ["intitulé seul", "51 à 150 mots", "plus de 400 mots"]


def test_small_sources_are_put_together() -> None:
    items = [_item(source="a")] * FEW + [_item(source="b"), _item(source="")]
    assert {name: len(ranks) for name, ranks in slices(items, TREE)["source"].items()} == {
        "a": FEW,
        f"moins de {FEW} fiches": 2,
    }


def test_an_axis_with_one_part_is_left_out() -> None:
    assert slices([_item(), _item()], TREE) == {}

"""The sample catalogue as a labelled set: what its authors expect of each record."""

from __future__ import annotations

from pathlib import Path

from cartography.fiche import Fiche
from cartography.readers import read_records
from cartography.tree import Cartographie
from training.errors import EvaluationError
from training.measure.gold import Labelled

SAMPLE = Path(__file__).parents[2] / "serving" / "sample"
EXPECTED = "attendus.tsv"
RECORDS = ("formations.xml", "offres.json")
OUTSIDE = "hors"


def files(folder: Path = SAMPLE) -> tuple[Path, ...]:
    """Return the files that the set is made of."""
    return tuple(folder / name for name in (*RECORDS, EXPECTED))


def read_catalogue(tree: Cartographie, folder: Path = SAMPLE) -> list[Labelled]:
    """Read the catalogue and its expected labels, in the order of the labels.

    Args:
        tree: gives the postes their métiers and familles.
        folder: holds the records and `attendus.tsv`: type, id, postes (the best first, "|" between them) or "hors".

    Raises:
        EvaluationError: a label cannot be read, or no record has its type and identifier; the message names the line.
    """
    records: dict[tuple[str, str], Fiche] = {
        (record.type, record.id): record
        for name in RECORDS
        for record in read_records(folder / name)
        if isinstance(record, Fiche)
    }
    path = folder / EXPECTED
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            kind, identifier, said = line.split("\t")
            postes = () if said == OUTSIDE else tuple(said.split("|"))
            found.append(_labelled(records[kind, identifier], postes, tree))
        except (ValueError, KeyError) as error:
            raise EvaluationError("attendu_invalide", f"{path}, ligne {number} : {line!r} ({error})") from error
    return found


def _labelled(fiche: Fiche, postes: tuple[str, ...], tree: Cartographie) -> Labelled:
    paths = [tree.path(poste) for poste in postes]
    familles = tuple(dict.fromkeys(famille.id for famille, _, _ in paths))
    metiers = tuple(dict.fromkeys(metier.id for _, metier, _ in paths))
    return Labelled(fiche, bool(postes), familles, metiers, postes)

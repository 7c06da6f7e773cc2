"""What the bench is made of: the real records, places, and texts that people type."""

from __future__ import annotations

from pathlib import Path

from cartography.errors import RecordError
from cartography.fiche import Fiche
from cartography.gazetteer import read_communes
from cartography.readers import read_records
from training.errors import EvaluationError
from training.search.judged import read_courses, read_judged

OFFERS = Path("data/offres/offres.jsonl")


def real_records(root: Path) -> list[Fiche]:
    """Return the real courses and offers.

    Raises:
        EvaluationError: they are not there.
    """
    path = root / OFFERS
    if not path.is_file():
        raise EvaluationError("catalogue_absent", f"{path} : catalogue absent")
    offers = (record for record in read_records(path) if not isinstance(record, RecordError))
    return [*read_courses(root), *offers]


def postcodes() -> list[str]:
    """Return postal codes, one a commune."""
    return [commune.codes_postaux[0] for commune in read_communes() if commune.codes_postaux]


def typed_texts(count: int) -> list[str]:
    """Return the judged queries, then what is left of them one word after the other, as they are typed."""
    whole = [query.texte for query in read_judged()]
    parts = [" ".join(text.split()[:length]) for text in whole for length in range(1, len(text.split()))]
    return list(dict.fromkeys([*whole, *parts]))[:count]

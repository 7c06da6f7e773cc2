"""What is asked: distinct records to classify, and what people type."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from cartography.fiche import Fiche
from cartography.readers import read_records
from training.load import request
from training.load.request import SEARCH, WRONG, Request
from training.measure.catalogue import RECORDS, SAMPLE
from training.search.judged import COURSES
from training.search.material import OFFERS, typed_texts

FACETS = ("type", "famille", "region", "modalite", "niveau_sortie", "contrat")
"""What the page asks to have counted."""
_FILTERS: tuple[dict[str, Any], ...] = (
    {"type": "formation"},
    {"type": "offre", "region": "84"},
    {"lieu": "Lyon", "rayon_km": 100},
    {"niveau_sortie": [5, 6], "modalite": "présentiel"},
    {"departement": "35", "tri": "date"},
)
_TYPED = (0.4, 0.2, 0.3, 0.1)
"""Shares of plain searches, of searches under filters, of beginnings to go on, of records to find the like of."""
_WRONG = (
    ("POST", "/search", b'{"texte": "web", "inconnu": 1}'),
    ("POST", "/search", b'{"texte": "web"'),
    ("POST", "/search", b'{"texte": "web", "famille": "rien de tel"}'),
    ("POST", "/classify", b'{"fiches": []}'),
    ("POST", "/classify", b"[]"),
    ("POST", "/similar", b'{"id": "rien de tel"}'),
    ("PUT", "/fiches", b'{"fiches": 3}'),
    ("POST", "/fiches/delete", b'{"fiches": [{"type": "offre"}]}'),
)
"""Requests that are to be refused: 4xx, never more."""


@dataclass(frozen=True)
class Material:
    """What requests are made of.

    Attributes:
        records: JSON of records to classify, each in two parts: up to the end of its title, and from there on.
        texts: what people type.
        keys: type and identifier of some records of the index.
    """

    records: Sequence[tuple[bytes, bytes]]
    texts: Sequence[str]
    keys: Sequence[tuple[str, str]]

    def records_apart(self) -> Iterator[bytes]:
        """Yield records without end, as JSON, no two alike: what is remembered of one answers no other."""
        for turn in count():
            mark = b" %d" % turn if turn else b""
            for before, after in self.records:
                yield before + mark + after

    def searches(self, seed: int) -> Iterator[Request]:
        """Yield what people do on the page, without end, in the shares of `_TYPED`."""
        draw = random.Random(seed)  # noqa: S311  no secret
        makers = (self._plain, self._filtered, self._suggested, self._similar)
        while True:
            yield draw.choices(makers, _TYPED)[0](draw)

    def wrong(self) -> Iterator[Request]:
        """Yield requests that are to be refused, without end."""
        for rank in count():
            yield request.send(WRONG, *_WRONG[rank % len(_WRONG)])

    def _plain(self, draw: random.Random) -> Request:
        return request.post(SEARCH, "/search", {"texte": draw.choice(self.texts), "facettes": FACETS})

    def _filtered(self, draw: random.Random) -> Request:
        asked = {"texte": draw.choice(self.texts), "facettes": FACETS, **draw.choice(_FILTERS)}
        return request.post(SEARCH, "/search", asked)

    def _suggested(self, draw: random.Random) -> Request:
        return request.get(SEARCH, "/suggest", {"q": draw.choice(self.texts)[: draw.randint(2, 12)]})

    def _similar(self, draw: random.Random) -> Request:
        if not self.keys or draw.random() < 0.5:
            return request.post(SEARCH, "/similar", {"texte": draw.choice(self.texts)})
        kind, name = draw.choice(self.keys)
        return request.post(SEARCH, "/similar", {"id": name, "type": kind})


def batches(records: Iterator[bytes], size: int) -> Iterator[Request]:
    """Yield batches of records without end. Several may take from the same records, none of which is sent twice."""
    while True:
        yield request.classify([next(records) for _ in range(size)])


def again(records: Iterator[bytes], size: int) -> Iterator[Request]:
    """Yield the same batch without end."""
    same = request.classify([next(records) for _ in range(size)])
    while True:
        yield same


def catalogue_files(root: Path) -> list[Path]:
    """Return the files to index: the real courses where they are, else the sample catalogue."""
    real = [root / path for path in COURSES]
    return real if all(path.is_file() for path in real) else [SAMPLE / name for name in RECORDS]


def read_material(root: Path, texts: int, keys: Sequence[tuple[str, str]]) -> Material:
    """Read what is asked: the real offers where they are, else the sample catalogue.

    Args:
        root: folder of the data that stays outside the repository.
        texts: of queries, at most.
        keys: of the index.
    """
    path = root / OFFERS
    files = [path] if path.is_file() else [SAMPLE / name for name in RECORDS]
    records = [record.as_json() for file in files for record in read_records(file) if isinstance(record, Fiche)]
    random.Random(0).shuffle(records)  # noqa: S311  no secret: long and short ones come mixed
    return Material([parts_of(record) for record in records], typed_texts(texts), keys)


def parts_of(record: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return a record's JSON up to the end of its title, and from there on.

    Made once: a batch is then put together in a millisecond, while other requests' clocks run.

    >>> parts_of({"id": "1", "intitule": "Data engineer"})
    (b'{"intitule":"Data engineer', b'","id":"1"}')
    """
    whole = request.dumped({"intitule": record["intitule"]} | record)
    end = len(request.dumped({"intitule": record["intitule"]})) - 2
    return whole[:end], whole[end:]


def keys_in(body: bytes) -> list[tuple[str, str]]:
    """Return type and identifier of the results of a search's answer."""
    return [(found["type"], found["id"]) for found in json.loads(body)["resultats"]]

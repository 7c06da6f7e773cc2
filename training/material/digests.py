"""What an encoder learnt from, said without its texts: how many of each source, and a digest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from training.material.collection import Material

SENTENCES, TITLES = "phrases", "titres"


@dataclass(frozen=True, slots=True)
class Learnt:
    """One source.

    Attributes:
        source: its name.
        texts: texts of each concept, or pair.
        digest: 16 hex digits, which change with any text.
    """

    source: str
    texts: tuple[int, ...]
    digest: str


def learnt(material: Material) -> tuple[Learnt, ...]:
    """Return what a material is made of, source by source.

    >>> [(found.source, found.texts) for found in learnt(Material({}, (("Bonjour", "Hello"),), ()))]
    [('phrases', (2,)), ('titres', ())]
    """
    concepts = [
        Learnt(
            name,
            tuple(len(c.names) + len(c.english) + len(c.glosses) for c in found),
            _digest(astuple(c) for c in found),
        )
        for name, found in material.concepts.items()
    ]
    pairs = ((SENTENCES, material.sentences), (TITLES, material.titles))
    return (*concepts, *(Learnt(name, (2,) * len(found), _digest(found)) for name, found in pairs))


def _digest(rows: Iterable[tuple[object, ...]]) -> str:
    found = hashlib.sha256()
    for row in rows:
        found.update(repr(row).encode())
    return found.hexdigest()[:16]

"""The wide part of the classifier: a linear layer on all the words of a record, beside the passages that are encoded.

Cheng et al. 2016, Wide & Deep Learning for Recommender Systems: what the encoder makes of a text generalises, single
words (a tool, a certification) are remembered. The two are wrong of different records, and their logits are summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cartography.fiche import Fiche
from models.arithmetic import narrowed, widened
from models.reading import MAX_TITLE
from models.search.words import pieces, terms, terms_of

READ = 4_000
"""Characters of a description whose words are read."""
TITLE = "="
"""Before the features of a title: its words, and its pairs of words."""
MARKS = ",;:!?…."
"""That end a piece of text and are no part of its words."""
LONGEST, REMEMBERED = 40, 100_000
"""Characters of a piece of text whose words are remembered, and how many pieces are."""
TITLE_LENGTH = 1.5
"""Length of the vector of a title's features, that of all the words being 1: a title says more than a text."""


class Features(NamedTuple):
    """The distinct features of a record."""

    title: Sequence[str]
    words: Sequence[str]


class Bag(NamedTuple):
    """The features of a record that are known: their ranks, int64 (n,), and their values, float32 (n,)."""

    ranks: NDArray[np.int64]
    values: NDArray[np.float32]


def features_of(title: str, description: str) -> Features:
    """Return what is looked at of a record; gender, accents and plurals make no difference.

    >>> features_of("Développeuse web", "Développer en Python.")
    Features(title=['=developpeur', '=web', '=developpeur web'], words=['developpeur', 'web', 'developp', 'python'])
    """
    said = dict.fromkeys([*terms(title[:MAX_TITLE]), *terms(description[:READ])])
    return Features(_of_title(title[:MAX_TITLE]), [*said])


def _of_title(title: str) -> list[str]:
    named = terms(title)
    pairs = [f"{TITLE}{one} {two}" for one, two in pairwise(named)]
    return [*dict.fromkeys([*(TITLE + term for term in named), *pairs])]


def _joined(one: Bag, other: Bag) -> Bag:
    return Bag(np.concatenate([one.ranks, other.ranks]), np.concatenate([one.values, other.values]))


class _Known(dict[str, tuple[int, ...]]):
    """Piece of text between spaces → the ranks of its words; most pieces are met again and again."""

    def __init__(self, ranks: Mapping[str, int]) -> None:
        super().__init__()
        self._ranks = ranks

    def __missing__(self, piece: str) -> tuple[int, ...]:
        bare = piece.rstrip(MARKS)
        # "python," is read as "python", which is mostly known already.
        if bare != piece and bare.isalnum():
            found = self[bare]
        else:
            found = tuple(self._ranks[term] for term in terms_of(piece) if term in self._ranks)
        # Long ones are seldom words, and never met again.
        if len(piece) <= LONGEST:
            self[piece] = found
        return found

    def make_room(self) -> None:
        """Forget everything once too much is remembered."""
        if len(self) > REMEMBERED:
            self.clear()


@dataclass(frozen=True)
class Wide:
    """A linear layer on words.

    Attributes:
        ranks: feature → its rank.
        rarity: float32 (features,), what each is worth: ln of the records over those that hold it.
        weight: float32 (features, classes); classes as those of the head.
        bias: float32 (classes,).
    """

    ranks: Mapping[str, int]
    rarity: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def silent(cls, classes: int) -> Wide:
        """Return one that knows no word and adds nothing."""
        rarity, weight, bias = (np.zeros(shape, dtype=np.float32) for shape in (0, (0, classes), classes))
        return cls({}, rarity, weight, bias)

    @property
    def words(self) -> list[str]:
        """The features, by rank."""
        return sorted(self.ranks, key=self.ranks.__getitem__)

    def bag(self, features: Features) -> Bag:
        """Return the known features of a record, its title's and its words scaled to a length each."""
        return _joined(self._part(features.title, TITLE_LENGTH), self._part(features.words, 1.0))

    def _part(self, features: Iterable[str], length: float) -> Bag:
        return self._valued([rank for rank in map(self.ranks.get, features) if rank is not None], length)

    def _valued(self, found: Sequence[int], length: float) -> Bag:
        ranks = np.array(found, dtype=np.int64)
        values = self.rarity[ranks]
        norm = float(np.sqrt(np.dot(values, values)))
        return Bag(ranks, values * np.float32(length / norm) if norm else values)

    def logits(self, fiches: Sequence[Fiche]) -> NDArray[np.float32]:
        """Return what the words of fiches say, float32 (n, classes), to be added to the head's logits.

        >>> one = np.ones(1, dtype=np.float32)
        >>> wide = Wide({"python": 0}, one, np.array([[2.0, -1.0]], dtype=np.float32), np.zeros(2, dtype=np.float32))
        >>> wide.logits([Fiche("1", "offre", "Data", "Du Python."), Fiche("2", "offre", "Data")]).tolist()
        [[2.0, -1.0], [0.0, 0.0]]
        """
        result = np.empty((len(fiches), len(self.bias)), dtype=np.float32)
        for row, fiche in enumerate(fiches):
            ranks, values = self._heard(fiche.intitule[:MAX_TITLE], fiche.description[:READ])
            result[row] = values @ self.weight[ranks] + self.bias
        return result

    def _heard(self, title: str, description: str) -> Bag:
        """Return the bag of a record, in another order than `bag`: twice as fast."""
        known = self._known
        known.make_room()
        said = {*chain.from_iterable(map(known.__getitem__, pieces(f"{title} {description}")))}
        named = self._part(_of_title(title), TITLE_LENGTH)
        return _joined(named, self._valued(sorted(said), 1.0))

    @cached_property
    def _known(self) -> _Known:
        return _Known(self.ranks)

    def rounded(self) -> Wide:
        """Return it as a bundle stores it, its weights rounded to 8 bits."""
        return Wide(self.ranks, self.rarity, widened(narrowed(self.weight)), self.bias)

    def scaled(self, factor: float) -> Wide:
        """Return one whose logits are this many times as large."""
        return Wide(self.ranks, self.rarity, self.weight * np.float32(factor), self.bias * np.float32(factor))

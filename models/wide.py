"""The wide part of the classifier: a layer on all the words of a record, beside the passages that are encoded.

Cheng et al. 2016, Wide & Deep Learning for Recommender Systems: what the encoder makes of a text generalises, single
words (a tool, a certification) are remembered. The two are wrong of different records, and their logits are summed.
A few hidden units beside the linear weights hear what words say together ("gestion" with "réseau", or with "paie").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
class Hidden:
    """Rectified units between words and classes.

    Attributes:
        weight: float32 (features, units).
        bias: float32 (units,).
        out: float32 (units, classes).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    out: NDArray[np.float32]

    @classmethod
    def none(cls, features: int, classes: int) -> Hidden:
        """Return no unit."""
        weight, bias, out = (np.zeros(shape, dtype=np.float32) for shape in ((features, 0), 0, (0, classes)))
        return cls(weight, bias, out)

    def active(self, summed: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what the units answer, (units,), to what the words of a record sum up to."""
        answer: NDArray[np.float32] = np.maximum(summed + self.bias, 0)
        return answer


@dataclass(frozen=True)
class Wide:
    """A layer on words.

    Attributes:
        ranks: feature → its rank.
        rarity: float32 (features,), what each is worth: ln of the records over those that hold it.
        weight: float32 (features, classes); classes as those of the head.
        bias: float32 (classes,).
        hidden: units beside the linear weights.
    """

    ranks: Mapping[str, int]
    rarity: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    hidden: Hidden

    @classmethod
    def silent(cls, classes: int) -> Wide:
        """Return one that knows no word and adds nothing."""
        rarity, weight, bias = (np.zeros(shape, dtype=np.float32) for shape in (0, (0, classes), classes))
        return cls({}, rarity, weight, bias, Hidden.none(0, classes))

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
        >>> weight, hidden = np.array([[2.0, -1.0]], dtype=np.float32), Hidden.none(1, 2)
        >>> wide = Wide({"python": 0}, one, weight, np.zeros(2, dtype=np.float32), hidden)
        >>> wide.logits([Fiche("1", "offre", "Data", "Du Python."), Fiche("2", "offre", "Data")]).tolist()
        [[2.0, -1.0], [0.0, 0.0]]
        """
        result = np.empty((len(fiches), len(self.bias)), dtype=np.float32)
        for row, fiche in enumerate(fiches):
            result[row] = self._answer(self._heard(fiche.intitule[:MAX_TITLE], fiche.description[:READ]))
        return result

    def _answer(self, bag: Bag) -> NDArray[np.float32]:
        summed = bag.values @ self._table[bag.ranks]
        classes = len(self.bias)
        answer: NDArray[np.float32] = summed[:classes] + self.bias
        if len(self.hidden.bias):
            answer += self.hidden.active(summed[classes:]) @ self.hidden.out
        return answer

    def spoken(self, bag: Bag) -> NDArray[np.float32]:
        """Return what the classes' weights are multiplied by: the values of all words, then the units' answers."""
        values = np.zeros(len(self.ranks), dtype=np.float32)
        np.add.at(values, bag.ranks, bag.values)
        return np.concatenate([values, self.hidden.active(bag.values @ self.hidden.weight[bag.ranks])])

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        """Return all that a word is multiplied by, float32 (features, classes + units): one lookup for both."""
        return np.concatenate([self.weight, self.hidden.weight], axis=1)

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
        hidden = replace(self.hidden, weight=widened(narrowed(self.hidden.weight)))
        return replace(self, weight=widened(narrowed(self.weight)), hidden=hidden)

    def scaled(self, factor: float) -> Wide:
        """Return one whose logits are this many times as large."""
        each = np.float32(factor)
        hidden = replace(self.hidden, out=self.hidden.out * each)
        return replace(self, weight=self.weight * each, bias=self.bias * each, hidden=hidden)

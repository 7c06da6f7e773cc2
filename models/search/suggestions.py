"""Titles proposed while a person types: the tree's, ROME's that feed it, the catalogue's frequent ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cartography.crosswalk import HORS, Crosswalk
from cartography.text import fold, genders, strip_gender, title_key
from cartography.tree import Cartographie
from models.search.starts import Starts
from models.search.words import STOP_WORDS, neutral

Genre = Literal["poste", "metier", "famille", "appellation", "intitule"]
RANKS: dict[Genre, int] = {"poste": 0, "metier": 1, "famille": 2, "appellation": 3, "intitule": 4}
"""In the order they are proposed; other names of a poste than its own come after the familles."""
_OTHER_NAMES = 2.5

MAX_TITLE = 90
"""Characters of a catalogue's title beyond which it is not proposed."""
MAX_PREFIX = 100


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title proposed.

    Attributes:
        texte: as it is shown.
        genre: what it is.
        id: identifier of the node, or OGR number of the appellation; None for a title of the catalogue.
    """

    texte: str
    genre: Genre
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """A title to propose.

    Attributes:
        suggestion: what is proposed.
        feminin: shown to who types it; the masculine where there is one form.
        own: whether it is the node's own name, and not another one that people use, English ones among them.
    """

    suggestion: Suggestion
    feminin: str
    own: bool = True

    @property
    def rank(self) -> float:
        """What it is proposed after."""
        return RANKS[self.suggestion.genre] if self.own else _OTHER_NAMES


class Suggestions:
    """Finds titles by the starts of their words, whatever the order, the case, the accents and the gender."""

    def __init__(self, titles: Iterable[Title], counts: Mapping[str, int] | None = None) -> None:
        """Index titles, each once under its first kind.

        Args:
            titles: those that have a place in the tree or in ROME.
            counts: titles of the catalogue, as written → how many records have it.
        """
        kept: dict[str, Title] = {}
        for title in sorted(titles, key=lambda title: title.rank):
            kept.setdefault(_key(title.suggestion.texte), title)
        frequency: dict[str, int] = {}
        for written, count in sorted((counts or {}).items(), key=lambda item: (-item[1], item[0])):
            shown = strip_gender(written)
            key = _key(shown)
            if key and len(shown) <= MAX_TITLE:
                frequency[key] = frequency.get(key, 0) + count
                kept.setdefault(key, Title(Suggestion(shown, "intitule"), shown))
        self._titles, keys = _ordered(kept, frequency)
        self._ranks = np.array([round(2 * title.rank) for title in self._titles], dtype=np.int64)
        self._starts = Starts((key, row) for row, key in enumerate(keys))
        self._words = Starts((word, row) for row, title in enumerate(self._titles) for word in _words(title, keys[row]))

    @classmethod
    def build(
        cls, cartographie: Cartographie, crosswalk: Crosswalk, counts: Mapping[str, int] | None = None
    ) -> Suggestions:
        """Index the tree, the ROME appellations that feed one of its postes, and a catalogue's titles.

        >>> from cartography.crosswalk import load_crosswalk
        >>> from cartography.loading import load_version
        >>> found = Suggestions.build(load_version(), load_crosswalk()).suggest("data scien", k=1)
        >>> found
        [Suggestion(texte='Data scientist', genre='poste', id='data-scientist')]
        """
        return cls(chain(tree_titles(cartographie), rome_titles(cartographie, crosswalk)), counts)

    def suggest(self, prefix: str, k: int = 8) -> list[Suggestion]:
        """Return the titles that have words starting with each of those typed, the best first.

        First a title that is exactly what is typed, then by kind (`RANKS`), those that start with what is typed before
        the others, then the most frequent in the catalogue, then the shortest. Where no title has such words, one typo
        is forgiven in each.

        Args:
            prefix: what is typed so far.
            k: how many at most.
        """
        typed = fold(strip_gender(prefix[:MAX_PREFIX])).split()
        words = [word for word in typed[:-1] if word not in STOP_WORDS] + typed[-1:]
        rows = self._matching(words)
        if not len(rows) and (forgiven := [self._words.near(word) for word in words]) and all(forgiven):
            rows = self._all([self._mask(near) for near in forgiven])
        order = np.argsort(self._scores(typed)[rows], kind="stable")
        found: dict[object, Suggestion] = {}
        for row in rows[order].tolist():
            suggestion = self._shown(self._titles[row], words)
            # A poste once, by the best of its names; the others would crowd out its neighbours.
            found.setdefault(suggestion.id if suggestion.genre == "poste" else row, suggestion)
            if len(found) == k:
                break
        return list(found.values())

    def _scores(self, typed: list[str]) -> NDArray[np.int64]:
        """Return what ranks each row, the least first; rows of one score stay in their order."""
        scores = self._ranks * 2 + 1
        neutrals = [neutral(word) for word in typed]
        for opening in {" ".join(neutrals), " ".join([*neutrals[:-1], *typed[-1:]])}:
            rows = self._starts.of(opening)
            scores[rows] = self._ranks[rows] * 2
        exact = self._starts.exactly(" ".join(neutrals))
        scores[exact] = self._ranks[exact] - 4 * len(RANKS)
        return scores

    def _matching(self, words: list[str]) -> NDArray[np.int64]:
        return self._all([self._mask({word, neutral(word)}) for word in words])

    def _mask(self, starts: Iterable[str]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self._titles), dtype=np.bool_)
        for start in starts:
            mask[self._words.of(start)] = True
        return mask

    def _all(self, masks: list[NDArray[np.bool_]]) -> NDArray[np.int64]:
        """Return the rows that pass every mask; none where there is no mask."""
        if not masks:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(np.logical_and.reduce(masks)).astype(np.int64)

    def _shown(self, title: Title, words: list[str]) -> Suggestion:
        """Return the suggestion in the feminine where that alone has the words typed."""
        ours, theirs = (fold(text).split() for text in (title.suggestion.texte, title.feminin))
        if ours != theirs and not _has(ours, words) and _has(theirs, words):
            return Suggestion(title.feminin, title.suggestion.genre, title.suggestion.id)
        return title.suggestion


def tree_titles(cartographie: Cartographie) -> Iterator[Title]:
    """Yield the usual titles and labels of postes, then the labels of métiers and familles."""
    for poste in cartographie.postes:
        # Before the label, which is one of them, and does not say its feminine.
        for intitule in poste.intitules:
            yield Title(Suggestion(intitule.masculin, "poste", poste.id), intitule.feminin)
        yield Title(Suggestion(poste.libelle, "poste", poste.id), poste.libelle)
        for title in poste.titles:
            yield Title(Suggestion(title, "poste", poste.id), title, own=False)
    for metier in cartographie.metiers:
        yield Title(Suggestion(metier.libelle, "metier", metier.id), metier.libelle)
    for famille in cartographie.familles:
        yield Title(Suggestion(famille.libelle, "famille", famille.id), famille.libelle)


def rome_titles(cartographie: Cartographie, crosswalk: Crosswalk) -> Iterator[Title]:
    """Yield the ROME 4.0 appellations that feed a poste of the tree."""
    postes = {poste.id for poste in cartographie.postes}
    for ogr, shares in crosswalk.by_ogr.items():
        appellation = crosswalk.rome.appellations.get(ogr)
        if appellation and appellation.code and postes & (shares.keys() - {HORS}):
            forms = genders(appellation.libelle)
            yield Title(Suggestion(forms[0], "appellation", ogr), forms[-1])


def _key(title: str) -> str:
    """Return what two titles share when one of them is enough: their words without gender."""
    return " ".join(map(neutral, title_key(title).split()))


def _words(title: Title, key: str) -> set[str]:
    return {*key.split(), *fold(title.suggestion.texte).split(), *fold(title.feminin).split()}


def _has(words: list[str], starts: list[str]) -> bool:
    return all(any(word.startswith(start) for word in words) for start in starts)


def _ordered(kept: Mapping[str, Title], frequency: Mapping[str, int]) -> tuple[list[Title], list[str]]:
    """Return titles and keys, the most frequent first, then the shortest: the order of rows is that of the ranking."""
    keys = sorted(kept, key=lambda key: (-frequency.get(key, 0), len(kept[key].suggestion.texte), key))
    return [kept[key] for key in keys], keys

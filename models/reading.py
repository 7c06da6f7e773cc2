r"""What is read of a fiche: its title, and the passages of its description that tell of the work.

An employer's presentation, the benefits and the legal lines fill most of many offers. Words that say something of the
class (learnt from labelled records) mark the sentences worth reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, repeat

from cartography.fiche import Fiche
from cartography.nomenclature import Nomenclature
from cartography.text import fold, strip_gender
from models.encoder import Text

_WORD = re.compile(r"[^\W\d_][\w+#.]*[\w+#]|\w")
# After a mark or around a new line, or a dash between spaces; a space first, which is quick to look for.
_BREAK = re.compile(r"\s(?:(?<=[.!?;:]\s)\s*|(?<=\n)\s*|\s*\n\s*|\s*[•·–-]\s+)")
_LONGEST = 200
"""Characters of a sentence: longer ones (lists without full stops) are cut at spaces into parts of their own."""

_NOTHING = repeat(0.0)
"""Of the words that say nothing."""

MAX_TITLE, MAX_DESCRIPTION = 300, 6_000
"""Characters looked at, of the title and of the description."""


@dataclass(frozen=True)
class Reader:
    """Chooses what is read.

    Attributes:
        salience: word, lower case → how much it says of the class, in nats; words not there say nothing.
        characters: length of the passages together.
        nomenclature: labels of a course's codes, which are read before its passages; none are when None.
        mute: common words, lower case, that are left out of the passages: they say nothing of the class.
        least: mean salience under which a sentence is not read: among sentences that say nothing, the title is what
            tells the job.
        share: of the best sentence's mean salience, under which another is not read: beside one that tells the job,
            it would only take time and dilute.
        neutral: whether marks of gender are left out of titles: "(H/F)" says nothing of the job, and offers alone
            carry it, so that a model learns to answer otherwise where it stands.
    """

    salience: Mapping[str, float]
    characters: int
    nomenclature: Nomenclature | None = None
    mute: frozenset[str] = frozenset()
    least: float = 0.0
    share: float = 0.0
    neutral: bool = False

    def read(self, fiche: Fiche, *, brief: bool = False) -> tuple[str, str]:
        """Return the title, and what its codes say with the chosen sentences in their order, "" when nothing is.

        Args:
            fiche: the record.
            brief: whether its description is left unread.
        """
        passages = "" if brief else self.passages(fiche.description)
        if self.nomenclature and (fiche.rncp or fiche.formacode):
            said = ". ".join(self.nomenclature.said(fiche))[: self.characters]
            passages = f"{said}. {passages}".strip() if said else passages
        return self.title(fiche.intitule[:MAX_TITLE]), passages

    def title(self, intitule: str) -> str:
        """Return what is read of a title.

        >>> Reader({}, 100, neutral=True).title("Développeur·se React (H/F)")
        'Développeur React'
        >>> Reader({}, 100, neutral=True).title("(H/F)"), Reader({}, 100).title("Développeur (H/F)")
        ('(H/F)', 'Développeur (H/F)')
        """
        return (strip_gender(intitule) if self.neutral else "") or intitule

    def text(self, fiche: Fiche, *, brief: bool = False) -> Text:
        """Return what the encoder reads of a fiche, see `read`: title and passages, or the title alone.

        >>> Reader({}, 100).text(Fiche("1", "offre", "Data engineer"))
        'Data engineer'
        >>> Reader({}, 100).text(Fiche("1", "offre", "Data engineer", "Spark."), brief=True)
        'Data engineer'
        """
        title, passage = self.read(fiche, brief=brief)
        return (title, passage) if passage else title

    def passages(self, description: str) -> str:
        """Return the sentences that say most, in their order, without the mute words.

        >>> reader = Reader({"python": 2.0, "spark": 2.0}, characters=30)
        >>> reader.passages("Notre groupe est leader mondial. Coder en Python et Spark. Tickets restaurant offerts.")
        'Coder en Python et Spark.'
        >>> Reader({}, 100, mute=frozenset(["en", "et"])).passages("Coder en Python et en C++.")
        'Coder Python C++.'
        >>> told = "Python, Spark, SQL. Une équipe de douze personnes aime Python."
        >>> Reader({"python": 2.0, "spark": 2.0}, 100, share=0.5).passages(told)
        'Python, Spark, SQL.'
        """
        chosen = self._chosen(description)
        if not self.mute:
            return chosen
        return " ".join(part for part in chosen.split() if not self._is_mute(part))

    @cached_property
    def _is_mute(self) -> Callable[[str], bool]:
        """Tell whether all the words of a piece of text are mute; the pieces met before are remembered."""

        @lru_cache(maxsize=50_000)
        def is_mute(part: str) -> bool:
            return self.mute.issuperset(words(part))

        return is_mute

    def salient(self, description: str, most: int) -> list[str]:
        """Return the sentences that say most, the most telling first.

        >>> Reader({"python": 2.0}, 100).salient("Une équipe soudée. Du Python.", 1)
        ['Du Python.']
        """
        found = sentences(description)
        return sorted(found, key=lambda sentence: -self._score(sentence))[:most]

    def _chosen(self, description: str) -> str:
        text = description[:MAX_DESCRIPTION]
        if len(text) <= self.characters and not self.least and not self.share:
            return text
        found = sentences(text)
        said = [self._score(sentence) for sentence in found]
        least = max(self.least, self.share * max(said, default=0.0))
        chosen: list[int] = []
        room = self.characters
        for rank in sorted(range(len(found)), key=lambda i: (-said[i], i)):
            if said[rank] < least:
                break
            if len(found[rank]) <= room or not chosen:
                chosen.append(rank)
                room -= len(found[rank]) + 1
            if room < _LONGEST // 8:
                break
        return " ".join(found[rank] for rank in sorted(chosen))[: self.characters]

    def _score(self, sentence: str) -> float:
        """Return the mean salience of a sentence's words, short sentences damped."""
        found = words(sentence)
        # In the order of the text: a set has another one in every process, sums then differ by a rounding, and two
        # sentences as good as each other would change places.
        return sum(map(self.salience.get, dict.fromkeys(found), _NOTHING)) / (len(found) + 4)


def mute_forms(mute: Iterable[str]) -> frozenset[str]:
    """Return mute words with and without their accents, which many texts leave out.

    >>> sorted(mute_forms(["à", "et"]))
    ['a', 'et', 'à']
    """
    known = list(mute)
    return frozenset([*known, *(fold(word) for word in known)])


def words(text: str) -> list[str]:
    """Return the words of a text, lower case; C++, C# and node.js are words.

    >>> words("Développeur C++ / node.js, bac +3.")
    ['développeur', 'c++', 'node.js', 'bac', '3']
    """
    return [*chain.from_iterable(map(_words_of, text.lower().split()))]


@lru_cache(maxsize=100_000)
def _words_of(part: str) -> tuple[str, ...]:
    """Return the words of a piece of text without spaces: most pieces are met again and again."""
    return tuple(_WORD.findall(part))


def sentences(text: str) -> list[str]:
    r"""Return the sentences and list items of a text.

    >>> sentences("Vos missions : coder - tester\nProfil junior. CDI")
    ['Vos missions :', 'coder', 'tester', 'Profil junior.', 'CDI']
    """
    found: list[str] = []
    for piece in _BREAK.split(text):
        while len(piece) > _LONGEST:
            cut = piece.rfind(" ", 1, _LONGEST)
            cut = cut if cut > 0 else _LONGEST
            found.append(piece[:cut])
            piece = piece[cut:].lstrip()
        if piece:
            found.append(piece)
    return found

"""Texts that say the same: MinHash signatures and their groups (Broder 1997, On the resemblance of documents)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from datasketch import MinHash, MinHashLSH

from cartography.text import fold, strip_gender
from training.corpus.split import groups

PERMUTATIONS = 64
THRESHOLD = 0.5
"""Jaccard similarity of the shingles from which two texts count as the same."""
SHINGLE = 4
LONG = 24
"""Words from which a text is compared by runs of `SHINGLE` words; a shorter one by its whole words and their pairs."""


def shingles(text: str) -> frozenset[str]:
    """Return what two texts are compared by.

    >>> sorted(shingles("Développeur·se web (H/F)"))
    ['developpeur', 'developpeur web', 'web']
    """
    words = fold(strip_gender(text)).split()
    if len(words) < LONG:
        pairs = (" ".join(words[i : i + 2]) for i in range(len(words) - 1))
        return frozenset([*words, *pairs])
    return frozenset(" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def signatures(texts: Iterable[str]) -> list[MinHash]:
    """Return the MinHash of each text; equal texts have equal signatures."""
    marks: list[MinHash] = MinHash.bulk(
        [[s.encode() for s in shingles(text)] for text in texts], num_perm=PERMUTATIONS, seed=1
    )
    return marks


def near_groups(texts: Sequence[str]) -> list[str]:
    """Return for each text the name of its group of near-duplicates, linked directly or through others."""
    marks = signatures(texts)
    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    keys: list[list[str]] = []
    for rank, mark in enumerate(marks):
        name = f"{rank:07d}"
        # An empty text is like no other.
        found = [n for n in lsh.query(mark) if _close(marks[int(n)], mark)] if shingles(texts[rank]) else []
        keys.append([name, *sorted(found)])
        lsh.insert(name, mark)
    return groups(keys)


def near_any(texts: Sequence[str], others: Sequence[str]) -> list[bool]:
    """Tell for each text whether it is a near-duplicate of one of `others`, or holds one whole.

    Containment matters beside resemblance: a long offer that quotes a short test record gives it away as well.
    """
    marks = signatures(others)
    lsh = MinHashLSH(threshold=THRESHOLD / 2, num_perm=PERMUTATIONS)
    kept = {f"{rank}": shingles(other) for rank, other in enumerate(others)}
    for (name, said), mark in zip(kept.items(), marks, strict=True):
        if said:
            lsh.insert(name, mark)
    out = []
    for text, mark in zip(texts, signatures(texts), strict=True):
        mine = shingles(text)
        out.append(any(_overlap(mine, kept[str(name)]) >= THRESHOLD for name in lsh.query(mark)))
    return out


def _close(one: MinHash, other: MinHash) -> bool:
    return float(one.jaccard(other)) >= THRESHOLD


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the overlap coefficient: common shingles over those of the smaller text.

    >>> _overlap(frozenset("abc"), frozenset("bcdefg"))
    0.6666666666666666
    """
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0

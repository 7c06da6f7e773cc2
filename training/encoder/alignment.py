"""First vectors for a new vocabulary: each new piece begins near the old pieces that translate it.

IBM model 1 (Brown et al. 1993, The Mathematics of Statistical Machine Translation) learns from sentence pairs how
likely an English piece is, given a French one; the French piece starts as the mean of its translations' vectors. Close
to WECHSEL (Minixhofer et al. 2022), with translations in place of aligned static vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.encoder.vocabulary import PREFIX

Ints = NDArray[np.int64]

ROUNDS = 5
LONGEST = 40
"""Pieces of a sentence: longer ones have too many false pairs for what they teach."""

LEAST = 0.05
"""Translations less likely than this are noise."""

TRUST = 3.0
"""Occurrences at which a piece's translations weigh as much as its spelling."""


@dataclass(frozen=True)
class Translations:
    """Likely translations of pieces.

    Attributes:
        new: (n,) rank in the new vocabulary.
        old: (n,) rank in the old vocabulary.
        share: (n,) probability of the old piece given the new one.
        counts: (new vocabulary,) sentences that hold the new piece.
    """

    new: Ints
    old: Ints
    share: NDArray[np.float64]
    counts: Ints


def align(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], size: int) -> Translations:
    """Fit IBM model 1 by expectation-maximisation.

    Args:
        sources: pieces of each sentence in the new vocabulary.
        targets: pieces of its translation in the old one.
        size: of the new vocabulary.

    Twice "0 ↔ 10" alone teaches that the rest of "0 1 ↔ 10 11" is "1 ↔ 11".

    >>> found = align([[0], [0], [0, 1]], [[10], [10], [10, 11]], 2)
    >>> likely = {(int(n), int(o)): round(float(s), 1) for n, o, s in zip(found.new, found.old, found.share)}
    >>> likely[0, 10] > 0.9, likely[1, 11] > 0.8
    (True, True)
    """
    new, old, slot = _links(sources, targets)
    width = int(old.max()) + 1 if len(old) else 1
    keys, inverse = np.unique(new * width + old, return_inverse=True)
    key_new, key_old = keys // width, keys % width
    share = np.ones(len(keys))
    for _ in range(ROUNDS):
        expected = share[inverse]
        expected /= np.bincount(slot, expected)[slot]
        mass = np.bincount(inverse, expected, minlength=len(keys))
        share = mass / np.bincount(key_new, mass)[key_new]
    likely = share >= LEAST
    counts = np.bincount([p for s in sources for p in set(s)], minlength=size).astype(np.int64)
    return Translations(key_new[likely], key_old[likely], share[likely], counts)


def _links(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> tuple[Ints, Ints, Ints]:
    """Return every possible link: source piece, target piece, and the rank of the target's place in the corpus."""
    new, old, slot = [], [], []
    place = 0
    for source, target in zip(sources, targets, strict=True):
        if source and target and max(len(source), len(target)) <= LONGEST:
            new.append(np.tile(np.asarray(source, dtype=np.int64), len(target)))
            old.append(np.repeat(np.asarray(target, dtype=np.int64), len(source)))
            slot.append(np.repeat(np.arange(place, place + len(target)), len(source)))
            place += len(target)
    empty = np.empty(0, dtype=np.int64)
    return tuple(np.concatenate(part) if part else empty for part in (new, old, slot))  # type: ignore[return-value]


def first_vectors(
    old: Tokenizer, new: Tokenizer, vectors: NDArray[np.float32], translations: Translations
) -> NDArray[np.float32]:
    """Return the first vector of each new piece, float32 (new vocabulary, dimension).

    A mean is shorter than what it is the mean of: every vector gets the old ones' mean length.

    Args:
        old: the base encoder's tokenizer.
        new: the new one.
        vectors: (old vocabulary, dimension).
        translations: see `align`.
    """
    pieces = [piece for piece, _ in sorted(new.get_vocab().items(), key=lambda item: item[1])]
    spelt = np.stack([_by_spelling(piece, old, vectors) for piece in pieces])
    meant = np.zeros_like(spelt, dtype=np.float64)
    np.add.at(meant, translations.new, translations.share[:, None] * vectors[translations.old])
    mass = np.bincount(translations.new, translations.share, minlength=len(pieces))
    trust = translations.counts / (translations.counts + TRUST) * (mass > 0)
    mixed = trust[:, None] * meant / np.maximum(mass, 1e-9)[:, None] + (1 - trust)[:, None] * spelt
    length = np.linalg.norm(vectors, axis=1).mean()
    norms = np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    scaled: NDArray[np.float32] = (mixed * length / norms).astype(np.float32)
    for rank, piece in enumerate(pieces):
        # [CLS], [SEP] and the others keep their exact meaning.
        known = old.token_to_id(piece) if piece.startswith("[") and piece.endswith("]") else None
        if known is not None:
            scaled[rank] = vectors[known]
    return scaled


def _by_spelling(piece: str, old: Tokenizer, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean vector of the old pieces that spell a new one."""
    known = old.token_to_id(piece)
    if known is not None:
        own: NDArray[np.float32] = vectors[known]
        return own
    inner = piece.startswith(PREFIX)
    bare = old.encode(piece.removeprefix(PREFIX), add_special_tokens=False)
    ids = list(bare.ids)
    if inner and ids:
        inside = old.token_to_id(PREFIX + bare.tokens[0])
        ids[0] = ids[0] if inside is None else inside
    mean: NDArray[np.float32] = vectors[ids].mean(axis=0) if ids else vectors.mean(axis=0)
    return mean

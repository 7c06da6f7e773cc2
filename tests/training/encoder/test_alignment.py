from __future__ import annotations

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from training.encoder.alignment import align, first_vectors

PAIRS = [
    ("chien noir", "black dog"),
    ("chien", "dog"),
    ("chat noir", "black cat"),
    ("chat", "cat"),
    ("noir", "black"),
] * 4


def _tokenizer(*words: str) -> Tokenizer:
    vocabulary = {w: i for i, w in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


OLD = _tokenizer("dog", "cat", "black", "ch", "##at", "##ien")
NEW = _tokenizer("chien", "chat", "noir", "cat", "rare")
VECTORS = np.eye(OLD.get_vocab_size(), 16, dtype=np.float32) * 2


def _first() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    french = [NEW.encode(f).ids for f, _ in PAIRS]
    english = [OLD.encode(e).ids for _, e in PAIRS]
    return first_vectors(OLD, NEW, VECTORS, align(french, english, NEW.get_vocab_size()))


def test_a_word_starts_near_its_translation() -> None:
    first = _first()
    for french, english in (("chien", "dog"), ("chat", "cat"), ("noir", "black")):
        nearest = int((first[NEW.token_to_id(french)] @ VECTORS.T).argmax())
        assert OLD.id_to_token(nearest) == english


def test_a_word_of_both_languages_keeps_its_vector_and_an_unknown_one_gets_its_pieces() -> None:
    first = _first()
    assert int(first[NEW.token_to_id("cat")].argmax()) == OLD.token_to_id("cat")
    assert int(first[NEW.token_to_id("rare")].argmax()) == OLD.token_to_id("[UNK]")


def test_special_pieces_are_copied_and_lengths_are_the_old_ones() -> None:
    first = _first()
    np.testing.assert_array_equal(first[:5], VECTORS[:5])
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 2, rtol=1e-5)


def test_empty_and_overlong_sentences_teach_nothing() -> None:
    found = align([[], [1] * 100, [1]], [[2], [2], []], 3)
    assert len(found.new) == 0

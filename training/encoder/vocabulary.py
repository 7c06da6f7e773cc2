"""A WordPiece vocabulary of the domain's own words, in place of the base encoder's English one.

French words fall into three or four pieces of an English vocabulary: half the tokens, so half the time, and words that
are met whole are learnt whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer

SIZE = 32_000
"""Pieces: with 384 dimensions 12.3 M parameters, which leaves the whole encoder under 25 M."""

PAD, UNKNOWN, START, END, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPECIAL = (PAD, UNKNOWN, START, END, MASK)
PREFIX = "##"
_MIN_COUNT, _ALPHABET = 5, 300


def learn_vocabulary(texts: Iterable[str], size: int = SIZE) -> Tokenizer:
    """Learn a vocabulary that folds case and accents, so that neither can change an answer.

    Args:
        texts: what the encoder will read; the more often a word is there, the likelier it stays whole.
        size: pieces at most.

    The trainer orders equally frequent pieces anew at each run, so their ranks can differ: whoever wants the same
    encoder again keeps the tokenizer.

    Returns:
        A tokenizer whose pairs of texts carry segments 0 and 1, as BERT's do.
    """
    tokenizer = Tokenizer(WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=64))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix=PREFIX)
    trainer = WordPieceTrainer(
        vocab_size=size,
        min_frequency=_MIN_COUNT,
        limit_alphabet=_ALPHABET,
        special_tokens=list(SPECIAL),
        continuing_subword_prefix=PREFIX,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    start, end = tokenizer.token_to_id(START), tokenizer.token_to_id(END)
    tokenizer.post_processor = TemplateProcessing(
        single=f"{START} $A {END}",
        pair=f"{START} $A {END} $B:1 {END}:1",
        special_tokens=[(START, start), (END, end)],
    )
    return tokenizer

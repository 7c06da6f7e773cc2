from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from training.encoder.vocabulary import PAD, SPECIAL, learn_vocabulary

TEXTS = ["Développeuse web à Évry", "développeur web", "Data engineer"] * 5


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return learn_vocabulary(TEXTS, 200)


def test_frequent_words_stay_whole(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("Développeur WEB").tokens == ["[CLS]", "developpeur", "web", "[SEP]"]


@pytest.mark.parametrize("other", ["DÉVELOPPEUSE WEB", "developpeuse web", "Développeuse web"])
def test_case_and_accents_change_nothing(tokenizer: Tokenizer, other: str) -> None:
    assert tokenizer.encode(other).ids == tokenizer.encode("développeuse web").ids


def test_a_passage_is_the_second_segment(tokenizer: Tokenizer) -> None:
    encoding = tokenizer.encode("web", "data engineer")
    assert encoding.tokens == ["[CLS]", "web", "[SEP]", "data", "engineer", "[SEP]"]
    assert encoding.type_ids == [0, 0, 0, 1, 1, 1]


def test_padding_is_rank_0_as_the_graph_expects(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_to_id(piece) for piece in SPECIAL] == list(range(len(SPECIAL)))
    assert tokenizer.token_to_id(PAD) == 0

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifier import Classifier
from models.encoder import CHARACTERS, Text, _batches, _padded

TEXTS = ["Développeur web", "", "Data engineer " * 40, "boulanger", "Développeur web", "é" * 3000]


def test_one_unit_vector_a_text_in_order(tiny_classifier: Classifier) -> None:
    vectors = tiny_classifier.bundle.encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), tiny_classifier.bundle.encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)
    np.testing.assert_array_equal(vectors[0], vectors[4])


def test_a_text_has_the_same_vector_alone_and_in_any_batch(tiny_classifier: Classifier) -> None:
    encoder = tiny_classifier.bundle.encoder
    texts: list[Text] = [*TEXTS, ("Développeur web", "PHP et MySQL"), ("Data engineer", "boulanger " * 40)]
    together = encoder.read(texts, batch_tokens=64)
    for rank, text in enumerate(texts):
        alone = encoder.read([text])
        np.testing.assert_array_equal(together.embedding[rank], alone.embedding[0])
        np.testing.assert_array_equal(together.features[rank], alone.features[0])


def test_a_long_text_is_cut_without_losing_what_is_read(tiny_classifier: Classifier) -> None:
    encoder = tiny_classifier.bundle.encoder
    most = CHARACTERS * encoder.max_tokens
    spaced, short = "développeur web data " * 400, "x" * 90 + " "
    unbroken = "é" * (2 * most)
    # The first words are so long that the cut leaves fewer tokens than can be read.
    rare = short * (most // len(short)) + "développeur web " * 200
    texts = [spaced, unbroken, rare, "a\n" * most]
    whole = [encoder._tokenizer.encode(text).ids for text in texts]
    assert [e.ids for e in encoder._encodings(texts)] == whole


def test_no_text_gives_no_vector(tiny_classifier: Classifier) -> None:
    assert tiny_classifier.bundle.encoder.encode([]).shape == (0, tiny_classifier.bundle.encoder.dimension)


def test_progress_counts_every_text(tiny_classifier: Classifier) -> None:
    done: list[int] = []
    tiny_classifier.bundle.encoder.encode(TEXTS, progress=done.append)
    assert sum(done) == len(TEXTS)


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 2000))
def test_batches_hold_each_text_once_within_the_bound(lengths: list[int], bound: int) -> None:
    groups = _batches(lengths, bound)
    assert sorted(rank for group in groups for rank in group) == list(range(len(lengths)))
    for group in groups:
        widths = {_padded(lengths[r]) for r in group}
        assert len(widths) == 1
        assert len(group) == 1 or len(group) * widths.pop() <= bound
        assert len(group).bit_count() == 1

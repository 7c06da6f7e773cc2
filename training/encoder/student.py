"""The encoder while it learns: a BERT with the domain's vocabulary, mean pooling, unit vectors."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Encoding, Tokenizer
from transformers import BertModel, PreTrainedTokenizerFast

from models.encoder import Text
from training.encoder.vocabulary import END, MASK, PAD, START, UNKNOWN

CHUNK_TOKENS = 4_096
"""Tokens of one forward pass, padding included: texts are sorted by length, so that little is padding."""


class Student(torch.nn.Module):
    """A transformer and its tokenizer."""

    def __init__(self, bert: BertModel, tokenizer: Tokenizer) -> None:
        """Tie them together.

        Args:
            bert: with as many word vectors as the tokenizer has pieces.
            tokenizer: gives segments to pairs of texts.
        """
        super().__init__()
        self.bert = bert
        self.tokenizer = tokenizer

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        found: torch.device = self.bert.device
        return found

    def digest(self) -> str:
        """Return 16 hex digits of the weights and the vocabulary."""
        found = hashlib.sha256(self.tokenizer.to_str().encode())
        for name, value in sorted(self.state_dict().items()):
            found.update(name.encode())
            found.update(value.detach().cpu().contiguous().numpy().tobytes())
        return found.hexdigest()[:16]

    def pooled(self, texts: Sequence[Text], max_tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean hidden state of each text, and that of its title: float32 (n, dimension) twice.

        Args:
            texts: at least one.
            max_tokens: each is cut there.
        """
        # A tokenizer of its own per call would be cleaner, and much slower.
        self.tokenizer.enable_truncation(max_tokens)
        self.tokenizer.no_padding()
        encodings = self.tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encodings)), key=lambda i: -len(encodings[i].ids))
        parts = [self._means([encodings[i] for i in rows]) for rows in _chunks(order, encodings)]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        whole, title = (torch.cat([part[side] for part in parts])[back.to(self.device)] for side in (0, 1))
        return whole, title

    def forward(self, texts: Sequence[Text], max_tokens: int) -> torch.Tensor:
        """Return unit vectors, float32 (n, dimension)."""
        return torch.nn.functional.normalize(self.pooled(texts, max_tokens)[0], dim=1)

    def _means(self, encodings: Sequence[Encoding]) -> tuple[torch.Tensor, torch.Tensor]:
        width = max(len(e.ids) for e in encodings)
        arrays = np.zeros((3, len(encodings), width), dtype=np.int64)
        for row, encoding in enumerate(encodings):
            arrays[0, row, : len(encoding.ids)] = encoding.ids
            arrays[1, row, : len(encoding.ids)] = 1
            arrays[2, row, : len(encoding.ids)] = encoding.type_ids
        ids, mask, segments = torch.from_numpy(arrays).to(self.device)
        kind = "cuda" if self.device.type == "cuda" else "cpu"
        with torch.autocast(kind, torch.bfloat16):
            hidden = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=segments).last_hidden_state
        return masked_mean(hidden.float(), mask), masked_mean(hidden.float(), mask * (1 - segments))


def masked_mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean of the hidden states (batch, tokens, dimension) where the mask (batch, tokens) is 1."""
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def _chunks(order: Sequence[int], encodings: Sequence[Encoding]) -> list[list[int]]:
    chunks: list[list[int]] = []
    width = 0
    for rank in order:
        if not chunks or (len(chunks[-1]) + 1) * width > CHUNK_TOKENS:
            chunks.append([])
            width = len(encodings[rank].ids)
        chunks[-1].append(rank)
    return chunks


def as_sentence_transformer(student: Student, directory: Path, max_tokens: int) -> SentenceTransformer:
    """Write a student as a sentence-transformers model and return it.

    Args:
        student: the encoder.
        directory: for its files.
        max_tokens: the model's limit.
    """
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=student.tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        cls_token=START,
        sep_token=END,
        mask_token=MASK,
        model_max_length=max_tokens,
    )
    with tempfile.TemporaryDirectory() as inner:
        student.bert.save_pretrained(inner)
        tokenizer.save_pretrained(inner)
        # Eager attention: the other implementations trace to graphs that drop the padding mask.
        eager = {"attn_implementation": "eager"}
        transformer = Transformer(inner, max_seq_length=max_tokens, model_kwargs=eager)
    model = SentenceTransformer(
        modules=[transformer, Pooling(student.bert.config.hidden_size, "mean"), Normalize()], device="cpu"
    )
    model.save(str(directory))
    return model

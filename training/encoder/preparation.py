"""What stands before the first training step, kept on disk: vocabulary, first vectors, the teacher's vectors."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, BertModel

from cartography.files import write_atomic
from training.encoder.alignment import align, first_vectors
from training.encoder.base import Base
from training.encoder.student import Student
from training.encoder.vocabulary import learn_vocabulary
from training.errors import TrainingError
from training.material.collection import Material, lines

DROPOUT = 0.1
"""Of the hidden states, when an encoder is fine-tuned."""


def student_of(base: Base) -> Student:
    """Return a base encoder as a student, its weights a copy.

    Raises:
        TrainingError: the base is no BERT.
    """
    teacher = teacher_of(base)
    config = copy.deepcopy(teacher.bert.config)
    # A few thousand records are soon known by heart.
    config.hidden_dropout_prob, config.attention_probs_dropout_prob = DROPOUT, 0.0
    bert = AutoModel.from_config(config, attn_implementation="eager")
    bert.load_state_dict(teacher.bert.state_dict())
    return Student(bert, teacher.tokenizer)


def key(*facts: object) -> str:
    """Return 12 hex digits of what something kept between calls depends on."""
    return hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()[:12]


def teacher_of(base: Base) -> Student:
    """Return a base encoder with its own vocabulary, to learn from.

    Raises:
        TrainingError: the base is no BERT.
    """
    bert = base.model[0].auto_model
    if not isinstance(bert, BertModel):
        raise TrainingError("base_inconnue", f"{base.name} : seul un encodeur BERT peut changer de vocabulaire")
    return Student(bert, Tokenizer.from_str(base.model.tokenizer.backend_tokenizer.to_str())).eval()


def vocabulary(
    tokenizer: Path | None, size: int, material: Material, work: Path, say: Callable[[str], Any]
) -> Tokenizer:
    """Return the new vocabulary: the given file's, or one learnt from the material.

    Args:
        tokenizer: a `tokenizer.json`, or None.
        size: pieces of a new one.
        material: its texts.
        work: where it is kept.
        say: called when one is learnt.
    """
    texts = hashlib.sha256("\n".join(lines(material)).encode()).hexdigest()
    path = work / f"tokenizer-{key(tokenizer, size, texts)}.json"
    if not path.is_file():
        if tokenizer:
            found = Tokenizer.from_file(str(tokenizer))
        else:
            say(f"vocabulaire de {size} morceaux")
            found = learn_vocabulary(lines(material), size)
        write_atomic(path, found.to_str().encode())
    return Tokenizer.from_file(str(path))


def first_student(
    teacher: Student, tokenizer: Tokenizer, material: Material, work: Path, say: Callable[[str], Any]
) -> Student:
    """Return the teacher's transformer with the new vocabulary's first vectors."""
    path = work / f"premiers-{key(teacher.digest(), tokenizer.to_str())}.safetensors"
    old = teacher.bert.get_input_embeddings().weight.detach().numpy()
    if not path.is_file():
        say("alignement du nouveau vocabulaire sur l'ancien")
        pairs = (*material.sentences, *material.titles)
        french = [e.ids for e in tokenizer.encode_batch([f for f, _ in pairs], add_special_tokens=False)]
        english = [e.ids for e in teacher.tokenizer.encode_batch([e for _, e in pairs], add_special_tokens=False)]
        found = align(french, english, tokenizer.get_vocab_size())
        _save(path, first_vectors(teacher.tokenizer, tokenizer, old, found))
    config = AutoConfig.from_pretrained(teacher.bert.config._name_or_path)
    config.vocab_size = tokenizer.get_vocab_size()
    # The small batches of hard negatives do not overfit, and random numbers take a third of a step on a CPU.
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    bert = AutoModel.from_config(config, attn_implementation="eager")
    state = {name: value for name, value in teacher.bert.state_dict().items() if "word_embeddings" not in name}
    state["embeddings.word_embeddings.weight"] = torch.from_numpy(load_file(path)["vectors"])
    bert.load_state_dict(state)
    return Student(bert, tokenizer)


def teacher_vectors(
    teacher: Student, texts: Sequence[str], work: Path, say: Callable[[str], Any]
) -> NDArray[np.float32]:
    """Return the teacher's vectors, float16 on disk: float32 (n, dimension)."""
    path = work / f"maitre-{key(teacher.digest(), *texts)}.safetensors"
    if not path.is_file():
        say(f"vecteurs du maître : {len(texts)} textes")
        parts = []
        with torch.inference_mode():
            for start in range(0, len(texts), 4096):
                parts.append(teacher(texts[start : start + 4096], 64).cpu().numpy().astype(np.float16))
        _save(path, np.concatenate(parts))
    vectors: NDArray[np.float32] = load_file(path)["vectors"].astype(np.float32)
    return vectors


def _save(path: Path, vectors: NDArray[np.floating]) -> None:
    fresh = path.with_suffix(".new")
    save_file({"vectors": vectors}, fresh)
    fresh.replace(path)

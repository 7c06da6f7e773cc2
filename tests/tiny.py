"""A bundle of a few hundred kilobytes that answers sensibly: no download, no torch, made in a second.

The encoder is a bag of words: a table of 16-dimensional word vectors, their masked mean, length 1. Words of one famille
lean the same way, so that titles fall near their neighbours. Each class weighs in with the mean vector of its titles.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from cartography.fiche import Fiche
from cartography.loading import load_version
from cartography.text import fold
from cartography.tree import Cartographie
from models.bundle import BundleParts, References, save_bundle
from models.classifier import Classifier
from models.encoder import Encoder, Vectors
from models.head import Head
from models.layout import Calibration, EncoderEntry, Manifest, RomePrior, TemperingEntry, Thresholds
from models.reading import Reader
from models.search.build import build_index
from models.wide import Wide

DIMENSION = 16
MAX_TOKENS = 32
SHARPNESS = 40.0
"""Scale of the logits: at cosine 1 against .8, odds of e^8."""

HORS_TITLES = (
    "Boulanger", "Infirmière", "Conducteur routier", "Maçon", "Aide à domicile", "Serveur restaurant",
    "Coiffeuse", "Mécanicien automobile", "Agent d'entretien", "Jardinier", "Caissier", "Cuisinier", "Menuisier",
)  # fmt: skip
_LEAN, _LEAN_OUT = 0.4, 2.0
"""How much a word's vector leans towards its famille's, or out of the cartographie."""
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_QUIET = frozenset(["de", "du", "des", "la", "le", "les", "et", "en", "d", "l", "a", "au", "aux", "un", "une", "pour"])
_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

# The formation o1 has the identifier of an offer: the two are different records.
OFFRES = (
    Fiche("o1", "offre", "Développeur web", "Vous développez des sites.", rome=("M1855",)),
    Fiche("o2", "offre", "Data scientist", "Python et statistiques."),
    Fiche("o3", "offre", "Boulanger", "Pétrir et cuire le pain."),
)
FORMATIONS = (
    Fiche("f1", "formation", "Développeur web et mobile", "Niveau bac+2."),
    Fiche("f2", "formation", "Administrateur réseau", "Supervision."),
    Fiche("f3", "formation", "Data engineer", "Bases."),
    Fiche("f4", "formation", "CAP Cuisinier", "Préparer des plats."),
    Fiche("o1", "formation", "Community manager", "Instagram."),
)


def build_bundle(directory: Path, cartographie: Cartographie | None = None, *, scale: float = 1.0) -> Manifest:
    """Write a tiny bundle.

    Args:
        directory: where; replaced if there.
        cartographie: its classes; the current version by default.
        scale: of the word vectors: another encoder file, whose answers are the same.
    """
    tree = cartographie or load_version()
    work = directory.parent
    work.mkdir(parents=True, exist_ok=True)
    graph, tokenizer = work / f"{directory.name}.onnx", work / f"{directory.name}.tokenizer.json"
    words = _words(tree)
    _tokenizer(words).save(str(tokenizer))
    onnx.save(_graph(np.float32(scale) * _table(words)), str(graph))
    encoder = Encoder(graph, tokenizer, max_tokens=MAX_TOKENS, threads=1)
    titles: list[tuple[str, tuple[str, ...]]] = [
        (title, (p.id,)) for p in tree.postes for title in list(p.all_titles())[:3]
    ]
    titles += [(title, ()) for title in HORS_TITLES]
    parts = BundleParts(
        name="minuscule",
        graph=graph,
        tokenizer=tokenizer,
        encoder=EncoderEntry(dimension=DIMENSION, max_tokens=MAX_TOKENS, precision="fp32", base="sac de mots"),
        head=_head(encoder, tree),
        wide=Wide.silent(len(tree.postes) + 1),
        calibration=Calibration(
            tempering=TemperingEntry(),
            thresholds=Thresholds(numerique=0.5, famille=0.5, metier=0.5, poste=0.5),
            rome=RomePrior(strength=1.0, floor=0.05),
        ),
        reader=Reader({}, 400),
        references=References(
            texts=tuple(t for t, _ in titles),
            postes=tuple(p for _, p in titles),
            vectors=encoder.encode([t for t, _ in titles]),
        ),
        card="# minuscule\n\nModèle de test.\n",
    )
    manifest = save_bundle(parts, directory, tree)
    graph.unlink()
    tokenizer.unlink()
    return manifest


def build_tiny_index(directory: Path, classifier: Classifier) -> None:
    """Index the records of this module."""
    build_index([*OFFRES, *FORMATIONS], directory, classifier)


def _words(tree: Cartographie) -> dict[str, str]:
    """Return word → the famille that uses it most, "" outside the cartographie."""
    uses: dict[str, Counter[str]] = {}
    for poste in tree.postes:
        for title in (*poste.all_titles(), *poste.outils):
            for word in fold(title).split():
                uses.setdefault(word, Counter())[poste.famille_id] += 1
    for title in HORS_TITLES:
        for word in fold(title).split():
            uses.setdefault(word, Counter())[""] += 1
    # The tokenizer splits on punctuation, so that "c++" never reaches the table.
    return {w: familles.most_common(1)[0][0] for w, familles in uses.items() if re.fullmatch(r"[a-z0-9]+", w)}


def _vocabulary(words: Iterable[str]) -> dict[str, int]:
    pieces = [*_CHARACTERS, *(f"##{c}" for c in _CHARACTERS)]
    return {token: rank for rank, token in enumerate(dict.fromkeys((*SPECIAL, *pieces, *words)))}


def _tokenizer(words: Iterable[str]) -> Tokenizer:
    vocabulary = _vocabulary(words)
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def _direction(key: str) -> NDArray[np.float64]:
    """Return the unit vector of a key, the same on every machine."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(DIMENSION)
    return vector / np.linalg.norm(vector)


def _table(words: dict[str, str]) -> Vectors:
    """Return the word vectors, float32 (vocabulary, DIMENSION).

    Small words and pieces count little, and what holds nothing else leans out of the cartographie.
    """
    rows = []
    for token in _vocabulary(words):
        if token in words and token not in _QUIET and len(token) > 1:
            lean = _LEAN if words[token] else _LEAN_OUT
            rows.append(_direction(token) + lean * _direction(f"famille:{words[token]}"))
        else:
            rows.append(0.02 * _direction("famille:"))
    return np.array(rows, dtype=np.float32)


def _graph(table: Vectors) -> onnx.ModelProto:
    """Return ids → rows of the table → masked mean → length 1."""
    axis = numpy_helper.from_array(np.array([1], dtype=np.int64), "axis")
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["weights"]),
        helper.make_node("Mul", ["rows", "weights"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "axis"], ["sum"], keepdims=0),
        helper.make_node("ReduceL2", ["sum", "axis"], ["norm"], keepdims=1),
        helper.make_node("Div", ["sum", "norm"], ["embedding"]),
        helper.make_node("Identity", ["embedding"], ["features"]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", DIMENSION])
        for name in ("embedding", "features")
    ]
    last = numpy_helper.from_array(np.array([2], dtype=np.int64), "last")
    graph = helper.make_graph(
        nodes, "minuscule", inputs, outputs, [numpy_helper.from_array(table, "table"), axis, last]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _head(encoder: Encoder, tree: Cartographie) -> Head:
    classes = [*(list(poste.all_titles()) for poste in tree.postes), list(HORS_TITLES)]
    # The label decides where a usual title belongs to several postes.
    means = [encoder.encode([titles[0]] * len(titles) + titles).mean(axis=0) for titles in classes]
    weight = np.stack(means)
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    return Head((SHARPNESS * weight).astype(np.float32), np.zeros(len(weight), dtype=np.float32))

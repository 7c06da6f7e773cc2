"""A tiny random BERT with a five-word tokenizer, and a ROME of nine appellations: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, BertTokenizerFast

from cartography.crosswalk import Crosswalk
from cartography.loading import load_version
from cartography.rome import Appellation, Rome
from training.encoder.base import Base, load_base
from training.head.settings import FineTuning
from training.plan import RunSettings
from training.run import Outcome, run_training
from training.tracking.runs import Tracking

WORDS = ("développeur", "web", "data", "boulanger", "réseau")
DIMENSION = 64


@pytest.fixture(scope="session")
def tiny_base_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    directory = tmp_path_factory.mktemp("base")
    vocabulary = {w: i for i, w in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(strip_accents=False)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    BertTokenizerFast(tokenizer_object=tokenizer).save_pretrained(directory / "bert")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=DIMENSION,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=2 * DIMENSION,
        max_position_embeddings=64,
        # Far wider than usual: with the usual .02 a random encoder gives every text the same vector.
        initializer_range=0.5,
    )
    BertModel(config).save_pretrained(directory / "bert")
    words = Transformer(str(directory / "bert"), max_seq_length=32)
    SentenceTransformer(modules=[words, Pooling(DIMENSION)], device="cpu").save(str(directory / "st"))
    return directory / "st"


@pytest.fixture(scope="session")
def tiny_base(tiny_base_dir: Path) -> Base:
    return load_base(str(tiny_base_dir))


@pytest.fixture(scope="session")
def small_crosswalk() -> Crosswalk:
    rows = (
        ("1", "Développeur / Développeuse web", "M1855"),
        ("2", "Data engineer", "M1811"),
        ("3", "Administrateur / Administratrice réseau informatique", "M1801"),
        ("4", "Boulanger / Boulangère", "D1102"),
        ("5", "Infirmier / Infirmière de bloc opératoire", "J1503"),
        ("6", "Maçon / Maçonne", "F1703"),
        ("7", "Conducteur / Conductrice de machines", "H2102"),
        ("8", "Chef / Cheffe de projet multimédia et web", "E1210"),
        ("9", "Professeur / Professeure de lettres", "K2107"),
    )
    rome = Rome(
        version="test",
        codes={code: (libelle, code) for _, libelle, code in rows},
        codes_v3={},
        appellations={ogr: Appellation(ogr, libelle, code, None) for ogr, libelle, code in rows},
    )
    by_ogr = {
        "1": {"developpeur-web": 1.0},
        "2": {"data-engineer": 1.0},
        "3": {"administrateur-reseau": 0.7, "administrateur-systeme-d-information": 0.3},
        "8": {"chef-de-projet-web": 0.6, "hors": 0.4},
    }
    return Crosswalk(rome, by_ogr)


@pytest.fixture(scope="session")
def gold_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    path.write_text(
        '{"id": "a", "type": "offre", "intitule": "Développeur web", "description": "web", "rome": ["M1855"], '
        '"gold": {"numerique": "oui", "postes": ["developpeur-web"], "metiers": ["developpement"], '
        '"familles": ["developpement"], "certitude": 1}}\n'
        '{"id": "b", "type": "formation", "intitule": "Boulanger", "description": "", '
        '"gold": {"numerique": "non", "postes": [], "metiers": [], "familles": [], "certitude": 1}}\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, tiny_base_dir: Path, small_crosswalk: Crosswalk, gold_file: Path
) -> tuple[RunSettings, Outcome, Tracking]:
    """One whole run on the tiny base, tracked and registered in a database of its own."""
    work = tmp_path_factory.mktemp("essai")
    settings = RunSettings(
        output=work / "modele",
        base=str(tiny_base_dir),
        finetuning=FineTuning(seed=1, epochs=2, titles=8, max_tokens=24, rehearsal=0.0),
        work=work / "travail",
        gold=gold_file,
    )
    tracking = Tracking(f"sqlite:///{work / 'var' / 'mlflow.db'}", (work / "artefacts").as_uri())
    return settings, run_training(settings, load_version(), small_crosswalk, tracking), tracking

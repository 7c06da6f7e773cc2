"""What a saved bundle holds: file names and the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from cartography.tree import Cartographie, Poste

FORMAT = 4
"""Since 4 a model says which records their words settle, and its layer on words has hidden units."""
OLDEST = 3
"""That is still read: it has neither, and answers as it did."""


class _Layout(NamedTuple):
    manifest: str = "manifest.json"
    encoder: str = "encoder.onnx"
    tokenizer: str = "tokenizer.json"
    heads: str = "heads.safetensors"
    wide: str = "mots.safetensors"
    wide_words: str = "mots.json"
    calibration: str = "calibration.json"
    reading: str = "reading.json"
    references: str = "references.safetensors"
    reference_labels: str = "references.json"
    card: str = "README.md"


LAYOUT = _Layout()
REQUIRED = tuple(name for name in LAYOUT if name != LAYOUT.manifest)
"""Every file but the manifest, which lists their hashes."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileEntry(_Model):
    """One file of the bundle: its size in bytes and SHA-256 (hex)."""

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class EncoderEntry(_Model):
    """The encoder: embedding dimension, truncation in tokens, weight storage, and the model it came from."""

    dimension: int = Field(gt=0)
    max_tokens: int = Field(gt=0)
    precision: str
    base: str


class CartographieEntry(_Model):
    """The cartographie the heads were trained for, and the fingerprint of its identifiers."""

    version: str
    fingerprint: str


class Manifest(_Model):
    """What the bundle says of itself.

    `labels` gives the classes of the head in order; the last class, hors numérique, is not listed.
    """

    format: int
    name: str
    version: str
    created: str
    cartographie: CartographieEntry
    encoder: EncoderEntry
    labels: tuple[str, ...]
    files: dict[str, FileEntry]


class Thresholds(_Model):
    """Least calibrated probability at which an answer may be given, per level, each in [0, 1]."""

    numerique: float = Field(ge=0, le=1)
    famille: float = Field(ge=0, le=1)
    metier: float = Field(ge=0, le=1)
    poste: float = Field(ge=0, le=1)


class RomePrior(_Model):
    """How much a ROME code weighs: exponent `strength`, and `floor`, the mass it leaves to every other class."""

    strength: float = Field(ge=0)
    floor: float = Field(gt=0, le=1)


class TemperingEntry(_Model):
    """See `models.head.Tempering`."""

    slope: float = Field(default=1.0, gt=0)
    shift: float = 0.0
    famille: float = Field(default=1.0, gt=0)
    metier: float = Field(default=1.0, gt=0)
    poste: float = Field(default=1.0, gt=0)


class ConfidenceEntry(_Model):
    """See `models.confidence.Confidence`."""

    best: float = 1.0
    both: float = 0.0
    shift: float = 0.0


class SurenessEntry(_Model):
    """See `models.confidence.Sureness`."""

    famille: ConfidenceEntry = ConfidenceEntry()
    metier: ConfidenceEntry = ConfidenceEntry()
    poste: ConfidenceEntry = ConfidenceEntry()


class ReadingEntry(_Model):
    """See `models.reading.Reader`."""

    characters: int = Field(gt=0)
    salience: dict[str, float]
    mute: tuple[str, ...] = ()
    least: float = Field(default=0.0, ge=0)
    share: float = Field(default=0.0, ge=0, le=1)
    neutral: bool = False


class TriageEntry(_Model):
    """See `models.triage.Triage`."""

    poste: float = Field(default=1.0, ge=0, le=1)
    hors: float = Field(default=1.0, ge=0, le=1)


class Calibration(_Model):
    """What turns logits into probabilities and probabilities into decisions."""

    tempering: TemperingEntry
    thresholds: Thresholds
    rome: RomePrior
    confidence: SurenessEntry = SurenessEntry()
    triage: TriageEntry = TriageEntry()


def fingerprint(cartographie: Cartographie) -> str:
    """Return 16 hex digits that change when an identifier or its place in the tree does, not when a text does."""
    return fingerprint_of(cartographie.version, cartographie.postes)


def fingerprint_of(version: str, postes: Iterable[Poste]) -> str:
    """Return the fingerprint of a version that has these postes, in this order."""
    lines = [f"{p.famille_id}/{p.metier_id}/{p.id}" for p in postes]
    return hashlib.sha256("\n".join([version, *lines]).encode()).hexdigest()[:16]


def entry_of(path: Path) -> FileEntry:
    """Return a file's size and hash."""
    with path.open("rb") as stream:
        return FileEntry(size=path.stat().st_size, sha256=hashlib.file_digest(stream, "sha256").hexdigest())


def version_of(name: str, files: dict[str, FileEntry]) -> str:
    """Return the bundle's version: its name and 12 hex digits of what its files hold (the card aside)."""
    lines = [f"{file} {entry.sha256}" for file, entry in sorted(files.items()) if file != LAYOUT.card]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return f"{name}-{digest[:12]}"

"""One model = one directory: written whole, checked whole, loaded without torch and without pickle."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from cartography.errors import reason
from cartography.files import write_atomic
from cartography.nomenclature import load_nomenclature
from cartography.tree import Cartographie
from models.arithmetic import narrowed, widened
from models.encoder import Encoder, Vectors
from models.errors import BundleError
from models.head import Head
from models.layout import (
    FORMAT,
    LAYOUT,
    OLDEST,
    REQUIRED,
    Calibration,
    CartographieEntry,
    EncoderEntry,
    Manifest,
    ReadingEntry,
    entry_of,
    fingerprint,
    fingerprint_of,
    version_of,
)
from models.newcomers import with_newcomers
from models.reading import Reader, mute_forms
from models.wide import Hidden, Wide

DEFAULT_BUNDLE = Path(__file__).parent / "default"
"""The embedded model."""

UNITS = "hidden_"
"""Before the tensors of the hidden units of the layer on words."""


@dataclass(frozen=True)
class References:
    """Labelled titles that answers cite as evidence.

    Attributes:
        texts: the titles.
        postes: for each, its postes, the best first; empty for hors numérique.
        vectors: float32 (len(texts), dimension), unit rows.
    """

    texts: tuple[str, ...]
    postes: tuple[tuple[str, ...], ...]
    vectors: Vectors


@dataclass(frozen=True)
class Bundle:
    """A loaded model.

    Attributes:
        manifest: what it says of itself.
        encoder: text → vector and features.
        head: features → logits, one a poste of the cartographie it answers with, then hors numérique.
        wide: words → logits, added to the head's.
        calibration: logits → probabilities and decisions.
        reader: what is read of a fiche.
        references: labelled titles to cite.
        newcomers: postes added to the cartographie since the training, known by their definition alone.
    """

    manifest: Manifest
    encoder: Encoder
    head: Head
    wide: Wide
    calibration: Calibration
    reader: Reader
    references: References
    newcomers: tuple[str, ...] = ()


@dataclass(frozen=True)
class BundleParts:
    """What training hands over to be written.

    Attributes:
        name: short name, becomes part of the version.
        graph: ONNX file.
        tokenizer: `tokenizer.json`.
        encoder: facts on the encoder.
        head: the linear layer on the encoder's features.
        wide: the one on words.
        calibration: tempering, thresholds, prior.
        reader: chooses what is read of a fiche.
        references: evidence.
        card: model card in Markdown.
    """

    name: str
    graph: Path
    tokenizer: Path
    encoder: EncoderEntry
    head: Head
    wide: Wide
    calibration: Calibration
    reader: Reader
    references: References
    card: str


def save_bundle(parts: BundleParts, directory: Path, cartographie: Cartographie) -> Manifest:
    """Write a bundle; it takes the place of `directory` only when it is whole.

    Args:
        parts: what to write.
        directory: where; an older bundle there is replaced.
        cartographie: the version that the head's classes follow.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        work.chmod(0o755)
        manifest = _write(parts, work, cartographie)
        _swap(work, directory)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def _write(parts: BundleParts, work: Path, cartographie: Cartographie) -> Manifest:
    shutil.copyfile(parts.graph, work / LAYOUT.encoder)
    shutil.copyfile(parts.tokenizer, work / LAYOUT.tokenizer)
    save_file({"weight": parts.head.weight, "bias": parts.head.bias}, work / LAYOUT.heads)
    wide = parts.wide
    save_file(_wide_tensors(wide), work / LAYOUT.wide)
    _write_json(work / LAYOUT.wide_words, wide.words)
    save_file(narrowed(parts.references.vectors), work / LAYOUT.references)
    rows = [
        {"texte": texte, "postes": list(postes)}
        for texte, postes in zip(parts.references.texts, parts.references.postes, strict=True)
    ]
    _write_json(work / LAYOUT.reference_labels, rows)
    (work / LAYOUT.calibration).write_text(parts.calibration.model_dump_json(indent=1) + "\n", encoding="utf-8")
    reading = ReadingEntry(
        characters=parts.reader.characters,
        salience=dict(parts.reader.salience),
        mute=tuple(sorted(parts.reader.mute)),
        least=parts.reader.least,
        share=parts.reader.share,
        neutral=parts.reader.neutral,
    )
    (work / LAYOUT.reading).write_text(reading.model_dump_json() + "\n", encoding="utf-8")
    (work / LAYOUT.card).write_text(parts.card, encoding="utf-8")
    for name in REQUIRED:
        # safetensors makes its files private; a bundle is read by whoever serves it.
        (work / name).chmod(0o644)
    files = {name: entry_of(work / name) for name in REQUIRED}
    manifest = Manifest(
        format=FORMAT,
        name=parts.name,
        version=version_of(parts.name, files),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        cartographie=CartographieEntry(version=cartographie.version, fingerprint=fingerprint(cartographie)),
        encoder=parts.encoder,
        labels=tuple(p.id for p in cartographie.postes),
        files=files,
    )
    write_atomic(work / LAYOUT.manifest, (manifest.model_dump_json(indent=1) + "\n").encode())
    return manifest


def _wide_tensors(wide: Wide) -> dict[str, NDArray[Any]]:
    units = {f"{UNITS}{name}": value for name, value in narrowed(wide.hidden.weight).items()}
    units |= {f"{UNITS}bias": wide.hidden.bias, f"{UNITS}out": wide.hidden.out}
    return {**narrowed(wide.weight), "rarity": wide.rarity, "bias": wide.bias, **units}


def _write_json(path: Path, rows: Sequence[object]) -> None:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _swap(work: Path, directory: Path) -> None:
    if directory.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{directory.name}.old.", dir=directory.parent))
        directory.rename(old / "bundle")
        work.rename(directory)
        shutil.rmtree(old, ignore_errors=True)
    else:
        work.rename(directory)


def load_bundle(directory: Path, cartographie: Cartographie, *, threads: int | None = None) -> Bundle:
    """Check a bundle against its manifest and load it.

    Args:
        directory: the bundle.
        cartographie: the version to answer with.
        threads: cores for the encoder; all of them by default.

    Raises:
        BundleError: with the reason: no bundle there, another format, a file missing or altered, made for another
            cartographie (one that lacks some of its postes is allowed, see `models.newcomers`), or content that does
            not fit together.
    """
    manifest = read_manifest(directory)
    verify(directory, manifest)
    wanted = fingerprint(cartographie)
    newcomers = added_postes(manifest, cartographie)
    if newcomers is None:
        raise BundleError(
            "modele_autre_cartographie",
            f"{directory} : modèle fait pour la cartographie {manifest.cartographie.version} "
            f"({manifest.cartographie.fingerprint}), pas pour {cartographie.version} ({wanted}) ; "
            "réentraînez-le avec `make train`",
        )
    try:
        calibration = Calibration.model_validate_json((directory / LAYOUT.calibration).read_bytes())
        reading = ReadingEntry.model_validate_json((directory / LAYOUT.reading).read_bytes())
        references = _load_references(directory)
        encoder = Encoder(
            directory / LAYOUT.encoder,
            directory / LAYOUT.tokenizer,
            max_tokens=manifest.encoder.max_tokens,
            threads=threads,
        )
        head = _load_head(directory, (len(manifest.labels) + 1, encoder.features))
        wide = _load_wide(directory, len(manifest.labels) + 1)
    except (ValidationError, ValueError, KeyError, SafetensorError) as error:
        raise BundleError("modele_incoherent", f"{directory} : contenu incohérent ({error})") from error
    if encoder.dimension != manifest.encoder.dimension:
        message = (
            f"{directory} : l'encodeur rend {encoder.dimension} dimensions, {manifest.encoder.dimension} annoncées"
        )
        raise BundleError("modele_incoherent", message)
    reader = Reader(
        reading.salience,
        reading.characters,
        load_nomenclature(),
        mute_forms(reading.mute),
        reading.least,
        reading.share,
        reading.neutral,
    )
    head, wide = with_newcomers(head, wide, manifest.labels, newcomers, cartographie, encoder)
    return Bundle(manifest, encoder, head, wide, calibration, reader, references, newcomers)


def added_postes(manifest: Manifest, cartographie: Cartographie) -> tuple[str, ...] | None:
    """Return the postes that a bundle's cartographie lacks; None where the two differ by more than that."""
    known = set(manifest.labels)
    kept = [poste for poste in cartographie.postes if poste.id in known]
    if fingerprint_of(manifest.cartographie.version, kept) != manifest.cartographie.fingerprint:
        return None
    return tuple(poste.id for poste in cartographie.postes if poste.id not in known)


def read_manifest(directory: Path) -> Manifest:
    """Return a bundle's manifest.

    Raises:
        BundleError: there is none, it is malformed, or of another format.
    """
    path = directory / LAYOUT.manifest
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"{directory} : aucun modèle ici ({LAYOUT.manifest} illisible : {reason(error)})"
        raise BundleError("modele_absent", message) from error
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        raise BundleError("modele_incoherent", f"{path} : manifeste invalide ({error.errors()[0]['msg']})") from error
    if manifest.format not in (OLDEST, FORMAT):
        message = f"{path} : format {manifest.format}, cette version lit les formats {OLDEST} et {FORMAT}"
        raise BundleError("modele_autre_format", message)
    return manifest


def verify(directory: Path, manifest: Manifest) -> None:
    """Compare every file with its size and hash.

    Raises:
        BundleError: names the file and what is wrong with it.
    """
    for name in REQUIRED:
        expected = manifest.files.get(name)
        path = directory / name
        if expected is None or not path.is_file():
            raise BundleError("modele_incomplet", f"{directory} : fichier absent : {name}")
        if entry_of(path) != expected:
            raise BundleError(
                "modele_altere", f"{directory} : fichier altéré : {name} (empreinte différente du manifeste)"
            )
    if manifest.version != version_of(manifest.name, manifest.files):
        raise BundleError("modele_altere", f"{directory} : manifeste altéré : version {manifest.version}")


def _load_head(directory: Path, shape: tuple[int, int]) -> Head:
    tensors = load_file(directory / LAYOUT.heads)
    weight, bias = tensors["weight"], tensors["bias"]
    if weight.shape != shape or bias.shape != shape[:1]:
        raise ValueError(f"tête de forme {weight.shape}, {shape} attendue")
    return Head(weight.astype(np.float32), bias.astype(np.float32))


def _load_wide(directory: Path, classes: int) -> Wide:
    words = json.loads((directory / LAYOUT.wide_words).read_bytes())
    stored = load_file(directory / LAYOUT.wide)
    weight, rarity, bias = widened(stored), stored["rarity"], stored["bias"]
    hidden = Hidden.none(len(weight), classes)
    if f"{UNITS}bias" in stored:
        units = {name.removeprefix(UNITS): value for name, value in stored.items() if name.startswith(UNITS)}
        hidden = Hidden(widened(units), units["bias"], units["out"])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{LAYOUT.wide_words} : une liste de mots attendue")
    if weight.shape != (len(words), classes) or rarity.shape != (len(words),) or bias.shape != (classes,):
        raise ValueError(f"mots de forme {weight.shape}, {(len(words), classes)} attendue")
    if hidden.weight.shape != (len(words), len(hidden.bias)) or hidden.out.shape != (len(hidden.bias), classes):
        raise ValueError(
            f"{LAYOUT.wide} : unités de forme {hidden.weight.shape}, {(len(words), len(hidden.bias))} attendue"
        )
    return Wide({word: rank for rank, word in enumerate(words)}, rarity, weight, bias, hidden)


def _load_references(directory: Path) -> References:
    rows = json.loads((directory / LAYOUT.reference_labels).read_bytes())
    stored = load_file(directory / LAYOUT.references)
    vectors = widened(stored)
    # Rounding leaves them not quite of length 1.
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    if len(rows) != len(vectors):
        raise ValueError(f"{len(rows)} références pour {len(vectors)} vecteurs")
    return References(
        texts=tuple(row["texte"] for row in rows),
        postes=tuple(tuple(row["postes"]) for row in rows),
        vectors=vectors,
    )

"""The layers beside a trained encoder: its head, the layer on words, and the calibration of what they say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.encoder import Encoder
from models.head import Head, Probabilities, Tempering, TreeSums, temper
from models.layout import Calibration, TriageEntry
from models.triage import Triage
from models.wide import Wide
from training.head.calibration import Coded, calibrate
from training.head.lessons import Lessons, title_read
from training.head.network import TreeLoss
from training.head.rows import Rows
from training.head.validation import validation_figures
from training.head.wide import fit_wide, share_of

UNREAD_WEIGHT = 0.5
"""What a record without label weighs beside one that was read."""

TRIAGE = Triage(poste=0.85, hors=0.997)
"""Measured on the held rows: a third of the digital ones and six in ten of the others are settled, and the loss is none
the greater (.2657 for .2660). From a poste at .8 on, or hors at .99, it rises by .003 or more."""


@dataclass(frozen=True)
class Layers:
    """All that a bundle answers with, but the encoder.

    Attributes:
        head: on what the encoder makes of a record.
        wide: on its words.
        share: by what the logits of the words were multiplied beside those of the head.
        calibration: of the two together.
        figures: of the held rows.
    """

    head: Head
    wide: Wide
    share: float
    calibration: Calibration
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Fitting:
    """What the layers are fitted with.

    Attributes:
        lessons: texts to learn from, and held rows.
        encoder: as it is stored.
        head: learnt with it.
        tree: of the classes.
        crosswalk: what ROME codes say.
        seed: of the layer on words.
    """

    lessons: Lessons
    encoder: Encoder
    head: Head
    tree: Cartographie
    crosswalk: Crosswalk
    seed: int = 0

    def fit(self, unread: Sequence[Fiche] = (), say: Callable[[str], Any] = lambda stage: None) -> Layers:
        """Fit the layer on words and the calibration.

        Records without label are learnt from once a first model has read them: each then counts for the postes that
        its text and its ROME code leave, in their shares (self-training with soft targets: Lee 2013, Pseudo-Label; Xie
        et al. 2020, Noisy Student). Only the layer on words learns from them: the words of far more records are met,
        whereas an encoder that goes on with them does no better.

        Args:
            unread: records without label.
            say: called at each stage.
        """
        held = self.lessons.held.texts
        titles = [text if isinstance(text, str) else text[0] for text in held]
        deep, brief = (self.head.logits(self.encoder.read(texts).features) for texts in (held, titles))
        say(f"apprentissage sur les mots de {len(self.lessons.whole.texts)} textes")
        layers = self._calibrated(deep, brief, fit_wide(self.lessons.whole, self.seed))
        if not unread:
            return layers
        say(f"lecture de {len(unread)} fiches sans étiquette, et apprentissage de leurs mots")
        taught = _joined(self.lessons.whole, _taught(unread, self._probabilities(unread, layers)))
        return self._calibrated(deep, brief, fit_wide(taught, self.seed))

    def _calibrated(self, deep: NDArray[np.float32], brief: NDArray[np.float32], wide: Wide) -> Layers:
        """Weigh the words against the encoder, and calibrate the model as it will answer.

        Args:
            deep: what the encoder's head says of the held rows, logits (n, classes).
            brief: of their titles alone.
            wide: the layer on words.
        """
        held, fiches = self.lessons.held, self.lessons.fiches
        read = fiches or [title_read(text) for text in held.texts]
        said = wide.logits(read)
        tree_loss, weights = TreeLoss(TreeSums.of(self.tree)), torch.from_numpy(held.weights.astype("float32"))
        targets = torch.from_numpy(held.targets)
        share = share_of(deep, said, lambda logits: float(tree_loss(torch.from_numpy(logits), targets, weights)))
        # As it is stored: its weights are rounded.
        wide = wide.scaled(share).rounded()
        words = wide.logits(read)
        logits = np.where(TRIAGE.settled(words)[:, None], brief, deep) + words
        coded = self._coded(fiches) if fiches else None
        calibration = calibrate(logits, held.targets, held.weights, self.tree, coded)
        calibration = calibration.model_copy(update={"triage": TriageEntry(**asdict(TRIAGE))})
        figures = validation_figures(logits, held.targets, held.weights, calibration, self.tree)
        return Layers(self.head, wide, share, calibration, figures)

    def _probabilities(self, fiches: Sequence[Fiche], layers: Layers) -> Probabilities:
        """Return what the model answers to fiches, their ROME codes heard."""
        features = self.encoder.read([self.lessons.reader.text(fiche) for fiche in fiches]).features
        logits = layers.head.logits(features) + layers.wide.logits(fiches)
        tempering = Tempering(**layers.calibration.tempering.model_dump())
        text = temper(logits, TreeSums.of(self.tree), tempering)
        return self._coded(fiches).apply(layers.calibration.rome, text)

    def _coded(self, fiches: Sequence[Fiche]) -> Coded:
        return Coded(fiches, self.crosswalk, [poste.id for poste in self.tree.postes])


def _taught(fiches: Sequence[Fiche], probabilities: Probabilities) -> Rows:
    shares = probabilities / probabilities.sum(axis=1, keepdims=True)
    texts = [(fiche.intitule, fiche.description) for fiche in fiches]
    return Rows(texts, shares.astype(np.float32), np.full(len(texts), UNREAD_WEIGHT))


def _joined(one: Rows, other: Rows) -> Rows:
    return Rows(
        [*one.texts, *other.texts],
        np.concatenate([one.targets, other.targets]),
        np.concatenate([one.weights, other.weights]),
    )

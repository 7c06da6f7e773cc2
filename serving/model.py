"""The classifier that the settings ask for."""

from __future__ import annotations

import os

from cartography.crosswalk import load_crosswalk
from cartography.loading import load_version
from models.bundle import load_bundle
from models.classifier import Classifier
from serving.settings import Settings


def load_classifier(settings: Settings) -> Classifier:
    """Load the model, its cartographie and the ROME crosswalk.

    Raises:
        GenscanError: the cartographie is unknown or the bundle cannot be used.
    """
    cartographie = load_version(settings.cartographie)
    threads = settings.threads or max(1, (os.cpu_count() or 1) // settings.workers)
    return Classifier(load_bundle(settings.bundle, cartographie, threads=threads), cartographie, load_crosswalk())

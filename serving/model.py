"""The classifier that the settings ask for."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from cartography.crosswalk import load_crosswalk
from cartography.loading import load_version
from models.bundle import DEFAULT_BUNDLE, load_bundle
from models.classifier import Classifier
from models.registry import NAME, RegistryUnusable, fetch, remember, remembered, resolve
from serving.settings import Settings

LOG = logging.getLogger("genscan")
STORE = "modeles"
"""Folder of `GENSCAN_VAR`: the champions brought here."""


def load_classifier(settings: Settings, directory: Path | None = None) -> Classifier:
    """Load the model, its cartographie and the ROME crosswalk.

    Args:
        settings: which model, which cartographie, how many cores.
        directory: the model, where it is already chosen.

    Raises:
        GenscanError: the cartographie is unknown or the bundle cannot be used.
    """
    cartographie = load_version(settings.cartographie)
    threads = settings.threads or max(1, (os.cpu_count() or 1) // settings.workers)
    bundle = load_bundle(directory or choose_bundle(settings), cartographie, threads=threads)
    if bundle.newcomers:
        LOG.warning("postes connus par leur seule définition : %s", ", ".join(bundle.newcomers))
    return Classifier(bundle, cartographie, load_crosswalk())


def choose_bundle(settings: Settings) -> Path:
    """Return the directory of the model that answers: the one that is named, the champion, or the embedded default.

    A registry that cannot be reached keeps nobody from starting: the champion that answered last does again, and the
    embedded default where there was none.

    Raises:
        GenscanError: the champion is not what was registered, or MLflow is not installed.
    """
    if settings.bundle is not None:
        return settings.bundle
    uri = settings.mlflow_tracking_uri
    if uri is None:
        return DEFAULT_BUNDLE
    store = settings.var / STORE
    try:
        champion = resolve(uri)
        if champion is None:
            LOG.warning("%s : %s n'a pas de champion ; réponses de l'embarqué", uri, NAME)
            return DEFAULT_BUNDLE
        directory = fetch(uri, champion, store)
    except RegistryUnusable as error:
        if error.code != "registre_injoignable":
            raise
        kept = remembered(store)
        LOG.warning("%s ; réponses de %s", error.message, kept.name if kept else "l'embarqué")
        return kept or DEFAULT_BUNDLE
    remember(store, champion)
    return directory

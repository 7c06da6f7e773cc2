"""What every test shares: the tiny model and its index are made once a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cartography.crosswalk import load_crosswalk
from cartography.loading import load_version
from models.bundle import load_bundle
from models.classifier import Classifier
from tests import tiny

# Shared machines stall: a slow draw is no fault of the code under test.
settings.register_profile("genscan", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("genscan")


@pytest.fixture(scope="session")
def tiny_bundle_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("modele") / "minuscule"
    tiny.build_bundle(directory)
    return directory


def classifier_of(bundle: Path) -> Classifier:
    """Return the classifier of a tiny bundle."""
    tree = load_version()
    return Classifier(load_bundle(bundle, tree, threads=1), tree, load_crosswalk())


@pytest.fixture(scope="session")
def tiny_classifier(tiny_bundle_dir: Path) -> Classifier:
    return classifier_of(tiny_bundle_dir)


@pytest.fixture(scope="session")
def tiny_index_dir(tmp_path_factory: pytest.TempPathFactory, tiny_classifier: Classifier) -> Path:
    directory = tmp_path_factory.mktemp("index") / "minuscule"
    tiny.build_tiny_index(directory, tiny_classifier)
    return directory

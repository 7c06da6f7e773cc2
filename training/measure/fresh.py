"""What a model just made is worth: on the development set, and on the labelled splits that nothing learnt from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from datasets import DatasetDict

from cartography.crosswalk import Crosswalk
from cartography.tree import Cartographie
from models.bundle import Bundle
from models.classifier import Classifier
from training.corpus.record_examples import labelled_of
from training.measure.evaluation import Report, evaluate
from training.measure.gold import read_gold

WITH_ROME, WITHOUT_ROME = "avec code ROME", "sans code ROME"
TEST, NEW_PUBLISHERS = "fiches de test", "éditeurs jamais vus"


def measure_fresh(
    bundle: Bundle, tree: Cartographie, crosswalk: Crosswalk, gold: Path | None, labelled: DatasetDict | None
) -> dict[str, Report]:
    """Return the figures on the development set, with and without ROME codes, and on the splits to measure on.

    Args:
        bundle: the model.
        tree: of its classes.
        crosswalk: what ROME codes say.
        gold: development set; None for none.
        labelled: labelled splits, of which those of test also served the calibration; None for none.
    """
    classifier = Classifier(bundle, tree, crosswalk)
    found: dict[str, Report] = {}
    if gold is not None:
        items = read_gold(gold)
        found[WITH_ROME] = evaluate(classifier, items)
        found[WITHOUT_ROME] = evaluate(Classifier(without_rome(bundle), tree, crosswalk), items)
    names = {"test": TEST, "test_editeurs": NEW_PUBLISHERS}
    return found | {
        said: evaluate(classifier, [labelled_of(row) for row in labelled[name]])
        for name, said in names.items()
        if labelled is not None and name in labelled
    }


def without_rome(bundle: Bundle) -> Bundle:
    """Return the bundle with a ROME prior of strength 0: answers from the text alone."""
    rome = bundle.calibration.rome.model_copy(update={"strength": 0.0})
    return replace(bundle, calibration=bundle.calibration.model_copy(update={"rome": rome}))

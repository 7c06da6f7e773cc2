"""A model's layers learnt anew beside the encoder that it has: corpus → layer on words, calibration → bundle → MLflow.

New labels enter a model in minutes, from its directory alone: neither the base encoder nor a checkpoint is needed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import onnx

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.bundle import Bundle, BundleParts, load_bundle, save_bundle
from models.classifier import Classifier
from models.layout import LAYOUT
from training.corpus.examples import Corpus, build_corpus
from training.corpus.labelled import HELD_OUT
from training.corpus.learned import learned_splits
from training.corpus.unread import unread_beside
from training.encoder.places import keep_places
from training.errors import TrainingError
from training.head.layers import Fitting, Layers
from training.head.lessons import prepare
from training.head.references import build_references
from training.measure.fresh import measure_fresh
from training.measure.gold import digest_of
from training.run import NAME, Outcome
from training.tracking.card import Story, recipe_of, write_card
from training.tracking.details import log_details
from training.tracking.registry import register
from training.tracking.runs import Tracking, log_bundle, log_corpus, log_figures, stage, tracked_run
from training.tracking.stories import log_story

CHARACTERS = 160
"""Of a description, in the texts whose words say which sentences are worth reading (`training.head.salience`)."""


@dataclass(frozen=True)
class RefitSettings:
    """What is asked.

    Attributes:
        source: bundle whose encoder and head are kept as they are.
        output: directory of the new bundle, which may be the same.
        seed: of the layer on words.
        gold: labelled records to report on at the end; None for none.
        data: see `training.plan.RunSettings`; None learns from titles alone.
        every_publisher: see `training.plan.RunSettings`.
        registered: whether to register the model.
        idea: what is tried, in a few French words, for the report.
        command: the command line, for the card.
    """

    source: Path
    output: Path
    seed: int = 0
    gold: Path | None = None
    data: Path | None = None
    every_publisher: bool = False
    registered: bool = True
    idea: str = ""
    command: str = "genscan train-layers"


def refit(
    settings: RefitSettings,
    cartographie: Cartographie,
    crosswalk: Crosswalk,
    tracking: Tracking,
    *,
    say: Callable[[str], Any] = lambda stage: None,
) -> Outcome:
    """Learn the layers of a model anew, write its bundle, track and register it.

    Args:
        settings: see `RefitSettings`.
        cartographie: tree whose postes are the classes.
        crosswalk: ROME labels.
        tracking: where MLflow keeps the run.
        say: called at each stage.

    Raises:
        GenscanError: the model is unusable, knows fewer postes than the cartographie, or a labelled file is wrong.
    """
    bundle = load_bundle(settings.source, cartographie)
    if bundle.newcomers:
        message = f"{settings.source} : l'encodeur n'a rien appris de {', '.join(bundle.newcomers)} ; `genscan train`"
        raise TrainingError("postes_inconnus", message)
    say("corpus")
    held_out = () if settings.every_publisher else HELD_OUT
    labelled = None
    if settings.data is not None:
        labelled = learned_splits(settings.data, cartographie, settings.gold, held_out=held_out)
    corpus = build_corpus(cartographie, crosswalk, labelled)
    unread: tuple[Fiche, ...] = ()
    if settings.data is not None:
        unread = unread_beside(settings.data, cartographie, labelled, every_publisher=settings.every_publisher)
    lessons = prepare(corpus, labelled, cartographie, CHARACTERS, served=bundle.reader.characters)
    with tracked_run(tracking, bundle.manifest.version) as run_id, tempfile.TemporaryDirectory() as directory:
        log_corpus(corpus)
        with stage("couches"):
            fitting = Fitting(lessons, bundle.encoder, bundle.head, cartographie, crosswalk, settings.seed)
            layers = fitting.fit(unread, say)
            log_figures({"part_des_mots": layers.share, **layers.figures})
        say("paquet et mesures")
        references = build_references(cartographie, crosswalk, bundle.encoder)
        parts = BundleParts(
            name=NAME,
            graph=_graph(settings.source / LAYOUT.encoder, Path(directory), bundle.encoder.max_tokens),
            tokenizer=settings.source / LAYOUT.tokenizer,
            encoder=bundle.manifest.encoder,
            head=layers.head,
            wide=layers.wide,
            calibration=layers.calibration,
            reader=lessons.reader,
            references=references,
            card="",
        )
        draft = save_bundle(parts, Path(directory) / "bundle", cartographie)
        with stage("mesures"):
            model = load_bundle(Path(directory) / "bundle", cartographie)
            gold = measure_fresh(model, cartographie, crosswalk, settings.gold, labelled)
        story = replace(
            _story(settings, bundle, corpus, layers, cartographie, crosswalk),
            version=draft.version,
            unread=len(unread),
            gold=gold,
        )
        manifest = save_bundle(replace(parts, card=write_card(story)), settings.output, cartographie)
        say("suivi MLflow")
        asked = asdict(settings)
        log_story(story, settings.idea, {name: asked[name] for name in ("seed", "every_publisher")})
        served = Classifier(load_bundle(settings.output, cartographie), cartographie, crosswalk)
        log_details(served, settings.gold, labelled, settings.data)
        log_bundle(settings.output)
        registered = register(settings.output) if settings.registered else None
    return Outcome(manifest, run_id, registered, None, None, layers.figures, gold)


def _graph(source: Path, directory: Path, tokens: int) -> Path:
    """Return the graph to store: the model's own, but for positions that no text reaches."""
    model = onnx.load(source)
    if not keep_places(model, tokens):
        return source
    onnx.save(model, directory / LAYOUT.encoder)
    return directory / LAYOUT.encoder


def _story(
    settings: RefitSettings,
    bundle: Bundle,
    corpus: Corpus,
    layers: Layers,
    cartographie: Cartographie,
    crosswalk: Crosswalk,
) -> Story:
    """Return what the card tells, but for what is measured."""
    before = recipe_of((settings.source / LAYOUT.card).read_text(encoding="utf-8"))
    encoder = [line for line in before if not line.startswith("genscan train-layers")]
    return Story(
        version="",
        command="\n".join([*encoder, settings.command]),
        cartographie=cartographie,
        crosswalk=crosswalk,
        corpus=corpus,
        encoder=bundle.manifest.encoder,
        words=len(layers.wide.ranks),
        unread=0,
        parity=None,
        storage=None,
        curve=(),
        calibration=layers.calibration,
        validation=layers.figures,
        gold={},
        gold_digest=digest_of(settings.gold) if settings.gold else "",
        origin=bundle.manifest.version,
    )

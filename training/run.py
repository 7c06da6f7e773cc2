"""One training run, top to bottom: encoder → corpus → fine-tuning → graph → layers, calibrated → bundle → MLflow."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.bundle import BundleParts, load_bundle, save_bundle
from models.classifier import Classifier
from models.layout import EncoderEntry, Manifest
from training.corpus.record_examples import labelled_of
from training.corpus.unread import unread_beside
from training.distributed import ALONE, Crew
from training.encoder.export import Parity
from training.encoder.graphs import EXACT, Graphs, export
from training.encoder.storage import PRECISION
from training.encoder.student import as_sentence_transformer
from training.head.layers import Fitting, Layers
from training.head.network import Network
from training.head.references import build_references
from training.measure.evaluation import Report
from training.measure.fresh import measure_fresh, without_rome
from training.measure.gold import digest_of
from training.measure.left_out import LeftOut, measure_left_out
from training.plan import Plan, RunSettings, Say, Steps, learn, make_plan
from training.tracking.card import Story, write_card
from training.tracking.curves import Curves, log_curve, losses
from training.tracking.details import log_details
from training.tracking.registry import register
from training.tracking.runs import (
    Tracking,
    log_bundle,
    log_corpus,
    log_facts,
    log_figures,
    stage,
    tracked_run,
)
from training.tracking.stories import log_story

NAME = "genscan"


@dataclass(frozen=True)
class Outcome:
    """What a run made.

    Attributes:
        manifest: of the bundle.
        run_id: of the MLflow run.
        registered: version in the registry; None when it was not asked for.
        parity: torch against ONNX, fp32; None where the run made no graph.
        storage: fp32 against int8 weights; None likewise.
        validation: figures on the held-out titles.
        gold: figures on labelled records, by condition.
        left_out: what became of the postes left out; None where none was.
    """

    manifest: Manifest
    run_id: str
    registered: int | None
    parity: Parity | None
    storage: Parity | None
    validation: Mapping[str, float]
    gold: Mapping[str, Report]
    left_out: LeftOut | None = None


def run_training(
    settings: RunSettings,
    cartographie: Cartographie,
    crosswalk: Crosswalk,
    tracking: Tracking,
    *,
    say: Say = lambda stage: None,
    crew: Crew = ALONE,
    progress: Steps = lambda done, total: None,
) -> Outcome:
    """Train a classifier, write its bundle, track and register it.

    Args:
        settings: see `RunSettings`.
        cartographie: tree whose postes are the classes.
        crosswalk: ROME labels.
        tracking: where MLflow keeps the run.
        say: called at each stage.
        crew: the processes that learn; this is the first, the others call `learn` on the same plan.
        progress: called after each step of the learning.

    Raises:
        GenscanError: the base encoder, the export or the labelled file is unusable.
    """
    plan = make_plan(settings, cartographie, crosswalk, say)
    tracked = tracked_run(tracking, settings.base, resumed=plan.directory)
    with tracked as run_id, tempfile.TemporaryDirectory(prefix="genscan-") as directory:
        work = Path(directory)
        log_corpus(plan.corpus)
        curves = Curves(run_id)
        with stage("apprentissage"):
            # In the run itself, which goes on under its identifier where it was stopped: its stages do not.
            network, curve = learn(plan, crew, say, progress, lambda told: curves.follow(losses(told)))
            log_curve(curve)
        with stage("export"):
            say("export ONNX, quantification et comparaison avec torch")
            graphs = _export(plan, network, work)
        unread = _unread(plan)
        with stage("couches"):
            seed = settings.finetuning.seed
            fitting = Fitting(plan.lessons, graphs.encoder, network.numpy_head(), plan.tree, crosswalk, seed)
            layers = fitting.fit(unread, say)
            log_figures({"part_des_mots": layers.share, **layers.figures})
        say("paquet et mesures")
        parts = _parts(plan, graphs, layers, crosswalk)
        with stage("mesures"):
            draft = save_bundle(parts, work / "bundle", plan.tree)
            model = load_bundle(work / "bundle", plan.tree)
            gold = measure_fresh(model, plan.tree, crosswalk, settings.gold, plan.labelled)
        story = _story(plan, draft, parts, graphs, curve, layers, len(unread), gold, crosswalk)
        manifest = save_bundle(replace(parts, card=write_card(story)), settings.output, plan.tree)
        say("suivi MLflow")
        _log(settings, story)
        served = Classifier(load_bundle(settings.output, plan.tree), plan.tree, crosswalk)
        log_details(served, settings.gold, plan.labelled, settings.data)
        log_bundle(settings.output)
        left_out = _measure_left_out(plan, crosswalk)
        registered = register(settings.output) if settings.registered and not settings.left_out else None
        return Outcome(manifest, run_id, registered, graphs.parity, graphs.storage, layers.figures, gold, left_out)


def _export(plan: Plan, network: Network, work: Path) -> Graphs:
    tuned = replace(plan.base, model=as_sentence_transformer(network.student, work / "encodeur", plan.base.limit))
    settings = plan.settings
    # Its weights are rounded for the texts of its own lessons: labels given later leave it as it was, to the byte.
    graphs = export(tuned, settings.finetuning.max_tokens, plan.first.lessons.validation.texts, work)
    # `genscan bench` holds the quantised model against it.
    shutil.copyfile(graphs.exact, settings.work / EXACT)
    log_figures({"parite_min": graphs.parity.least, "int8_moyenne": graphs.storage.mean})
    return graphs


def _story(
    plan: Plan,
    draft: Manifest,
    parts: BundleParts,
    graphs: Graphs,
    curve: Sequence[tuple[float, float]],
    layers: Layers,
    unread: int,
    gold: Mapping[str, Report],
    crosswalk: Crosswalk,
) -> Story:
    return Story(
        version=draft.version,
        command=plan.settings.command,
        cartographie=plan.tree,
        crosswalk=crosswalk,
        corpus=plan.corpus,
        encoder=parts.encoder,
        words=len(parts.wide.ranks),
        unread=unread,
        parity=graphs.parity,
        storage=graphs.storage,
        curve=tuple(curve),
        calibration=parts.calibration,
        validation=layers.figures,
        gold=gold,
        gold_digest=digest_of(plan.settings.gold) if gold and plan.settings.gold else "",
    )


def _unread(plan: Plan) -> tuple[Fiche, ...]:
    """Return the records without label to learn from: none where postes are left out, whose records they may be."""
    settings = plan.settings
    if settings.data is None or settings.left_out:
        return ()
    return unread_beside(settings.data, plan.whole, plan.labelled, every_publisher=settings.every_publisher)


def _measure_left_out(plan: Plan, crosswalk: Crosswalk) -> LeftOut | None:
    settings = plan.settings
    if not settings.left_out or plan.everything is None:
        return None
    before, after = (
        # Without ROME: a code names the postes left out, and what is asked is what their definition alone is worth.
        Classifier(without_rome(load_bundle(settings.output, tree)), tree, crosswalk)
        for tree in (plan.tree, plan.whole)
    )
    rows = {name: [labelled_of(row) for row in split] for name, split in plan.everything.items()}
    everything = [item for items in rows.values() for item in items]
    found = measure_left_out(before, after, settings.left_out, everything, rows.get("test", []))
    log_facts(params={"postes_retires": ",".join(found.postes)}, tags={})
    log_figures({f"retires/{name}": float(value) for name, value in asdict(found).items() if name != "postes"})
    return found


def _parts(plan: Plan, graphs: Graphs, layers: Layers, crosswalk: Crosswalk) -> BundleParts:
    base = plan.base
    return BundleParts(
        name=NAME,
        graph=graphs.graph,
        tokenizer=graphs.tokenizer,
        encoder=EncoderEntry(
            dimension=base.dimension, max_tokens=graphs.encoder.max_tokens, precision=PRECISION, base=base.name
        ),
        head=layers.head,
        wide=layers.wide,
        calibration=layers.calibration,
        reader=plan.lessons.reader,
        references=build_references(plan.tree, crosswalk, graphs.encoder),
        card="",
    )


def _log(settings: RunSettings, story: Story) -> None:
    params = {
        **{f"apprentissage_{name}": value for name, value in asdict(settings.finetuning).items()},
        "entrainements": settings.trainings,
        "base": settings.base,
        "caracteres": settings.characters,
        "caracteres_polis": " ".join(map(str, settings.polished)),
        "caracteres_servis": settings.served,
        "tous_editeurs": settings.every_publisher,
        "encodeur_jusqu_au": settings.until,
    }
    log_story(story, settings.idea, params)

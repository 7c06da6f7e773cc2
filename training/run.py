"""One training run, top to bottom: encoder → corpus → fine-tuning → graph → calibration → bundle → MLflow."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from datasets import DatasetDict

from cartography.crosswalk import Crosswalk
from cartography.tree import Cartographie
from models.bundle import Bundle, BundleParts, load_bundle, save_bundle
from models.classifier import Classifier
from models.head import Head, TreeSums
from models.layout import Calibration, EncoderEntry, Manifest
from models.reading import Reader
from training.corpus.examples import Corpus, build_corpus
from training.corpus.labelled import HELD_OUT
from training.corpus.learned import learned_splits
from training.corpus.record_examples import labelled_of
from training.encoder.base import Base, load_base
from training.encoder.export import Parity
from training.encoder.graphs import EXACT, Graphs, export
from training.encoder.names import DEFAULT_BASE
from training.encoder.preparation import student_of
from training.encoder.recipe import device, rehearsal
from training.encoder.storage import PRECISION
from training.encoder.student import as_sentence_transformer
from training.head.calibration import Coded, calibrate
from training.head.finetune import FineTuning, finetune, polish
from training.head.lessons import Lessons, prepare
from training.head.network import Network, TreeLoss
from training.head.references import build_references
from training.head.validation import validation_figures
from training.measure.evaluation import Report, evaluate
from training.measure.gold import read_gold
from training.measure.left_out import LeftOut, measure_left_out
from training.memory import keep_memory
from training.tracking.card import Story, write_card
from training.tracking.details import IDEA, log_details
from training.tracking.registry import register
from training.tracking.runs import Tracking, log_bundle, log_corpus, log_curve, log_facts, log_figures, tracked_run

NAME = "genscan"

Say = Callable[[str], Any]
"""Tells a person what stage begins."""


@dataclass(frozen=True)
class RunSettings:
    """What a run is asked to do.

    Attributes:
        output: directory of the bundle.
        base: name or path of the base encoder.
        characters: of a description that are learnt from.
        served: of a description that the model reads once in service.
        finetuning: how encoder and head learn.
        work: directory of what is kept between runs, so that a stopped one goes on, and of the last fp32 graph.
        gold: labelled records to report on at the end; None for none.
        data: folder of the labelled records' texts (`training.labels.sources.shared_root`), which may be absent: the
            project's own records are then the only ones. None trains on titles alone.
        every_publisher: whether to learn from the publishers that are else held out to measure on: for the model put in
            service, once another one has shown what the same training does on publishers it never saw.
        left_out: postes that nothing is learnt of, to see what their definition alone makes of them; such a model is
            not registered.
        registered: whether to register the model.
        idea: what is tried, in a few French words, for the report.
        command: the command line, for the card.
    """

    output: Path
    base: str = DEFAULT_BASE
    characters: int = 160
    served: int = 240
    finetuning: FineTuning = field(default_factory=FineTuning)
    work: Path = Path("var/train")
    gold: Path | None = None
    data: Path | None = None
    every_publisher: bool = False
    left_out: tuple[str, ...] = ()
    registered: bool = True
    idea: str = ""
    command: str = "genscan train"


@dataclass(frozen=True)
class Outcome:
    """What a run made.

    Attributes:
        manifest: of the bundle.
        run_id: of the MLflow run.
        registered: version in the registry; None when it was not asked for.
        parity: torch against ONNX, fp32.
        storage: fp32 against int8 weights.
        validation: figures on the held-out titles.
        gold: figures on labelled records, by condition.
        left_out: what became of the postes left out; None where none was.
    """

    manifest: Manifest
    run_id: str
    registered: int | None
    parity: Parity
    storage: Parity
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
    progress: Callable[[int, int], Any] = lambda done, total: None,
) -> Outcome:
    """Train a classifier, write its bundle, track and register it.

    Args:
        settings: see `RunSettings`.
        cartographie: tree whose postes are the classes.
        crosswalk: ROME labels.
        tracking: where MLflow keeps the run.
        say: called at each stage.
        progress: called after each step of the fine-tuning, with the number done and their total.

    Raises:
        GenscanError: the base encoder, the export or the labelled file is unusable.
    """
    say(f"encodeur de base {settings.base}")
    base = load_base(settings.base)
    say("corpus")
    whole, cartographie = cartographie, cartographie.without(settings.left_out)
    everything = _labelled(settings, whole)
    labelled = _without(everything, settings.left_out)
    corpus = build_corpus(cartographie, crosswalk, labelled)
    sums = TreeSums.of(cartographie)
    lessons = prepare(corpus, labelled, cartographie, settings.characters, settings.served)
    with tracked_run(tracking, settings.base) as run_id, tempfile.TemporaryDirectory(prefix="genscan-") as directory:
        work = Path(directory)
        say(f"apprentissage sur {len(lessons.records.texts)} fiches et {len(lessons.titles.texts)} titres")
        network, curve = _learn(settings, base, corpus, lessons, sums, say, progress)
        say("export ONNX, quantification et comparaison avec torch")
        tuned = replace(base, model=as_sentence_transformer(network.student, work / "encodeur", base.limit))
        graphs = export(tuned, settings.finetuning.max_tokens, lessons.validation.texts, work)
        # `genscan bench` holds the quantised model against it.
        shutil.copyfile(graphs.exact, settings.work / EXACT)
        say("calibration")
        head = network.numpy_head()
        calibration, validation = _calibrate(head, graphs, lessons, corpus, cartographie, crosswalk)
        say("paquet et mesures")
        parts = _parts(base, graphs, head, calibration, lessons.reader, cartographie, crosswalk)
        draft = save_bundle(parts, work / "bundle", cartographie)
        bundle = load_bundle(work / "bundle", cartographie)
        gold = _measure(settings.gold, bundle, cartographie, crosswalk)
        gold |= _measure_splits(labelled, Classifier(bundle, cartographie, crosswalk))
        story = Story(
            version=draft.version,
            command=settings.command,
            cartographie=cartographie,
            crosswalk=crosswalk,
            corpus=corpus,
            encoder=parts.encoder,
            parity=graphs.parity,
            storage=graphs.storage,
            curve=tuple(curve),
            calibration=calibration,
            validation=validation,
            gold=gold,
            gold_digest=_digest(settings.gold) if gold else "",
        )
        manifest = save_bundle(replace(parts, card=write_card(story)), settings.output, cartographie)
        say("suivi MLflow")
        _log(settings, story)
        log_details(Classifier(bundle, cartographie, crosswalk), settings.gold, labelled, settings.data)
        log_bundle(settings.output)
        left_out = _measure_left_out(settings, cartographie, whole, crosswalk, everything)
        registered = register(settings.output) if settings.registered and not settings.left_out else None
        return Outcome(manifest, run_id, registered, graphs.parity, graphs.storage, validation, gold, left_out)


def _calibrate(
    head: Head, graphs: Graphs, lessons: Lessons, corpus: Corpus, cartographie: Cartographie, crosswalk: Crosswalk
) -> tuple[Calibration, dict[str, float]]:
    """Calibrate the model as it will answer, quantised, and measure it on the same rows."""
    held = lessons.held
    logits = head.logits(graphs.encoder.read(held.texts).features)
    coded = Coded(lessons.fiches, crosswalk, corpus.labels) if lessons.fiches else None
    calibration = calibrate(logits, held.targets, held.weights, cartographie, coded)
    return calibration, validation_figures(logits, held.targets, held.weights, calibration, cartographie)


def _learn(
    settings: RunSettings,
    base: Base,
    corpus: Corpus,
    lessons: Lessons,
    sums: TreeSums,
    say: Say,
    progress: Callable[[int, int], Any],
) -> tuple[Network, list[tuple[float, float]]]:
    """Fine-tune, in a directory named after all that decides the outcome, so that only the same run goes on."""
    keep_memory()
    student = student_of(base)
    facts = f"{corpus.digest} {settings.characters} {settings.finetuning} {student.digest()}"
    directory = settings.work / hashlib.sha256(facts.encode()).hexdigest()[:16]
    network = Network(student, len(corpus.labels) + 1).to(device())

    def tell(step: int, steps: int, loss: float, held: float | None) -> None:
        progress(step, steps)
        if held is not None:
            say(f"pas {step} sur {steps} : perte de validation {held:.4f}")

    tasks, loss = rehearsal(settings.data), TreeLoss(sums)
    common = (lessons.titles, lessons.validation, tasks, loss, settings.finetuning)
    curve = finetune(network, lessons.records, *common, directory, progress=tell)
    if settings.finetuning.polish:
        say("dernier passage, sur les fiches telles que le modèle les lira")
        read = directory / f"lues-{settings.served}"
        curve += polish(network, lessons.served, *common, read, progress=tell)
    return network.to("cpu"), curve


def _labelled(settings: RunSettings, cartographie: Cartographie) -> DatasetDict | None:
    if settings.data is None:
        return None
    held_out = () if settings.every_publisher else HELD_OUT
    return learned_splits(settings.data, cartographie, settings.gold, held_out=held_out)


def _without(labelled: DatasetDict | None, postes: Sequence[str]) -> DatasetDict | None:
    """Return the splits without the records that a poste left out is accepted for."""
    if labelled is None or not postes:
        return labelled
    gone = set(postes)
    return labelled.filter(lambda row: not gone.intersection(row["postes"]))


def _measure_left_out(
    settings: RunSettings,
    cartographie: Cartographie,
    whole: Cartographie,
    crosswalk: Crosswalk,
    labelled: DatasetDict | None,
) -> LeftOut | None:
    if not settings.left_out or labelled is None:
        return None
    before, after = (Classifier(load_bundle(settings.output, tree), tree, crosswalk) for tree in (cartographie, whole))
    rows = {name: [labelled_of(row) for row in split] for name, split in labelled.items()}
    everything = [item for items in rows.values() for item in items]
    found = measure_left_out(before, after, settings.left_out, everything, rows.get("test", []))
    log_facts(params={"postes_retires": ",".join(found.postes)}, tags={})
    log_figures({f"retires/{name}": float(value) for name, value in asdict(found).items() if name != "postes"})
    return found


def _measure_splits(labelled: DatasetDict | None, classifier: Classifier) -> dict[str, Report]:
    """Measure on the labelled splits that nothing was trained on; those of test also served the calibration."""
    names = {"test": "fiches de test", "test_editeurs": "éditeurs jamais vus"}
    return {
        said: evaluate(classifier, [labelled_of(row) for row in labelled[name]])
        for name, said in names.items()
        if labelled is not None and name in labelled
    }


def _parts(
    base: Base,
    graphs: Graphs,
    head: Head,
    calibration: Calibration,
    reader: Reader,
    cartographie: Cartographie,
    crosswalk: Crosswalk,
) -> BundleParts:
    return BundleParts(
        name=NAME,
        graph=graphs.graph,
        tokenizer=graphs.tokenizer,
        encoder=EncoderEntry(
            dimension=base.dimension, max_tokens=graphs.encoder.max_tokens, precision=PRECISION, base=base.name
        ),
        head=head,
        calibration=calibration,
        reader=reader,
        references=build_references(cartographie, crosswalk, graphs.encoder),
        card="",
    )


def without_rome(bundle: Bundle) -> Bundle:
    """Return the bundle with a ROME prior of strength 0: answers from the text alone."""
    rome = bundle.calibration.rome.model_copy(update={"strength": 0.0})
    return replace(bundle, calibration=bundle.calibration.model_copy(update={"rome": rome}))


def _measure(gold: Path | None, bundle: Bundle, cartographie: Cartographie, crosswalk: Crosswalk) -> dict[str, Report]:
    if gold is None:
        return {}
    labelled = read_gold(gold)
    return {
        "avec code ROME": evaluate(Classifier(bundle, cartographie, crosswalk), labelled),
        "sans code ROME": evaluate(Classifier(without_rome(bundle), cartographie, crosswalk), labelled),
    }


def _digest(path: Path | None) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path else ""


def _log(settings: RunSettings, story: Story) -> None:
    prefixes = {
        "avec code ROME": "dev",
        "sans code ROME": "dev_sans_rome",
        "fiches de test": "test",
        "éditeurs jamais vus": "test_editeurs",
    }
    log_corpus(story.corpus)
    log_curve(story.curve)
    log_facts(
        params={
            **{f"apprentissage_{name}": value for name, value in asdict(settings.finetuning).items()},
            "base": settings.base,
            "jetons": story.encoder.max_tokens,
            "caracteres": settings.characters,
            "caracteres_servis": settings.served,
            "tous_editeurs": settings.every_publisher,
            **{f"temperature_{name}": value for name, value in story.calibration.tempering.model_dump().items()},
            **{f"seuil_{name}": value for name, value in story.calibration.thresholds.model_dump().items()},
            **{f"rome_{name}": value for name, value in story.calibration.rome.model_dump().items()},
        },
        tags={
            "bundle": story.version,
            "cartographie": story.cartographie.version,
            "rome": story.crosswalk.rome.version,
            "corpus": story.corpus.digest,
            "gold": story.gold_digest,
            IDEA: settings.idea,
            "mlflow.note.content": write_card(story),
        },
    )
    log_figures(
        {
            "parite_moyenne": story.parity.mean,
            "parite_min": story.parity.least,
            "int8_moyenne": story.storage.mean,
            "int8_min": story.storage.least,
            **{f"validation/{name}": value for name, value in story.validation.items()},
            **{
                f"{prefixes[condition]}/{group}/{name}": figure.value
                for condition, report in story.gold.items()
                for group, figures in report.items()
                for name, figure in figures.items()
            },
        }
    )

"""The verbs `evaluate` and `melo`. Heavy imports wait until a verb runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.labels.sources import DATA_VARIABLE, shared_root
from training.verbs import faults, quiet_environment

if TYPE_CHECKING:
    from cartography.tree import Cartographie
    from models.answer import Answer
    from models.bundle import Bundle
    from models.classifier import Classifier
    from training.measure.comparison import Comparison, System
    from training.measure.gold import Labelled

GOLD = Path("gold/dev.jsonl")
_BUNDLE = click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Dossier du modèle.  [défaut : le modèle embarqué]",
)


def default_gold() -> Path:
    """Return where the labelled records are looked for: `$GENSCAN_DATA`, else `../shared` beside the repository."""
    return shared_root() / GOLD


@dataclass(frozen=True)
class Asked:
    """What `evaluate` is asked for.

    Attributes:
        path: file of labelled records; None for the sample catalogue.
        bundle: directory of the model.
        strength: of the ROME prior; None for the model's own.
        references: whether to hold the model against plain classifiers.
        cache: folder of what is kept from one run to the next.
        draws: bootstrap resamples.
        seed: of the resamples.
        mistakes: file for the records that the model gets wrong; None for none.
        tracked: whether to keep the figures in MLflow.
    """

    path: Path | None
    bundle: Path
    strength: float | None
    references: bool
    cache: Path
    draws: int
    seed: int
    mistakes: Path | None = None
    tracked: bool = True

    @property
    def name(self) -> str:
        """What the set is called where its figures are kept."""
        return self.path.stem if self.path else "catalogue"


@click.command()
@click.argument("fichier", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@_BUNDLE
@click.option("--catalogue", is_flag=True, help="Mesure sur le catalogue d'exemple et ses étiquettes attendues.")
@click.option("--sans-references", is_flag=True, help="Ne compare pas le modèle aux classifieurs de référence.")
@click.option("--rome/--no-rome", default=True, show_default=True, help="Tient compte des codes ROME des fiches.")
@click.option("--rome-strength", type=click.FloatRange(0), default=None, help="Force de l'a priori ROME.")
@click.option("--draws", type=click.IntRange(1), default=1000, show_default=True, help="Tirages du bootstrap.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine du bootstrap.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/cache"),
    show_default=True,
    help="Vecteurs et réponses des références gardés d'une fois à l'autre.",
)
@click.option(
    "--erreurs",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Écrit les fiches que le modèle rate (JSON Lines : attendu, obtenu, sans les textes).",
)
@click.option("--sans-suivi", is_flag=True, help="Ne garde pas les chiffres dans MLflow.")
def evaluate(
    fichier: Path | None,
    bundle: Path | None,
    catalogue: bool,
    sans_references: bool,
    rome: bool,
    rome_strength: float | None,
    draws: int,
    seed: int,
    cache: Path,
    erreurs: Path | None,
    sans_suivi: bool,
) -> None:
    """Mesure un modèle sur les fiches annotées de FICHIER (JSON Lines), par type, famille, source et longueur.

    À côté du modèle, dans la même table : quatre classifieurs de référence, appris des mêmes textes que lui. Les
    chiffres, leurs intervalles et les images sont gardés dans MLflow (jamais un texte de fiche).
    """
    if fichier and catalogue:
        raise click.UsageError("FICHIER ou --catalogue, pas les deux")
    path = None if catalogue else fichier or default_gold()
    if path is not None and not path.is_file():
        message = f"{path} : fiches annotées absentes ; donnez FICHIER ou la variable {DATA_VARIABLE}"
        raise click.UsageError(message)
    from models.bundle import DEFAULT_BUNDLE

    quiet_environment()
    directory = bundle or DEFAULT_BUNDLE
    with faults():
        strength = rome_strength if rome else 0.0
        _evaluate(Asked(path, directory, strength, not sans_references, cache, draws, seed, erreurs, not sans_suivi))


def _evaluate(asked: Asked) -> None:
    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from models.bundle import load_bundle, read_manifest
    from models.classifier import Classifier
    from training.measure.comparison import System, compare
    from training.measure.evaluation import TOP, with_rome
    from training.measure.mistakes import mistakes, write_mistakes
    from training.measure.slices import slices
    from training.measure.tables import show_comparison

    tree = load_version(read_manifest(asked.bundle).cartographie.version)
    labelled = _labelled(asked.path, tree)
    bundle = load_bundle(asked.bundle, tree)
    judged = bundle if asked.strength is None else with_rome(bundle, asked.strength)
    classifier = Classifier(judged, tree, load_crosswalk())
    systems = [System("modèle", classifier.classify([item.fiche for item in labelled], top_k=TOP))]
    if asked.references:
        systems += _references(asked, bundle, tree, labelled)
    comparison = compare(labelled, systems, slices(labelled, tree), draws=asked.draws, seed=asked.seed)
    where = str(asked.path) if asked.path else "catalogue d'exemple, étiquettes de ses auteurs"
    click.echo(f"Modèle {bundle.manifest.version}, {len(labelled)} fiches ({where})")
    show_comparison(comparison)
    if asked.mistakes:
        counts = write_mistakes(asked.mistakes, mistakes(labelled, systems[0].answers))
        said = ", ".join(f"{count} {level}" for level, count in counts.items())
        click.echo(f"Fiches ratées, au plus haut niveau faux : {said} ({asked.mistakes})")
    if asked.tracked:
        _track(asked, classifier, labelled, systems[0].answers, comparison)


def _track(
    asked: Asked,
    classifier: Classifier,
    labelled: Sequence[Labelled],
    answers: Sequence[Answer],
    comparison: Comparison,
) -> None:
    from training.measure.catalogue import files
    from training.measure.gold import digest_of
    from training.tracking.evaluations import Evaluation, track_evaluation
    from training.tracking.runs import tracking_from_environment

    digest = digest_of(*([asked.path] if asked.path else files()))
    told = Evaluation(asked.name, digest, classifier, labelled, answers, comparison, asked.draws, asked.seed)
    _say(f"suivi MLflow : évaluation {track_evaluation(tracking_from_environment(), told)}")


def _labelled(path: Path | None, tree: Cartographie) -> list[Labelled]:
    from training.measure.catalogue import read_catalogue
    from training.measure.gold import read_gold

    return read_catalogue(tree) if path is None else read_gold(path)


def _references(asked: Asked, bundle: Bundle, tree: Cartographie, labelled: Sequence[Labelled]) -> list[System]:
    from training.measure.references import references

    return references(bundle, asked.bundle, tree, labelled, path=asked.path, cache=asked.cache, say=_say)


def _say(stage: str) -> None:
    click.echo(f"→ {stage}", err=True)


@click.command()
@click.argument("dossier", type=click.Path(path_type=Path, file_okay=False), required=False)
@_BUNDLE
def melo(dossier: Path | None, bundle: Path | None) -> None:
    """Mesure l'encodeur sur MELO, tâche française : appellations ROME à relier aux libellés ESCO."""
    from cartography.loading import load_version
    from models.bundle import DEFAULT_BUNDLE, load_bundle, read_manifest
    from training.measure.melo import FOLDER, measure_melo, read_melo

    with faults():
        task = read_melo(dossier or shared_root() / FOLDER)
        directory = bundle or DEFAULT_BUNDLE
        tree = load_version(read_manifest(directory).cartographie.version)
        figures = measure_melo(task, load_bundle(directory, tree).encoder.encode)
    click.echo(f"MELO-fra, {figures.queries} requêtes : MAP {figures.map:.3f}, premier juste {figures.first:.3f}")

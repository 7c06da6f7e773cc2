"""The verbs `search-eval` and `search-bench`. Heavy imports wait until a verb runs."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.labels.sources import shared_root
from training.verbs import faults, quiet_environment

if TYPE_CHECKING:
    from cartography.fiche import Fiche
    from models.classifier import Classifier
    from models.search.searcher import Searcher

SIZES = (15_000, 200_000, 1_000_000)
_BUNDLE = click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Dossier du modèle.  [défaut : le modèle embarqué]",
)
_CACHE = click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False), default=Path("var/cache"), show_default=True
)


@click.command(name="search-eval")
@_BUNDLE
@_CACHE
@click.option("--base", default=None, help="Encodeur ordinaire comparé.  [défaut : all-MiniLM-L6-v2]")
@click.option("--sans-references", is_flag=True, help="Ne compare pas la recherche à d'autres moteurs.")
@click.option("--exemples", type=click.IntRange(0), default=0, help="Requêtes de chaque sorte dont montrer le début.")
@click.option(
    "--fusion", is_flag=True, help="Mesure aussi ce que chaque part du mélange apporte, et réapprend ses poids."
)
def search_eval(
    bundle: Path | None, cache: Path, base: str | None, sans_references: bool, exemples: int, fusion: bool
) -> None:
    """Mesure la recherche sur les requêtes jugées, à côté de moteurs à un seul ressort (GENSCAN_DATA ou ../shared)."""
    quiet_environment()
    from training.search.evaluation import measure
    from training.search.fusion import compare, pools
    from training.search.judged import read_courses, read_judged
    from training.search.opponents import opponents
    from training.search.systems import hybrid
    from training.search.tables import show_examples, show_fusion, show_quality

    with faults(), tempfile.TemporaryDirectory(prefix="genscan-") as work:
        judged, courses = read_judged(), read_courses(shared_root())
        searcher = _indexed(_classifier(bundle), courses, Path(work))
        systems = {"genscan": hybrid(searcher)}
        if not sans_references:
            systems |= opponents(searcher, courses, cache, base)
        show_quality(judged, measure(judged, systems))
        if fusion:
            show_fusion(compare(pools(searcher, judged)))
        show_examples(judged, searcher, exemples)


@click.command(name="search-bench")
@_BUNDLE
@click.option("--fiches", "sizes", type=click.IntRange(1), multiple=True, default=SIZES, show_default=True,
              help="Taille d'un catalogue. Répétable.")  # fmt: skip
@click.option("--requetes", type=click.IntRange(20), default=400, show_default=True, help="Requêtes mesurées.")
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/search-bench"),
    show_default=True,
    help="Dossier des catalogues, effacés après la mesure.",
)
def search_bench(bundle: Path | None, sizes: tuple[int, ...], requetes: int, work: Path) -> None:
    """Mesure la recherche sur des catalogues de plusieurs tailles : construction, mémoire, rappel, délais."""
    quiet_environment()
    from rich.console import Console

    from models.bundle import DEFAULT_BUNDLE
    from training.search.material import postcodes, real_records, typed_texts
    from training.search.scale import Seedlings, build_scale
    from training.search.speed import measure_speed
    from training.search.tables import show_speed

    console = Console()
    with faults():
        classifier = _classifier(bundle)
        records = real_records(shared_root())
        console.print(f"[bold]→[/] {len(records)} fiches réelles encodées et classées")
        seedlings, rows = Seedlings.of(records, classifier), []
        for size in sizes:
            directory = work / str(size)
            shutil.rmtree(directory, ignore_errors=True)
            start = time.perf_counter()
            build_scale(seedlings, size, postcodes(), directory, classifier)
            built = time.perf_counter() - start
            # What was written reaches the disk now, and not while queries are timed.
            os.sync()
            bytes_ = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
            console.print(f"[bold]→[/] {size} fiches rangées en {built:.0f} s, {bytes_ / 2**20:.0f} Mo")
            rows.append((built, bytes_, measure_speed(directory, bundle or DEFAULT_BUNDLE, typed_texts(requetes))))
            shutil.rmtree(directory)
        show_speed(rows)


def _classifier(bundle: Path | None) -> Classifier:
    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from models.bundle import DEFAULT_BUNDLE, load_bundle, read_manifest
    from models.classifier import Classifier

    directory = bundle or DEFAULT_BUNDLE
    tree = load_version(read_manifest(directory).cartographie.version)
    return Classifier(load_bundle(directory, tree), tree, load_crosswalk())


def _indexed(classifier: Classifier, courses: list[Fiche], work: Path) -> Searcher:
    from models.search.build import build_index
    from models.search.index import open_index
    from models.search.searcher import Searcher

    build_index(courses, work / "index", classifier)
    return Searcher(open_index(work / "index", classifier.bundle), classifier)

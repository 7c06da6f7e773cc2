"""The verbs `promote` and `rollback`. Heavy imports wait until a verb runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.registry import CHALLENGER
from training.labels.sources import shared_root
from training.measure.cli import default_gold
from training.verbs import Refused, faults, quiet_environment

if TYPE_CHECKING:
    from models.registry import Published
    from training.promotion.judgement import Check

STORE = Path("var/modeles")
EXPERIMENT = "genscan-promotions"
_SHARES = ("fiches/s", "octets")


@click.command()
@click.argument("version", default=CHALLENGER)
@click.option(
    "--gold",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Fiches annotées, en plus des fiches de test et des corrections.  [défaut : GENSCAN_DATA ou ../shared]",
)
@click.option(
    "--malgre",
    default="",
    metavar="RAISON",
    help="Promeut malgré les pertes, ou un champion qui ne se lit plus ; la raison est gardée.",
)
def promote(version: str, gold: Path | None, malgre: str) -> None:
    """Mesure le champion et VERSION (numéro ou alias ; défaut : challenger) sur les mêmes fiches, puis promeut VERSION.

    Refuse, et nomme chaque perte, s'il perd plus que toléré : niveaux, parts du jeu, calibration, couverture à 97 % de
    précision, corrections faites par des personnes, débit, taille. Le service prend le nouveau champion sans coupure.
    """
    quiet_environment()
    with faults():
        _promote(version, gold or (default_gold() if default_gold().is_file() else None), malgre)


def _promote(version: str, gold: Path | None, despite: str) -> None:
    from training.promotion.aliases import Registry
    from training.tracking.runs import tracking_from_environment

    registry = Registry(tracking_from_environment().uri)
    challenger, champion = registry.named(version), registry.champion()
    if champion is None:
        registry.promote(challenger)
        click.echo(f"{challenger.bundle} (version {challenger.number}) est champion : il n'y en avait pas.")
        return
    if champion.bundle == challenger.bundle:
        click.echo(f"{champion.bundle} (version {champion.number}) est déjà champion.")
        return
    if despite and not _readable(registry.uri, champion):
        _track(champion, challenger, [], despite)
        registry.promote(challenger)
        click.echo(f"{challenger.bundle} (version {challenger.number}) est champion, sans comparaison.")
        return
    checks = _judge(registry.uri, champion, challenger, gold)
    lost = [check for check in checks if check.lost]
    _show(checks, champion.bundle, challenger.bundle)
    _track(champion, challenger, checks, despite)
    if lost and not despite:
        raise Refused(_refusal(challenger, lost))
    registry.promote(challenger)
    click.echo(f"{challenger.bundle} (version {challenger.number}) est champion ; `genscan rollback` y revient.")


def _readable(uri: str, version: Published) -> bool:
    """Return whether a version can still be loaded: the format of bundles may have changed since."""
    from models.registry import RegistryUnusable, fetch

    try:
        fetch(uri, version, STORE)
    except RegistryUnusable as error:
        click.echo(error.message, err=True)
        return False
    return True


def _judge(uri: str, champion: Published, challenger: Published, gold: Path | None) -> list[Check]:
    from cartography.crosswalk import load_crosswalk
    from cartography.loading import load_version
    from models.registry import fetch
    from training.promotion.contest import contend, judged_sets
    from training.promotion.judgement import judge

    tree = load_version()
    before, after = (fetch(uri, version, STORE) for version in (champion, challenger))
    _say("fiches à juger")
    sets = judged_sets(gold, shared_root(), tree)
    old, new = contend(sets, before, after, tree, load_crosswalk(), _say)
    return judge(sets, old, new, tree)


def _refusal(challenger: Published, lost: Sequence[Check]) -> str:
    lines = [f"{challenger.bundle} (version {challenger.number}) n'est pas promu ; il perd plus que toléré :"]
    lines += [f"  - {check.place}, {check.name} : {_loss(check)}" for check in lost]
    return "\n".join(lines)


def _loss(check: Check) -> str:
    before, after = (_value(check, value) for value in (check.champion, check.challenger))
    allowed = f"× {check.tolerance:g}" if check.name in _SHARES else f"{100 * check.tolerance:g} %"
    return f"{before} → {after} (toléré : {allowed})"


def _value(check: Check, value: float) -> str:
    """Return a value as people read it.

    >>> from training.promotion.judgement import Check
    >>> _value(Check("machine", "octets", 0, 0, 1, False), 28_500_000), _value(Check("x", "poste", 0, 0, 1, False), 0.9)
    ('28,5 Mo', '90,0 %')
    """
    if check.name == "octets":
        said = f"{value / 1e6:.1f} Mo"
    elif check.name == "fiches/s":
        said = f"{value:.0f}/s"
    else:
        said = f"{100 * value:.1f} %"
    return said.replace(".", ",")


def _show(checks: Sequence[Check], champion: str, challenger: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("sur", "mesure", champion, challenger, "", header_style="bold", box=None, padding=(0, 1, 0, 0))
    for column in table.columns[2:4]:
        column.justify = "right"
    for check in checks:
        values = (_value(check, check.champion), _value(check, check.challenger))
        table.add_row(check.place, check.name, *values, "[red]perte[/]" if check.lost else "")
    Console().print(table)


def _track(champion: Published, challenger: Published, checks: Sequence[Check], despite: str) -> None:
    import mlflow

    from training.tracking.runs import PROMOTION, tracked_run, tracking_from_environment

    lost = any(check.lost for check in checks)
    verdict = (
        "malgré les pertes" if lost and despite else "refusé" if lost else "promu" if checks else "sans comparaison"
    )
    name = f"{challenger.bundle} : {verdict}"
    with tracked_run(tracking_from_environment(), name, EXPERIMENT, kind=PROMOTION):
        mlflow.log_params({"champion": champion.bundle, "challenger": challenger.bundle, "raison": despite})
        mlflow.set_tag("verdict", verdict)
        mlflow.log_dict({"comparaisons": [check.as_json() for check in checks]}, "comparaisons.json")


def _say(said: str) -> None:
    click.echo(f"→ {said}", err=True)


@click.command()
def rollback() -> None:
    """Rend l'alias champion au modèle d'avant ; un service qui tourne le reprend sans coupure."""
    quiet_environment()
    from training.promotion.aliases import Registry
    from training.tracking.runs import tracking_from_environment

    with faults():
        registry = Registry(tracking_from_environment().uri)
        gone, back = registry.rollback()
        if not _readable(registry.uri, back):
            registry.promote(gone)
            raise Refused(f"{back.bundle} (version {back.number}) ne se lit plus : {gone.bundle} reste champion")
    click.echo(f"{back.bundle} (version {back.number}) est de nouveau champion, à la place de {gone.bundle}.")

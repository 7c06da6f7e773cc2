"""`genscan search`: query and filters → the records of an index that answer best."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.table import Table
from rich.text import Text

from cartography.errors import GenscanError
from cartography.text import clean_text
from models.search.criteria import CRITERIA
from models.search.hits import Hit
from models.search.searcher import Page, Query, Tri
from serving.cli.terminal import Screen
from serving.engine import Engine
from serving.facets import told_facets
from serving.filters import resolve
from serving.settings import load_settings

F = TypeVar("F", bound=Callable[..., Any])
_SORTS = ("pertinence", "date", "duree", "distance", "intitule")


def _filters(command: F) -> F:
    """Add an option for each filter."""
    many = {
        "famille": "Identifiant ou libellé d'une famille.",
        "metier": "Identifiant ou libellé d'un métier.",
        "poste": "Identifiant, libellé ou intitulé usuel d'un poste.",
        "region": "Région, par son nom ou son code Insee.",
        "departement": "Département, par son nom ou son code.",
        "niveau_sortie": "Niveau visé, de 1 à 8.",
        "niveau_entree": "Niveau requis, de 1 à 8.",
        "modalite": "présentiel, à distance ou mixte.",
        "certification": "Numéro RNCP ou RS.",
        "organisme": "Organisme de formation, ou employeur.",
        "label": "Label.",
        "contrat": "CDI, CDD, intérim, apprentissage…",
    }
    for decorate in (
        click.option("--certifiante/--non-certifiante", default=None, help="Mène à une certification, ou non."),
        click.option("--depuis", metavar="DATE", help="AAAA-MM-JJ : tait les fiches plus anciennes."),
        click.option("--duree-max", type=click.FloatRange(0), metavar="HEURES", help="Durée, au plus."),
        click.option("--duree-min", type=click.FloatRange(0), metavar="HEURES", help="Durée, au moins."),
        click.option("--rayon-km", type=click.FloatRange(0, 2000), default=30, show_default=True, metavar="KM",
                     help="Rayon autour du lieu."),
        click.option("--lieu", metavar="COMMUNE", help="Commune ou code postal."),
        *(
            click.option(f"--{name.replace('_', '-')}", name, multiple=True, metavar="NOM", help=f"{said} Répétable.")
            for name, said in reversed(many.items())
        ),
    ):  # fmt: skip
        command = decorate(command)
    return command


@click.command(short_help="Cherche par le sens et par les mots.")
@click.argument("texte", default="")
@click.option(
    "--type",
    "fiche_type",
    type=click.Choice(["formation", "offre"]),
    metavar="formation|offre",
    help="Formations ou offres seulement.",
)
@_filters
@click.option("--tri", type=click.Choice(_SORTS), default="pertinence", show_default=True, metavar="ORDRE",
              help=f"Ordre des résultats ({', '.join(_SORTS)}).")  # fmt: skip
@click.option("--facette", "facettes", type=click.Choice(CRITERIA), multiple=True, metavar="CRITÈRE",
              help=f"Compte les valeurs d'un critère ({', '.join(CRITERIA)}). Répétable.")  # fmt: skip
@click.option("--debut", type=click.IntRange(0, 1000), default=0, metavar="N", help="Résultats à passer.")
@click.option(
    "--k",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    metavar="N",
    help="Nombre de résultats.",
)
@click.option(
    "--index", "directory", type=click.Path(path_type=Path), metavar="DOSSIER", help="Dossier d'index (GENSCAN_INDEX)."
)
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par ligne.")
def search(
    texte: str,
    fiche_type: str | None,
    tri: Tri,
    facettes: tuple[str, ...],
    debut: int,
    k: int,
    directory: Path | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Cherche dans un catalogue indexé (celui d'exemple par défaut) ; sans texte, le parcourt."""
    texte = checked_text(texte)
    settings = load_settings()
    if directory is not None:
        settings = settings.model_copy(update={"index": directory})
    engine = Engine.load(settings)
    given = {name: value for name, value in asked.items() if value not in (None, ())}
    filters = resolve({**given, "type": fiche_type}, engine)
    page = engine.searcher.search(Query(texte, k, debut, filters, tri, facettes))
    if as_json:
        for hit in page.hits:
            click.echo(json.dumps(hit.as_json(), ensure_ascii=False))
    else:
        _show(page, engine)


def _show(page: Page, engine: Engine) -> None:
    screen = Screen()
    understood = page.compris
    if understood and understood.corrections:
        screen.print(Text(f"Recherche de : {understood.lu}"))
    if page.hors_domaine:
        screen.print(Text("Cette recherche ne semble pas porter sur les métiers du numérique."))
    if page.hits:
        screen.print(_table(page.hits))
    else:
        screen.print(Text("Aucune fiche trouvée."))
    for name, values in told_facets(page.facettes, engine.cartographie).items():
        told = ", ".join(f"{value['libelle']} ({value['nombre']})" for value in values)
        screen.print(Text(f"{name} : {told or 'aucune valeur'}"))


def checked_text(texte: str) -> str:
    """Return what a person typed, cleaned.

    Raises:
        GenscanError: it holds bytes that are no text.
    """
    try:
        texte.encode()
    except UnicodeEncodeError as error:
        raise GenscanError("texte_invalide", "le texte cherché n'est pas de l'UTF-8") from error
    return texte.strip()


def _table(hits: list[Hit]) -> Table:
    table = Table("Score", "Type", "Intitulé", "Où", "Classement", box=None)
    for hit in hits:
        body = hit.as_json()
        # Records come from outside: their brackets are no markup here, and their control characters stay out.
        cells = (Text(clean_text(text)) for text in (_title(body), _where(body["fiche"]), _path(body)))
        table.add_row("" if hit.score is None else f"{hit.score:.2f}", body["type"], *cells)
    return table


def _title(body: dict[str, Any]) -> str:
    others = len(body["doublons"])
    return f"{body['intitule']} (+{others})" if others else str(body["intitule"])


def _where(fiche: dict[str, Any]) -> str:
    who = fiche.get("organisme") or fiche.get("entreprise") or ""
    place = fiche.get("lieu") or ""
    return " · ".join(str(part) for part in (who if isinstance(who, str) else "", place) if part)


def _path(body: dict[str, Any]) -> str:
    if not body["numerique"]["decision"]:
        return "hors numérique"
    shown = {"poste": 3, "metier": 2, "famille": 1, "aucun": 0}[body["niveau"]]
    parts = [body[level]["libelle"] for level in ("famille", "metier", "poste")]
    return " › ".join(parts[:shown]) or f"{parts[0]} ?"

"""`genscan search`: query → the nearest records of an index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from cartography.errors import GenscanError
from cartography.fiche import FicheType
from cartography.text import clean_text
from cartography.tree import Famille, Metier, Node, Poste
from models.search import Filters, Hit
from serving.cli.terminal import Screen
from serving.engine import Engine
from serving.settings import load_settings


@click.command(short_help="Cherche par le sens.")
@click.argument("texte")
@click.option(
    "--type",
    "fiche_type",
    type=click.Choice(["formation", "offre"]),
    metavar="formation|offre",
    help="Formations ou offres seulement.",
)
@click.option("--famille", metavar="NOM", help="Identifiant ou libellé d'une famille.")
@click.option("--metier", metavar="NOM", help="Identifiant ou libellé d'un métier.")
@click.option("--poste", metavar="NOM", help="Identifiant, libellé ou intitulé usuel d'un poste.")
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
    fiche_type: FicheType | None,
    famille: str | None,
    metier: str | None,
    poste: str | None,
    k: int,
    directory: Path | None,
    as_json: bool,
) -> None:
    """Cherche par le sens dans un catalogue indexé (celui d'exemple par défaut)."""
    texte = checked_text(texte)
    settings = load_settings()
    if directory is not None:
        settings = settings.model_copy(update={"index": directory})
    engine = Engine.load(settings)
    filters = Filters(
        type=fiche_type,
        famille=_node_id(engine, famille, Famille, "famille"),
        metier=_node_id(engine, metier, Metier, "metier"),
        poste=_node_id(engine, poste, Poste, "poste"),
    )
    hits = engine.searcher.search(texte, k=k, filters=filters)
    if as_json:
        for hit in hits:
            click.echo(json.dumps(hit.as_json(), ensure_ascii=False))
    else:
        Screen().print(_table(hits))


def checked_text(texte: str) -> str:
    """Return what a person typed, cleaned.

    Raises:
        GenscanError: it says nothing, or holds bytes that are no text.
    """
    try:
        texte.encode()
    except UnicodeEncodeError as error:
        raise GenscanError("texte_invalide", "le texte cherché n'est pas de l'UTF-8") from error
    if not texte.strip():
        raise GenscanError("texte_vide", "le texte cherché est vide")
    return texte.strip()


def _node_id(engine: Engine, text: str | None, level: type[Node], champ: str) -> str | None:
    found = text and engine.node_id(text, level)
    if text and not found:
        raise GenscanError("valeur_inconnue", f"{champ} : {text!r} n'est pas dans la cartographie")
    return found or None


def _table(hits: list[Hit]) -> Table:
    table = Table("Proximité", "Type", "Intitulé", "Où", "Classement", box=None)
    for hit in hits:
        body = hit.as_json()
        # Records come from outside: their brackets are no markup here, and their control characters stay out.
        cells = (Text(clean_text(text)) for text in (body["intitule"], _where(body["fiche"]), _path(body)))
        table.add_row(f"{hit.score:.2f}", body["type"], *cells)
    return table


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

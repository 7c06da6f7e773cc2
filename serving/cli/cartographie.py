"""`genscan cartographie`: the tree, or what a word names in it."""

from __future__ import annotations

import json

import click
from rich.panel import Panel
from rich.tree import Tree

from cartography.errors import GenscanError
from cartography.loading import CURRENT, VERSIONS, load_version
from cartography.lookup import Lookup
from cartography.tree import Cartographie, Famille, Metier, Node, Poste
from serving.cli.terminal import Screen


@click.command(short_help="Montre l'arbre des métiers.")
@click.argument("texte", required=False)
@click.option(
    "--version",
    "version",
    type=click.Choice(VERSIONS),
    default=CURRENT,
    show_default=True,
    metavar="NOM",
    help=f"Version ({', '.join(VERSIONS)}).",
)
@click.option("--json", "as_json", is_flag=True, help="L'arbre en JSON.")
def cartographie(texte: str | None, version: str, as_json: bool) -> None:
    """Montre l'arbre, ou ce que TEXTE y désigne (identifiant, libellé ou intitulé usuel)."""
    tree = load_version(version)
    if as_json:
        click.echo(json.dumps(tree.as_json(), ensure_ascii=False, indent=1))
    elif texte is None:
        Screen().print(_whole(tree))
    else:
        nodes = Lookup.build(tree).find(texte)
        if not nodes:
            raise GenscanError("introuvable", f"rien dans la cartographie {version} ne s'appelle {texte!r}")
        for node in nodes:
            Screen().print(_panel(tree, node))


def _whole(tree: Cartographie) -> Tree:
    root = Tree(f"[bold]{tree.libelle}[/] ({tree.version})")
    current = load_version(CURRENT)
    for famille in tree.familles:
        branch = root.add(f"[bold]{famille.libelle}[/]  [dim]{famille.id}[/]")
        for metier in famille.metiers:
            leaf = branch.add(f"{metier.libelle}  [dim]{metier.id}[/]")
            for poste in metier.postes:
                leaf.add(f"{poste.libelle}  [dim]{poste.id}[/]")
        if not famille.metiers:
            mine = [p.libelle for p in current.postes if tree.famille_of(current, p.id) == famille]
            branch.add(f"[dim]{len(mine)} postes de {current.version} : {', '.join(mine)}[/]")
    return root


def _panel(tree: Cartographie, node: Node) -> Panel:
    if isinstance(node, Famille):
        text = "\n".join(f"• {m.libelle} ({len(m.postes)} postes)" for m in node.metiers)
        return Panel(text, title=f"Famille : {node.libelle}", subtitle=node.id)
    if isinstance(node, Metier):
        text = "\n".join(f"• {p.libelle}" for p in node.postes)
        path = tree.famille(node.famille_id).libelle
        return Panel(text, title=f"Métier : {path} › {node.libelle}", subtitle=node.id)
    return _poste_panel(tree, node)


def _poste_panel(tree: Cartographie, poste: Poste) -> Panel:
    famille, metier, _ = tree.path(poste.id)
    titles = ", ".join(
        t.masculin if t.masculin == t.feminin else f"{t.masculin} / {t.feminin}" for t in poste.intitules
    )
    text = (
        f"{poste.definition}\n\n[bold]Intitulés[/] {titles}\n[bold]En anglais[/] {', '.join(poste.titles)}\n"
        f"[bold]Outils[/] {', '.join(poste.outils)}\n[bold]Compétences[/] {' ; '.join(poste.competences)}"
    )
    return Panel(text, title=f"{famille.libelle} › {metier.libelle} › {poste.libelle}", subtitle=poste.id)

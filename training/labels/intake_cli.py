"""The verb `label corrections`: what people corrected where the service answers goes to the label log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartography.loading import load_version
from training.labels.log import LabelError, libelle
from training.labels.options import annotator_option, data_option, log_option
from training.labels.sources import shared_root

if TYPE_CHECKING:
    from cartography.corrections import Correction
    from cartography.errors import RecordError
    from cartography.tree import Cartographie
    from training.labels.intake import Taken

_SHOWN = 90
"""Characters of a title or a note on the screen."""
_TORN = frozenset(["ligne_inachevee", "json_invalide", "utf8_invalide"])
"""What a killed service leaves of a correction that it did not acknowledge."""


@click.command()
@click.argument("fichier", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--a-blanc", "dry", is_flag=True, help="Montre tout, n'écrit rien.")
@annotator_option
@data_option
@log_option
@click.pass_context
def corrections(
    context: click.Context, fichier: Path, dry: bool, annotateur: str, data: Path | None, log: Path
) -> None:
    """Ajoute au journal ce que des personnes ont corrigé là où le service répond (POST /corrections).

    De deux corrections d'une même fiche, la dernière compte. Le journal reçoit l'identifiant, l'empreinte et
    l'étiquette ; le texte d'une fiche qu'aucune source n'a est gardé dans data/corrections/, sous le dossier des
    données. Les fautes sont dites et n'arrêtent pas le reste (code de sortie 1) ; relire un fichier n'ajoute rien.
    """
    from training.labels.intake import decide, read_log, take_in

    tree, root = load_version(), data or shared_root()
    said, unread = _read(fichier)
    taken = decide(said, read_log(log, tree), root, tree, annotateur)
    for one in taken:
        click.echo(_told(one, tree))
    for error in unread:
        click.echo(f"{fichier.name}, ligne {error.position} : {error.message}", err=True)
    texts, labels = (0, sum(one.fate == "nouvelle" for one in taken)) if dry else take_in(taken, root, log)
    fates = Counter(one.fate for one in taken)
    unwritten = " (à blanc : rien n'est écrit)" if dry else ""
    counts = (
        f"corrections ajoutées : {labels}{unwritten} ; textes gardés : {texts} ; "
        f"déjà dans le journal : {fates['connue']} ; dépassées : {fates['dépassée']} ; "
        f"refusées : {fates['refusée']} ; lignes illisibles : {len(unread)}"
    )
    click.echo(counts, err=True)
    if fates["refusée"] or any(error.code not in _TORN for error in unread):
        context.exit(1)


def _read(path: Path) -> tuple[list[Correction], list[RecordError]]:
    from cartography.correction_file import read_corrections
    from cartography.corrections import Correction
    from cartography.errors import reason

    said: list[Correction] = []
    unread: list[RecordError] = []
    try:
        for found in read_corrections(path):
            if isinstance(found, Correction):
                said.append(found)
            else:
                unread.append(found)
    except OSError as error:
        raise LabelError("corrections_illisibles", f"{path} : illisible ({reason(error)})") from error
    return said, unread


def _told(one: Taken, tree: Cartographie) -> str:
    from cartography.text import clean_text
    from training.labels.spreadsheet import excerpt

    correction = one.correction
    # A refused label may name what the tree does not have. Control characters would speak to the terminal.
    label = libelle(one.label.label, tree) if one.label else excerpt(clean_text(correction.label), _SHOWN)
    note = f" ; note : {excerpt(clean_text(correction.note), _SHOWN)}" if correction.note else ""
    why = f" ({one.why})" if one.why else ""
    what = f"{correction.fiche.type} {excerpt(clean_text(correction.fiche.id), _SHOWN)}"
    return f"{one.fate:<9} {what} « {excerpt(correction.fiche.intitule, _SHOWN)} » → {label}{note}{why}"

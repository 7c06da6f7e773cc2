"""The verb `label`: read the doubtful records, correct them one by one or in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from cartography.loading import load_version
from training.labels.intake_cli import corrections
from training.labels.log import NON, Key, Label, LabelError, append_labels, effective, libelle, read_labels
from training.labels.options import annotator_option, data_option, log_option, today
from training.labels.sources import OWN, SOURCES, shared_root

if TYPE_CHECKING:
    from rich.console import Console

    from cartography.lookup import Lookup
    from cartography.tree import Cartographie
    from training.labels.doubts import Doubt, Doubts
    from training.labels.records import LabelledRecord

F = TypeVar("F", bound=Callable[..., Any])
SOURCE_NAMES = [source.name for source in SOURCES]
KIND_NAMES = ("all", "etiquette", "rome", "isole", "manquante")
DOUBTFUL = 200
SHOWN_TEXT = 1_200
"""Characters of a description on the screen."""
KEYS = (
    "Étiquette : postes (identifiant ou intitulé, séparés par ;), numéros de la liste, metier:…, famille:… ou non ; "
    "Entrée garde, s passe, t tout le texte, ? POSTE définit, q quitte"
)


_FOLDER = click.Path(path_type=Path, file_okay=False)
_CHOICE = (
    click.option("--cache", type=_FOLDER, default=Path("var/cache"), show_default=True, help="Vecteurs gardés."),
    click.option("--bundle", type=_FOLDER, help="Modèle dont l'encodeur sert.  [défaut : le modèle embarqué]"),
    click.option("--seed", default=0, show_default=True, help="Graine du tirage des fiches non annotées."),
    click.option("--sample", type=click.IntRange(0), default=2000, show_default=True, help="Non annotées tirées."),
    click.option("--source", "sources", multiple=True, type=click.Choice(SOURCE_NAMES), help="Seulement celle-ci."),
    click.option("--kind", type=click.Choice(KIND_NAMES), default="all", show_default=True, help="Motif du doute."),
    log_option,
    data_option,
)


def _choice(command: F) -> F:
    for option in _CHOICE:
        command = option(command)
    return command


class _Choice(NamedTuple):
    """Which doubts are wanted."""

    kind: str
    sources: tuple[str, ...]
    sample: int
    seed: int
    bundle: Path | None
    cache: Path


@click.group()
def label() -> None:
    """Relit et corrige les étiquettes : les fiches les plus douteuses, une à une ou dans un tableur.

    Chaque décision s'ajoute au journal (identifiant, empreinte du texte, étiquette ; jamais le texte) et remplace les
    lectures d'avant. Une fiche corrigée ou confirmée n'est plus proposée. Les fiches écrites pour le projet (source
    « ecrit ») portent leur étiquette dans training/data/fiches-ecrites.jsonl : corrigez-les là ; elles ne passent par
    le journal que s'il a déjà une ligne pour elles.
    """


@label.command("next")
@click.option("--n", "count", type=click.IntRange(1), default=10, show_default=True, help="Fiches proposées, au plus.")
@_choice
@annotator_option
@click.option("--dry-run", is_flag=True, help="Montre les fiches sans rien demander ni écrire.")
def next_(count: int, annotateur: str, dry_run: bool, data: Path | None, log: Path, **options: Any) -> None:
    """Montre les fiches dont l'étiquette est le plus sûrement fausse ou absente, et note la décision.

    Motifs : etiquette (un modèle qui n'a pas lu la fiche la classe ailleurs), rome (son code ROME mène ailleurs),
    isole (ses voisines ont une autre étiquette), manquante (non annotée, le modèle hésite). Chaque décision est écrite
    aussitôt : quitter ou Ctrl+C ne perd rien.
    """
    from rich.console import Console

    from cartography.lookup import Lookup

    tree = load_version()
    console = Console(highlight=False)
    doubts = _find(count, _Choice(**options), data or shared_root(), log, tree)
    if not doubts:
        click.echo("Aucune fiche à relire.", err=True)
    written = 0
    lookup = Lookup.build(tree)
    try:
        for rank, doubt in enumerate(doubts, 1):
            _show(console, doubt, tree, f"{rank}/{len(doubts)}")
            if dry_run:
                continue
            said = _ask(console, doubt, tree, lookup)
            if said is None:
                break
            if said:
                written += append_labels(log, [_correction(doubt, *said, annotateur)])
    finally:
        if not dry_run:
            click.echo(f"{written} décision{'s' * (written > 1)} dans {log}", err=True)


def _show(console: Console, doubt: Doubt, tree: Cartographie, place: str) -> None:
    from rich.text import Text

    from training.labels.spreadsheet import excerpt

    fiche, known = doubt.record.fiche, doubt.label
    console.rule(f"{place} · {doubt.kind} {doubt.score:.2f}")
    # Text and not markup: a title may hold brackets.
    console.print(Text(fiche.intitule, style="bold"))
    console.print(Text(f"{fiche.type}, {doubt.record.origin}, {fiche.id}", style="dim"))
    if fiche.description:
        console.print(Text(excerpt(fiche.description, SHOWN_TEXT)))
    now = f"{libelle(known.label, tree)} ({known.label}), certitude {known.certitude}" if known else "aucune"
    console.print(
        Text.assemble(("Étiquette  ", "cyan"), now, (f"  « {known.note} »" if known and known.note else "", "dim"))
    )
    console.print(Text.assemble(("Doute      ", "cyan"), doubt.why))
    for rank, (poste, share) in enumerate(doubt.candidats, 1):
        console.print(Text.assemble((f"{rank:>9}  ", "cyan"), f"{share:4.0%}  {libelle(poste, tree)} ", (poste, "dim")))
    for title, label_ in doubt.voisins:
        console.print(Text.assemble(("Voisine    ", "cyan"), f"{excerpt(title, 90)} → {libelle(label_, tree)}"))


def _ask(console: Console, doubt: Doubt, tree: Cartographie, lookup: Lookup) -> tuple[str, int, str] | tuple[()] | None:
    """Return (label, certainty, note); empty to skip, None to quit."""
    from rich.text import Text

    from training.labels.spreadsheet import CERTITUDE, CONFIRMED

    known = doubt.label
    console.print(KEYS, style="dim")
    while True:
        said = click.prompt("Étiquette", default="", show_default=False).strip()
        if said in ("q", "s"):
            return None if said == "q" else ()
        if said == "t":
            console.print(Text(doubt.record.fiche.description))
        elif said.startswith("?"):
            _define(console, said[1:].strip(), doubt, lookup, tree)
        elif not said and known is None:
            click.echo("Pas d'étiquette à garder : donnez-en une, ou s pour passer.")
        else:
            try:
                chosen = _chosen(said, doubt, tree, lookup)
            except LabelError as error:
                click.echo(error.message)
                continue
            kept = known is not None and chosen == known.label
            before = known.certitude if known and kept else CERTITUDE
            sure = click.prompt(
                "Certitude (1 évidente, 2 raisonnable, 3 discutable)", type=click.IntRange(1, 3), default=before
            )
            return chosen, sure, CONFIRMED if kept else ""


def _chosen(said: str, doubt: Doubt, tree: Cartographie, lookup: Lookup) -> str:
    """Return the label of an answer; numbers stand for the listed candidates, nothing for the label of today."""
    from training.labels.spreadsheet import parse_label

    if not said and doubt.label:
        return doubt.label.label
    numbers = said.replace(";", " ").replace(",", " ").split()
    if all(n.isdecimal() for n in numbers):
        outside = [n for n in numbers if not 1 <= int(n) <= len(doubt.candidats)]
        if outside:
            raise LabelError("etiquette_invalide", f"1 à {len(doubt.candidats)} attendu : {', '.join(outside)}")
        said = ";".join(doubt.candidats[int(n) - 1][0] for n in numbers)
    return parse_label(said, tree, lookup)


def _define(console: Console, said: str, doubt: Doubt, lookup: Lookup, tree: Cartographie) -> None:
    from rich.text import Text

    asked = [lookup.poste(said)] if said else [tree.poste(c) for c, _ in doubt.candidats if c != NON]
    for poste in asked:
        if poste is None:
            click.echo(f"Poste inconnu : {said}")
        else:
            console.print(Text.assemble((f"{poste.libelle} ", "bold"), (f"{poste.id}  ", "dim"), poste.definition))


def _correction(doubt: Doubt, said: str, certitude: int, note: str, annotator: str) -> Label:
    from training.labels.sources import text_hash

    fiche = doubt.record.fiche
    return Label(*doubt.key, fiche.type, text_hash(fiche), said, certitude, "correction", annotator, today(), note)


def _join(root: Path, tree: Cartographie, log: Path) -> tuple[list[LabelledRecord], dict[Key, Label]]:
    """Return the records whose label holds, each once, and what the log says; a log that is not there yet is empty."""
    from training.labels.records import load_records

    click.echo(f"→ étiquettes et textes ({root})", err=True)
    logged = effective(read_labels(log, tree)) if log.exists() else {}
    joined = load_records(root, tree, log)
    if joined.missing:
        said = ", ".join(f"{source} {count}" for source, count in joined.missing.most_common())
        click.echo(f"étiquettes sans leur texte ici : {said}", err=True)
    once: dict[Key, LabelledRecord] = {}
    for record in joined.records:
        # A line of the log comes before the label inside a written record.
        once.setdefault((record.text.source, record.fiche.id), record)
    return list(once.values()), logged


def _find(count: int, choice: _Choice, root: Path, log: Path, tree: Cartographie) -> list[Doubt]:
    """Read texts and labels, measure every sign, and return the most doubtful records."""
    from training.labels.doubts import KINDS, sample_unlabelled
    from training.labels.sources import available

    records, logged = _join(root, tree, log)
    unlabelled = []
    if choice.kind in ("all", "manquante"):
        # Written records hold their label.
        among = [s for s in available(root) if s != OWN and (not choice.sources or s.name in choice.sources)]
        unlabelled = sample_unlabelled(among, root, logged, choice.sample, choice.seed)
    if not records and not unlabelled:
        return []
    # What a person has decided, and the written records, whose label is corrected where it stands.
    hidden = {r.label.key for r in records if r.label.passe == "correction" or r.label.key not in logged}
    kind = next((k for k in KINDS if k == choice.kind), None)
    doubts = _measure(choice, records, unlabelled, tree)
    return doubts.rank(count, kind, hidden, choice.sources or None)


def _measure(
    choice: _Choice, records: Sequence[LabelledRecord], unlabelled: Sequence[Any], tree: Cartographie
) -> Doubts:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from cartography.crosswalk import load_crosswalk
    from models.bundle import DEFAULT_BUNDLE, load_bundle
    from models.classifier import text_of
    from models.layout import LAYOUT
    from training.encoder.embeddings import cache_path, embed
    from training.labels.doubts import Doubts

    directory = choice.bundle or DEFAULT_BUNDLE
    encoder = load_bundle(directory, tree).encoder
    cache = cache_path(choice.cache, directory / LAYOUT.encoder, encoder.max_tokens)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("vecteurs", total=len(records) + len(unlabelled))

        def encode(fiches: Sequence[Any]) -> Any:
            return embed(
                encoder, [text_of(f) for f in fiches], cache, progress=lambda done: bars.update(task, advance=done)
            )

        return Doubts(records, unlabelled, encode, tree, load_crosswalk())


@label.command()
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Fichier CSV.")
@click.option("--doubtful", type=click.IntRange(1), default=None, help=f"Les N plus douteuses.  [défaut : {DOUBTFUL}]")
@click.option("--all", "everything", is_flag=True, help="Toutes les fiches annotées, sans chercher les doutes.")
@_choice
def export(output: Path, doubtful: int | None, everything: bool, data: Path | None, log: Path, **options: Any) -> None:
    """Écrit les fiches à relire dans un CSV pour tableur (UTF-8, points-virgules).

    Remplissez nouvelle_etiquette (postes, « non »…), au besoin nouvelle_certitude et note, puis `genscan label import`.
    Le fichier contient les textes des fiches : il reste sur votre machine, ne le publiez pas.
    """
    from training.labels.spreadsheet import write_sheet

    if everything and doubtful is not None:
        raise click.UsageError("--all ou --doubtful, pas les deux")
    if output.exists():
        message = f"{output} existe déjà et peut contenir des décisions : importez-le ou donnez un autre nom"
        raise LabelError("fichier_existant", message)
    tree, root, choice = load_version(), data or shared_root(), _Choice(**options)
    if everything:
        records, logged = _join(root, tree, log)
        kept = [r for r in records if r.label.key in logged and (not choice.sources or r.text.source in choice.sources)]
        count = write_sheet(output, ((r.text, r.label, "", "") for r in kept))
    else:
        doubts = _find(doubtful or DOUBTFUL, choice, root, log, tree)
        count = write_sheet(output, ((d.record, d.label, d.suggestion, d.why) for d in doubts))
    click.echo(f"{output} : {count} fiches ; ce fichier contient leurs textes, il reste local", err=True)


@label.command("import")
@click.argument("fichier", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@annotator_option
@data_option
@log_option
@click.pass_context
def import_(context: click.Context, fichier: Path, annotateur: str, data: Path | None, log: Path) -> None:
    """Ajoute au journal les décisions d'un CSV relu dans un tableur.

    Seules comptent les lignes dont nouvelle_etiquette est remplie. Sans nouvelle_certitude, une étiquette inchangée
    garde la sienne, une autre reçoit 2. Les lignes fautives sont dites et n'arrêtent pas les autres (code de sortie
    1) ; importer deux fois le même fichier n'ajoute rien.
    """
    from cartography.lookup import Lookup
    from training.labels.records import read_texts
    from training.labels.sources import available
    from training.labels.spreadsheet import accept, parse_label, read_sheet

    tree = load_version()
    lookup = Lookup.build(tree)
    decisions, refusals = read_sheet(fichier, lambda text: parse_label(text, tree, lookup))
    root, lines = data or shared_root(), read_labels(log, tree)
    wanted = {decision.key[0] for decision in decisions}
    there = [s for s in available(root) if s.name in wanted]
    texts = read_texts(root, there)
    labels, late = accept(decisions, lines, texts, {s.name for s in there}, annotateur, today())
    if labels:
        append_labels(log, labels)
    for refusal in sorted([*refusals, *late], key=lambda r: r.line):
        click.echo(f"{fichier.name}, {refusal}", err=True)
    refused, taken = len(refusals) + len(late), len(labels)
    already = len(decisions) - len(late) - taken
    counts = f"corrections ajoutées : {taken} ; déjà dans le journal : {already} ; lignes refusées : {refused}"
    click.echo(counts, err=True)
    if refused:
        context.exit(1)


@label.command("agreement")
@log_option
def agreement_(log: Path) -> None:
    """Montre l'accord des deux lectures indépendantes, niveau par niveau."""
    from rich.console import Console
    from rich.table import Table

    from training.labels.agreement import agreement, double_read
    from training.labels.records import readings

    tree = load_version()
    pairs = double_read(readings(log, tree))
    if not pairs:
        click.echo("Aucune fiche n'a été lue deux fois.")
        return
    chosen = [pair for pair in pairs if pair[0].passe == "ciblee"]
    for title, some in (("toutes les fiches", pairs), ("fiches choisies à l'aide d'un modèle", chosen)):
        table = Table(title, "fiches", "accord", "kappa de Cohen", header_style="bold", box=None, padding=(0, 1, 0, 0))
        for a in agreement(some, tree):
            table.add_row(a.level, str(a.records), f"{a.observed:.3f}", "" if a.kappa is None else f"{a.kappa:.3f}")
        if some:
            Console().print(table)


label.add_command(corrections)

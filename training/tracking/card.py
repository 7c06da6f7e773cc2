"""The model card, generated from the run: what the model is, what it was made from, how it does, how to re-make it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cartography.crosswalk import Crosswalk
from cartography.tree import Cartographie
from models.layout import Calibration, EncoderEntry
from training.corpus.examples import HORS_SHARE, Corpus
from training.encoder.export import Parity
from training.measure.evaluation import Report


@dataclass(frozen=True)
class Story:
    """Everything that the card tells.

    Attributes:
        version: of the bundle.
        command: that made it.
        cartographie: tree of the labels.
        crosswalk: ROME of the labels.
        corpus: what it learned from.
        encoder: facts on the encoder.
        words: how many the layer on words knows.
        unread: records without label whose words it learnt.
        parity: torch against the exported graph, fp32; None where the graph was not made by the run.
        storage: exported graph, fp32 against int8 weights; None likewise.
        curve: for each epoch (training loss, validation loss), in nats.
        calibration: tempering, thresholds, prior.
        validation: figures on the held-out titles.
        gold: figures on labelled records by condition ("avec code ROME", "sans code ROME"); empty if none were there.
        gold_digest: SHA-256 of the labelled file, first 16 digits; empty if there was none.
        origin: model whose encoder and head these are; "" where the run learnt them.
    """

    version: str
    command: str
    cartographie: Cartographie
    crosswalk: Crosswalk
    corpus: Corpus
    encoder: EncoderEntry
    words: int
    unread: int
    parity: Parity | None
    storage: Parity | None
    curve: tuple[tuple[float, float], ...]
    calibration: Calibration
    validation: Mapping[str, float]
    gold: Mapping[str, Report]
    gold_digest: str
    origin: str = ""


def write_card(story: Story) -> str:
    """Return the model card, in Markdown."""
    parts = [
        f"# {story.version}\n",
        _purpose(story),
        _recipe(story),
        _corpus(story.corpus),
        _fidelity(story),
        _settings(story.calibration),
        _validation(story.validation),
        _gold(story),
        _limits(),
    ]
    return "\n".join(part for part in parts if part)


def recipe_of(card: str) -> list[str]:
    r"""Return the commands that a model card says to re-make it with; none where it says none.

    >>> recipe_of("# genscan-1\n\n## Refaire\n\n```\ngenscan train --seed 0\n```\n")
    ['genscan train --seed 0']
    """
    _, _, after = card.partition("## Refaire\n\n```\n")
    return after.partition("\n```")[0].splitlines()


def _purpose(story: Story) -> str:
    return (
        "Classe formations et offres d'emploi dans la cartographie GEN "
        f"{story.cartographie.version} ({len(story.cartographie.postes)} postes et « hors numérique »). "
        f"Encodeur `{story.encoder.base}` ({story.encoder.dimension} dimensions, textes coupés à "
        f"{story.encoder.max_tokens} jetons) et couche linéaire, appris ensemble ; à côté, une petite couche sur "
        f"tous les mots de la fiche ({story.words} mots et paires de mots du titre), apprise seule : leurs logits "
        f"s'additionnent.{_of_unread(story.unread)}\n"
    )


def _of_unread(count: int) -> str:
    if not count:
        return ""
    return (
        f" Les mots viennent aussi de {count} fiches que personne n'a étiquetées : chacune y compte pour les postes "
        "que laissent son texte et son code ROME, lus par un premier modèle."
    )


def _recipe(story: Story) -> str:
    return (
        "## Refaire\n\n"
        f"```\n{story.command}\n```\n\n"
        f"- corpus : {len(story.corpus.dataset)} textes, empreinte `{story.corpus.digest}`\n"
        f"- ROME 4.0 version {story.crosswalk.rome.version}, {len(story.crosswalk.by_ogr)} appellations lues\n"
        f"{_learnt(story)}"
    )


def _learnt(story: Story) -> str:
    if story.origin:
        return (
            f"- encodeur et tête de {story.origin}, tels quels ; la couche sur les mots et la calibration, de nouveau\n"
        )
    return f"- époque retenue : {_best(story.curve) + 1} sur {len(story.curve)}\n"


def _best(curve: Sequence[tuple[float, float]]) -> int:
    return min(range(len(curve)), key=lambda rank: curve[rank][1], default=0)


def _corpus(corpus: Corpus) -> str:
    counts = Counter(zip(corpus.dataset["source"], corpus.dataset["split"], strict=True))
    lines = [
        f"| {source} | {counts[source, 'train']} | {counts[source, 'validation']} |"
        for source in dict.fromkeys(corpus.dataset["source"])
    ]
    return (
        "## Données\n\n"
        "Titres, définitions, compétences et outils des postes ; appellations du ROME par la table de passage ; "
        "appellations hors numérique ; formations citées par le guide d'annotation. Chaque titre paraît nu, habillé "
        "(« Formation … », « … (H/F) ») et en tête d'une courte fiche composée. Les deux genres d'un titre restent du "
        f"même côté. Parmi les titres, « hors numérique » pèse {HORS_SHARE:.0%}, les postes se partagent également le "
        "reste. Source « fiche » : offres, formations et certifications réelles étiquetées par lecture, et fiches "
        "écrites pour les postes rares ; leur partie de validation sert seule à arrêter et à calibrer.\n\n"
        "| source | entraînement | validation |\n|---|---:|---:|\n" + "\n".join(lines) + "\n"
    )


def _fidelity(story: Story) -> str:
    if story.parity is None or story.storage is None:
        return ""
    return (
        "## Fidélité de l'export\n\n"
        "| comparaison | textes | cosinus moyen | cosinus le plus bas |\n|---|---:|---:|---:|\n"
        f"| torch fp32 / ONNX fp32 | {story.parity.texts} | {story.parity.mean:.6f} | {story.parity.least:.6f} |\n"
        f"| ONNX fp32 / poids int8 | {story.storage.texts} | {story.storage.mean:.6f} | {story.storage.least:.6f} |\n"
    )


def _settings(calibration: Calibration) -> str:
    seuils, tempering = calibration.thresholds, calibration.tempering
    return (
        "## Calibration\n\n"
        f"Décision : pente {tempering.slope:.3f}, décalage {tempering.shift:.3f}. Températures : famille "
        f"{tempering.famille:.3f}, métier {tempering.metier:.3f}, poste {tempering.poste:.3f}. Seuils : numérique "
        f"{seuils.numerique:.2f}, famille {seuils.famille:.3f}, métier {seuils.metier:.3f}, poste {seuils.poste:.3f}. "
        f"A priori ROME : force {calibration.rome.strength}, plancher {calibration.rome.floor}. Au titre seul : dès "
        f"que les mots donnent {calibration.triage.poste} à un poste ou {calibration.triage.hors} à « hors "
        "numérique ».\n"
    )


def _validation(figures: Mapping[str, float]) -> str:
    lines = "\n".join(f"| {name} | {value:.4f} |" for name, value in figures.items())
    title = "## Calibration mesurée sur ses propres fiches (validation et test, sans code ROME)"
    return f"{title}\n\n| mesure | valeur |\n|---|---:|\n{lines}\n"


def _gold(story: Story) -> str:
    tables = [
        f"### {group}, {condition}\n\n| mesure | valeur | intervalle à 95 % | fiches |\n|---|---:|---:|---:|\n"
        + "\n".join(
            f"| {name} | {f.value:.3f} | {f.low:.3f} à {f.high:.3f} | {f.count} |" for name, f in figures.items()
        )
        + "\n"
        for condition, report in story.gold.items()
        for group, figures in report.items()
    ]
    if not tables:
        return ""
    return (
        "## Fiches réelles annotées\n\n"
        f"Jeu de développement (« avec » et « sans code ROME »), empreinte `{story.gold_digest}` ; ni lui, ni les "
        "fiches des éditeurs jamais vus n'ont servi à entraîner ou à régler ; les fiches de test n'ont servi qu'à la "
        "calibration et aux seuils.\n\n" + "\n".join(tables)
    )


def _limits() -> str:
    return (
        "## Limites\n\n"
        "- Les seuils visent 97 % de réponses justes sur les fiches réelles de validation et de test ; ailleurs, la "
        "précision est celle du tableau des fiches annotées.\n"
        "- Le score d'une famille, d'un métier ou d'un poste est la chance qu'il convienne ; ceux des candidats se "
        "partagent une probabilité.\n"
        "- L'encodeur lit d'une fiche le titre et les passages de la description dont les mots parlent le plus du "
        "métier ; le titre seul, là où les mots de tout le texte suffisent à trancher.\n"
    )

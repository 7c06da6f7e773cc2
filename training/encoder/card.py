"""The card of an encoder: what it is, what it was made from and how, what it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from training.encoder.recipe import Recipe
from training.material.digests import Learnt


@dataclass(frozen=True)
class EncoderStory:
    """Everything that the card tells.

    Attributes:
        recipe: what was asked.
        command: that made it.
        dimension: of its vectors.
        pieces: of its vocabulary.
        parameters: how many weights.
        sources: what it learnt from.
        losses: last point of each curve.
        melo: figures on MELO; empty where the benchmark was not there.
    """

    recipe: Recipe
    command: str
    dimension: int
    pieces: int
    parameters: int
    sources: Sequence[Learnt]
    losses: Mapping[str, float]
    melo: Mapping[str, float]


def write_encoder_card(story: EncoderStory) -> str:
    """Return the card, in Markdown."""
    settings = {name: value for name, value in asdict(story.recipe).items() if value is not None}
    sources = "\n".join(f"| {s.source} | {len(s.texts)} | {sum(s.texts)} | `{s.digest}` |" for s in story.sources)
    return (
        "# Encodeur\n\n"
        f"BERT au vocabulaire français ({story.pieces} morceaux, {story.parameters / 1e6:.1f} millions de poids), "
        f"vecteurs de longueur 1 à {story.dimension} dimensions, textes coupés à {story.recipe.max_tokens} jetons. "
        "Appris en deux temps : distillation des vecteurs du maître sur des phrases et des intitulés traduits, puis "
        "contraste entre les textes qui nomment ou décrivent un même métier. `genscan train` en part.\n\n"
        f"## Refaire\n\n```\n{story.command}\n```\n\n"
        + "\n".join(f"- {name} : {value}" for name, value in settings.items())
        + "\n\n## Données\n\nNi les fiches du jeu de développement, ni MELO n'y sont.\n\n"
        "| source | concepts ou paires | textes | empreinte |\n|---|---:|---:|---|\n"
        f"{sources}\n\n"
        + _figures("Dernières pertes (moyenne de dix pas)", story.losses)
        + _figures("MELO-fra, appellations ROME à relier aux libellés ESCO", story.melo)
    )


def _figures(title: str, figures: Mapping[str, float]) -> str:
    if not figures:
        return ""
    lines = "\n".join(f"| {name} | {value:.4f} |" for name, value in sorted(figures.items()))
    return f"## {title}\n\n| mesure | valeur |\n|---|---:|\n{lines}\n\n"

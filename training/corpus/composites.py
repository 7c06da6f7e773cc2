"""From a bare title to what a record looks like: title as offers and courses write it, duties, and noise.

Real records are a title and a long description, our labelled texts are titles. Each title therefore appears bare,
dressed ("Formation …", "… (H/F)"), and at the head of a small record: duties of its poste between sentences that say
nothing (employer, conditions, admission). Titles outside the cartographie are dressed in the same way, so that
neither length nor the employer's trade tells digital from other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cartography.tree import Cartographie
from training.corpus.phrases import COURSE_NOISE, COURSE_TITLES, DOMAIN_PHRASES, OFFER_NOISE, OFFER_TITLES, TOOL_TITLES
from training.corpus.split import number, pick
from training.corpus.units import Unit

PHRASES_A_RECORD = 3
"""Duties in one made-up record: with the noise around them, they fill the tokens that the encoder reads."""


def phrases_of(cartographie: Cartographie) -> dict[str, tuple[str, ...]]:
    """Return what may be said of a title: poste id, or letter of a ROME domain → phrases."""
    phrases = dict(DOMAIN_PHRASES)
    for poste in cartographie.postes:
        sentences = [s.strip().rstrip(".") + "." for s in poste.definition.split(". ") if s.strip()]
        tools = [f"Outils : {', '.join(poste.outils[i : i + 4])}." for i in range(0, len(poste.outils), 4)]
        phrases[poste.id] = (*sentences, *(c.rstrip(".") + "." for c in poste.competences), *tools)
    return phrases


def records(unit: Unit, phrases: Sequence[str]) -> Iterator[str]:
    """Yield the texts of a unit, bare titles first.

    Args:
        unit: a labelled title.
        phrases: what may be said of it, on the unit's side of the split; may be empty.
    """
    yield from unit.texts
    match unit.source:
        case "outil":
            yield _tool(unit.texts[0])
        case "formation":
            yield _course(unit.texts[0], unit.texts[0], phrases)
        case "hors":
            # One dressed form each: there are ten times more of these than of the others.
            yield pick((_offer, _course, _noisy), f"forme:{unit.texts[0]}")(
                _dressed(unit.texts[0]), unit.texts[0], phrases
            )
        case _:
            for text in unit.texts:
                yield _dressed(text)
                yield _offer(pick(OFFER_TITLES, f"offre:{text}").format(t=text), text, phrases)
                yield _course(pick(COURSE_TITLES, f"formation:{text}").format(t=text), text, phrases)
            yield _noisy(unit.texts[-1], unit.texts[-1], phrases)


def _dressed(title: str) -> str:
    if number(f"casse:{title}") % 8 == 0:
        return title.upper()
    return pick((*OFFER_TITLES, *COURSE_TITLES), f"habit:{title}").format(t=title)


def _tool(tool: str) -> str:
    return pick(TOOL_TITLES[1:], f"outil:{tool}").format(t=tool)


def _offer(title: str, key: str, phrases: Sequence[str]) -> str:
    before, after = _draw(OFFER_NOISE, f"avant:{key}", 2)
    body = [before, *_draw(phrases, f"missions:{key}", PHRASES_A_RECORD), after]
    return f"{title}\n{' '.join(body)}"


def _course(title: str, key: str, phrases: Sequence[str]) -> str:
    before, after = _draw(COURSE_NOISE, f"public:{key}", 2)
    body = [*_draw(phrases, f"objectifs:{key}", PHRASES_A_RECORD), before, after]
    return f"{title}\n{' '.join(body)}"


def _noisy(title: str, key: str, phrases: Sequence[str]) -> str:
    del phrases  # the point of this form is that nothing but the title speaks
    return f"{title}\n{' '.join(_draw(OFFER_NOISE, f'bruit:{key}', 3))}"


def _draw(items: Sequence[str], key: str, count: int) -> list[str]:
    """Return `count` different items (all of them if fewer), in an order that depends on the key alone."""
    return sorted(items, key=lambda item: number(f"{key}:{item}"))[:count]

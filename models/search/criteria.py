"""What filters, facets and sorting look at: one small set of facts a record, read once when it is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, get_args

from cartography.fiche import Fiche
from cartography.places import Place, Places
from cartography.text import fold
from models.answer import Answer

Values = tuple[str, ...]
"""What a record holds of a criterion: none, one or several values."""

Critere = Literal[
    "type",
    "numerique",
    "famille",
    "metier",
    "poste",
    "region",
    "departement",
    "niveau_sortie",
    "niveau_entree",
    "modalite",
    "certifiante",
    "certification",
    "organisme",
    "label",
    "contrat",
    "duree",
]
"""Criteria of distinct values, in the order in which they are stored."""

CRITERIA: tuple[str, ...] = get_args(Critere)

NUMBERS = ("duree_heures", "date", "latitude", "longitude")
"""Criteria that are measured: hours, days since 1 January of year 1, degrees; NaN where unknown."""

YES, NO = "oui", "non"

DURATIONS: tuple[tuple[float, str], ...] = (
    (35, "moins de 35 h"),
    (140, "de 35 à 140 h"),
    (400, "de 140 à 400 h"),
    (1200, "de 400 à 1 200 h"),
    (float("inf"), "1 200 h et plus"),
)
"""Upper bound, in hours, and name of each band of duration."""

_CONTRACTS = (
    ("apprenti", "apprentissage"),
    ("professionnalisation", "professionnalisation"),
    ("alternance", "alternance"),
    ("stage", "stage"),
    ("internship", "stage"),
    ("interim", "intérim"),
    ("mis", "intérim"),
    ("saison", "saisonnier"),
    ("sai", "saisonnier"),
    ("cdi", "CDI"),
    ("full time", "CDI"),
    ("cdd", "CDD"),
    ("lib", "indépendant"),
    ("freelance", "indépendant"),
    ("non salarie", "indépendant"),
    ("franchise", "indépendant"),
)
_MAX_VALUE = 200


class Criteria(NamedTuple):
    """The facts of one record: values by `CRITERIA`, measures by `NUMBERS`."""

    values: tuple[Values, ...]
    numbers: tuple[float, ...]


def criteria_of(fiche: Fiche, answer: Answer, places: Places) -> Criteria:
    """Read a record's criteria; whatever its fields hold, nothing fails: what cannot be read is unknown."""
    extras = fiche.extras
    place = places.of_fiche(fiche)
    hours = _number(extras.get("duree_heures"))
    found: dict[str, Values] = {
        "type": (fiche.type,),
        "numerique": (YES if answer.numerique else NO,),
        "famille": _one(answer.famille and answer.famille.id),
        "metier": _one(answer.metier and answer.metier.id),
        "poste": _one(answer.poste and answer.poste.id),
        "region": _one(place and place.region),
        "departement": _one(place and place.departement),
        "niveau_sortie": _one(_level(extras.get("niveau_sortie"))),
        "niveau_entree": _one(_level(extras.get("niveau_entree"))),
        "modalite": _texts(extras.get("modalite")),
        "certifiante": _one(_certifying(fiche)),
        "certification": _one(fiche.rncp),
        "organisme": _texts(extras.get("organisme") or extras.get("entreprise")),
        "label": _texts(extras.get("label") or extras.get("labels")),
        "contrat": contracts(extras.get("contrat"), extras.get("natureContrat"), extras.get("alternance")),
        "duree": _one(duration_band(hours)),
    }
    return Criteria(tuple(found[name] for name in CRITERIA), (hours, _day(extras), *_position(place)))


def contracts(*said: object) -> Values:
    """Return the kinds of contract that a record speaks of.

    >>> contracts("CDD - 12 Mois"), contracts("CDI", "Contrat apprentissage"), contracts(None, "")
    (('CDD',), ('apprentissage', 'CDI'), ())
    """
    words = f" {fold(' '.join(text for text in said if isinstance(text, str)))}"
    return tuple(dict.fromkeys(name for mark, name in _CONTRACTS if f" {mark}" in words))


def duration_band(hours: float) -> str | None:
    """Return the band of a duration in hours, None when it is unknown.

    >>> duration_band(20.0), duration_band(400.0), duration_band(float("nan"))
    ('moins de 35 h', 'de 400 à 1 200 h', None)
    """
    return next((name for bound, name in DURATIONS if hours < bound), None)


def day_number(text: object) -> float:
    """Return the day of an ISO date as a number that sorts, NaN when it is none.

    >>> day_number("2026-10-30T21:58:01.000Z") - day_number("2026-10-29"), day_number("demain")
    (1.0, nan)
    """
    try:
        return float(dt.date.fromisoformat(str(text)[:10]).toordinal())
    except ValueError:
        return float("nan")


def _day(extras: Mapping[str, Any]) -> float:
    return day_number(extras.get("date") or extras.get("debut"))


def _one(value: object) -> Values:
    return (str(value)[:_MAX_VALUE],) if value else ()


def _texts(value: object) -> Values:
    found: Iterable[object] = value if isinstance(value, list) else [value]
    texts = (" ".join(text.split())[:_MAX_VALUE] for text in found if isinstance(text, str))
    return tuple(dict.fromkeys(text for text in texts if text))


def _level(value: object) -> str | None:
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if text in {"1", "2", "3", "4", "5", "6", "7", "8"} else None


def _certifying(fiche: Fiche) -> str | None:
    said = fiche.extras.get("certifiante")
    if isinstance(said, bool):
        return YES if said else NO
    return YES if fiche.rncp else None


def _number(value: object) -> float:
    try:
        found = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else float("nan")
    except ValueError:
        return float("nan")
    return found if 0 < found < float("inf") else float("nan")


def _position(place: Place | None) -> tuple[float, float]:
    if place is None or place.latitude is None or place.longitude is None:
        return float("nan"), float("nan")
    return place.latitude, place.longitude

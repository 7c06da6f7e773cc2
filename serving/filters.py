"""Filters as people and programs write them → filters of the index: labels, names and places resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cartography.errors import GenscanError
from cartography.places import Places, load_places
from cartography.tree import Famille, Metier, Node, Poste
from models.search.criteria import NO, YES
from models.search.filters import Circle, Filters
from serving.engine import Engine

_LEVELS: dict[str, tuple[type[Node], str]] = {
    "famille": (Famille, "famille inconnue"),
    "metier": (Metier, "métier inconnu"),
    "poste": (Poste, "poste inconnu"),
}
_PLAIN = ("modalite", "organisme", "label", "contrat", "duree", "niveau_sortie", "niveau_entree")


class FilterInvalid(GenscanError):
    """A filter that cannot be understood; `champ` names it."""

    def __init__(self, code: str, message: str, champ: str) -> None:
        super().__init__(code, message)
        self.champ = champ


def resolve(asked: Mapping[str, Any], engine: Engine) -> Filters:
    """Return filters for the index.

    Args:
        asked: the fields of `serving.search_schemas.FiltersSchema`, and `type`; None or absent lets everything pass.
        engine: whose cartographie names are looked up in.

    Raises:
        FilterInvalid: a name is unknown, names the field.
    """
    places = load_places()
    found: dict[str, Any] = {name: asked.get(name) for name in ("type", "numerique", "duree_min", "duree_max")}
    for champ, (level, message) in _LEVELS.items():
        version = engine.cartographie.version
        say = f"{message} de la cartographie {version}"
        found[champ] = _each(asked.get(champ), champ, say, partial(engine.node_id, level=level))
    for champ, look, message in (
        ("region", places.region_code, "région inconnue"),
        ("departement", places.departement_code, "département inconnu"),
    ):
        found[champ] = _each(asked.get(champ), champ, message, look)
    for champ in _PLAIN:
        found[champ] = _each(asked.get(champ), champ, "valeur vide", lambda text: text or None)
    found["certification"] = _each(asked.get("certification"), "certification", "valeur vide", _certification)
    if asked.get("certifiante") is not None:
        found["certifiante"] = YES if asked["certifiante"] else NO
    found["depuis"] = _date(asked.get("depuis"))
    found["autour"] = _circle(asked.get("lieu"), asked.get("rayon_km") or 30.0, places)
    return Filters(**found)


def _each(value: Any, champ: str, message: str, look: Callable[[str], str | None]) -> str | tuple[str, ...] | None:
    if value is None:
        return None
    texts = [str(text) for text in value] if isinstance(value, (list, tuple)) else [str(value)]
    found: list[str] = []
    for text in texts:
        code = look(text)
        if code is None:
            raise FilterInvalid("valeur_inconnue", f"{champ} : {message} : {text!r}", champ)
        found.append(code)
    if not isinstance(value, (list, tuple)):
        return found[0]
    # No value asked for is no filter.
    return tuple(found) or None


def _certification(text: str) -> str | None:
    """Return a number as records hold it.

    >>> _certification("rncp 37873"), _certification("RS6040")
    ('RNCP37873', 'RS6040')
    """
    return text.upper().replace(" ", "") or None


def _date(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise FilterInvalid("valeur_inconnue", f"depuis : date AAAA-MM-JJ attendue : {text!r}", "depuis") from None


def _circle(place: Any, km: float, places: Places) -> Circle | None:
    if place is None:
        return None
    if not isinstance(place, str):
        latitude, longitude = (place[name] for name in ("latitude", "longitude"))
        return Circle(latitude, longitude, km)
    found = places.find(place)
    if found is None or found.latitude is None or found.longitude is None:
        raise FilterInvalid("lieu_inconnu", f"lieu : commune inconnue : {place!r}", "lieu")
    return Circle(found.latitude, found.longitude, km, found.nom)

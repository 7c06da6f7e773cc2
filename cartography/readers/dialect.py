"""A JSON object or table row, as real catalogues write them, brought to the keys of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cartography.errors import FicheInvalid
from cartography.fiche import FicheType
from cartography.readers import dialect_names as names
from cartography.readers.levels import level
from cartography.readers.prose import join_prose, plain, stand_in
from cartography.readers.values import codes, coordinate, hours, is_filled, place_code, register_number

_TYPES: dict[str, FicheType] = {
    "formation": "formation",
    "formations": "formation",
    "offre": "offre",
    "offres": "offre",
    "offre_d_emploi": "offre",
}


def to_contract(
    record: Mapping[str, Any], *, default_type: FicheType | None = None, ids: tuple[str, ...] = names.CONTRACT["id"]
) -> dict[str, Any]:
    """Return the record under the contract's keys, everything unknown kept beside them.

    Args:
        record: the source's object.
        default_type: type of a record that says none; it wins over what its fields suggest.
        ids: names that the identifier may go by.

    Raises:
        FicheInvalid: the record has an identifier but no type, and nothing suggests one.

    >>> to_contract({"numero": "RS1", "libelle": "Test", "objectif": "Apprendre"})
    {'id': 'RS1', 'intitule': 'Test', 'rncp': 'RS1', 'description': 'Apprendre', 'type': 'formation'}
    """
    by_key: dict[str, str] = {}
    for name in record:
        by_key.setdefault(names.key(name), name)
    rest = dict(record)
    values = _contract_fields(by_key, rest, ids)
    values["description"] = _description(by_key, rest, str(values.get("intitule", "")))
    fiche_type = _type(by_key, rest, default_type)
    if fiche_type:
        values["type"] = fiche_type
    elif is_filled(values.get("id")):
        raise _no_type(values["id"], record.get("type"))
    if "rome" in rest:  # a less trusted code than the one taken
        rest["rome_source"] = rest.pop("rome")
    return _extras(by_key, record, rest) | {k: v for k, v in values.items() if v is not None}


def _first(by_key: Mapping[str, str], record: Mapping[str, Any], aliases: Iterable[str]) -> str | None:
    """Return the name under which the record has the field: the first that says something, else the first."""
    present = [by_key[alias] for alias in aliases if alias in by_key and by_key[alias] in record]
    return next((name for name in present if is_filled(record[name])), present[0] if present else None)


def _contract_fields(by_key: Mapping[str, str], rest: dict[str, Any], ids: tuple[str, ...]) -> dict[str, Any]:
    """Take the contract's simple fields out of `rest`."""
    values: dict[str, Any] = {}
    for champ, aliases in names.CONTRACT.items():
        name = _first(by_key, rest, ids if champ == "id" else aliases)
        if name is not None:
            values[champ] = rest.pop(name)
    for champ in ("rome", "formacode"):
        if champ in values:
            values[champ] = codes(values[champ])
    own = values.get("rncp")
    if is_filled(own) and isinstance(own, (str, int, float)):
        # A text that is no number ("non inscrit au RNCP") is no certification, but stays readable.
        values["rncp"] = register_number(own)
        if values["rncp"] is None:
            rest.setdefault("certification", own)
    elif not is_filled(own):
        values["rncp"] = None
        if str(values.get("id", "")).upper().startswith(("RNCP", "RS")):
            values["rncp"] = register_number(values["id"])
    return values


def _description(by_key: Mapping[str, str], rest: dict[str, Any], title: str) -> object:
    """Take the prose out of `rest` and join it."""
    main = by_key.get("description")
    if main in rest and not isinstance(rest[main], (str, list, type(None))):
        return rest.pop(main)  # for the schema to refuse by name
    parts: list[str] = []
    for alias in names.PROSE:
        name = by_key.get(alias)
        if name is None or name not in rest:
            continue
        text = plain(rest[name])
        if text or not is_filled(rest[name]):
            rest.pop(name)
            parts.append(text)
    whole = [by_key[alias] for alias in names.WHOLE_TEXT if alias in by_key and isinstance(rest[by_key[alias]], str)]
    said = [part.strip() for part in parts if is_filled(part)]
    for name in whole:
        if not said:
            parts.append(rest.pop(name))
        elif said[0] in rest[name]:
            rest.pop(name)
    return join_prose(parts, title) or _stand_in(by_key, rest)


def _stand_in(by_key: Mapping[str, str], rest: Mapping[str, Any]) -> str:
    """Return the kind of certificate and the fields of a record without prose; both stay extras too."""
    kind = _first(by_key, rest, names.KIND)
    domains = rest.get(by_key.get("domaines", ""), [])
    listed = domains.split("|") if isinstance(domains, str) else domains if isinstance(domains, list) else []
    return stand_in(plain(rest[kind]) if kind else "", [text.strip() for text in listed if isinstance(text, str)])


def _type(by_key: Mapping[str, str], rest: dict[str, Any], default: FicheType | None) -> FicheType | None:
    """Take the type out of `rest`, or say what the fields suggest; a foreign type stays as `type_diplome`."""
    name = by_key.get("type")
    if name is not None:
        own = rest.pop(name)
        if isinstance(own, str) and (known := _TYPES.get(names.key(own))):
            return known
        if is_filled(own):
            rest.setdefault("type_diplome", own)
    return default or _suggested(by_key)


def _suggested(by_key: Mapping[str, str]) -> FicheType | None:
    offre = len(names.OFFRE_SIGNS & by_key.keys())
    formation = len(names.FORMATION_SIGNS & by_key.keys())
    if offre == formation:
        return None
    return "offre" if offre > formation else "formation"


def _no_type(fiche_id: object, own: object) -> FicheInvalid:
    said = f"valeur inconnue « {own:.80} »" if isinstance(own, str) and own else "absent"
    message = f"type : {said} ; attendu : « formation » ou « offre », sinon préciser --type"
    return FicheInvalid("type_inconnu", message, champ="type", fiche_id=str(fiche_id))


def _extras(by_key: Mapping[str, str], record: Mapping[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """Return the remaining fields, those that `Fiche` has a name for under that name too."""
    extras = dict(rest)
    _unfold_offer(by_key, record, extras)
    for wanted, aliases in names.EXTRAS.items():
        if is_filled(extras.get(wanted)):
            continue
        name = _first(by_key, record, (wanted, *aliases))
        if name is not None and isinstance(record[name], (str, int, float)) and is_filled(record[name]):
            extras[wanted] = record[name] if wanted != "niveau_sortie" else level(record[name])
    if "duree_heures" in extras:
        extras["duree_heures"] = hours(extras["duree_heures"])
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        if name in extras:
            extras[name] = coordinate(extras[name], limit)
    for name in ("code_postal", "commune"):
        if name in extras:
            extras[name] = place_code(extras[name])
    if "nsf" in extras:
        extras["nsf"] = _list(codes(extras["nsf"]))
    return {k: v for k, v in extras.items() if v is not None and v != ""}


def _list(value: object) -> object:
    return re.split(r"[\s,;|]+", value.strip()) if isinstance(value, str) else value


def _unfold_offer(by_key: Mapping[str, str], record: Mapping[str, Any], extras: dict[str, Any]) -> None:
    """Say the nested facts of a France Travail offer under `Fiche`'s names: place, employer, address."""
    place = record.get(by_key.get("lieutravail", ""))
    if isinstance(place, dict):
        for wanted, name in (
            ("lieu", "libelle"), ("code_postal", "codePostal"), ("commune", "commune"),
            ("latitude", "latitude"), ("longitude", "longitude"),
        ):  # fmt: skip
            if is_filled(place.get(name)):
                extras.setdefault(wanted, place[name])
    employer = extras.get("entreprise")
    if isinstance(employer, dict):
        extras["entreprise_detail"] = extras.pop("entreprise")
        if isinstance(employer.get("nom"), str):
            extras["entreprise"] = employer["nom"]
    origin = record.get(by_key.get("origineoffre", ""))
    if isinstance(origin, dict) and isinstance(origin.get("urlOrigine"), str):
        extras.setdefault("url", origin["urlOrigine"])

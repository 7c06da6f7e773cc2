"""Where a record is, in one short text that compares: what two bases say of one town is seldom the same field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from cartography.text import fold

# Region = its départements; a base that knows no more says one of these names where another says a town.
_REGIONS = """
auvergne rhone alpes=01 ain,03 allier,07 ardeche,15 cantal,26 drome,38 isere,42 loire,43 haute loire,63 puy de dome,\
69 rhone,73 savoie,74 haute savoie
hauts de france=02 aisne,59 nord,60 oise,62 pas de calais,80 somme
provence alpes cote d azur=04 alpes de haute provence,05 hautes alpes,06 alpes maritimes,13 bouches du rhone,83 var,\
84 vaucluse
grand est=08 ardennes,10 aube,51 marne,52 haute marne,54 meurthe et moselle,55 meuse,57 moselle,67 bas rhin,\
68 haut rhin,88 vosges
occitanie=09 ariege,11 aude,12 aveyron,30 gard,31 haute garonne,32 gers,34 herault,46 lot,48 lozere,\
65 hautes pyrenees,66 pyrenees orientales,81 tarn,82 tarn et garonne
normandie=14 calvados,27 eure,50 manche,61 orne,76 seine maritime
nouvelle aquitaine=16 charente,17 charente maritime,19 correze,23 creuse,24 dordogne,33 gironde,40 landes,\
47 lot et garonne,64 pyrenees atlantiques,79 deux sevres,86 vienne,87 haute vienne
centre val de loire=18 cher,28 eure et loir,36 indre,37 indre et loire,41 loir et cher,45 loiret
bourgogne franche comte=21 cote d or,25 doubs,39 jura,58 nievre,70 haute saone,71 saone et loire,89 yonne,\
90 territoire de belfort
bretagne=22 cotes d armor,29 finistere,35 ille et vilaine,56 morbihan
corse=20 corse du sud,20 haute corse
pays de la loire=44 loire atlantique,49 maine et loire,53 mayenne,72 sarthe,85 vendee
ile de france=77 seine et marne,78 yvelines,91 essonne,92 hauts de seine,93 seine saint denis,94 val de marne,\
95 val d oise,75 paris
outre mer=971 guadeloupe,972 martinique,973 guyane,974 la reunion,976 mayotte
"""
# The large towns, which many bases name without a code.
_TOWNS = """
13 marseille,69 lyon,31 toulouse,06 nice,44 nantes,34 montpellier,67 strasbourg,33 bordeaux,59 lille,35 rennes,\
51 reims,76 le havre,42 saint etienne,83 toulon,38 grenoble,21 dijon,49 angers,30 nimes,69 villeurbanne,\
63 clermont ferrand,13 aix en provence,72 le mans,29 brest,37 tours,80 amiens,87 limoges,74 annecy,66 perpignan,\
92 boulogne billancourt,57 metz,25 besancon,45 orleans,76 rouen,68 mulhouse,14 caen,54 nancy,92 nanterre,92 courbevoie,\
93 montreuil,59 roubaix,59 tourcoing,84 avignon,86 poitiers,94 creteil,78 versailles,64 pau,06 cannes,17 la rochelle,\
44 saint nazaire,29 quimper,56 vannes,56 lorient,79 niort,26 valence,73 chambery,10 troyes,33 merignac,\
92 levallois perret,92 issy les moulineaux,92 la defense,92 puteaux,59 villeneuve d ascq
"""
_EVERYWHERE = frozenset(["", "france", "france entiere", "toute la france", "a distance", "distance", "teletravail"])
# "44 - Nantes" and "VANNES 56" carry their département, "92600 Asnières" its postal code.
_CODED = re.compile(r"(?:^(?P<before>\d{5}|\d{2,3}|2[ab])\b|\b(?P<after>\d{5}|\d{2})$)")
_PARTS = re.compile(r"\b(?:cedex|dept|departement|ville|\d+|\d*(?:er|e|eme) arrondissement|arrondissement)\b")
_WHOLE = {"751": "75056", "6938": "69123", "132": "13055"}
"""First digits of the INSEE codes of the arrondissements of Paris, Lyon and Marseille → the town's."""


def place(extras: Mapping[str, Any]) -> str:
    """Return where a record is: "département/commune/postal code/name", what is unknown left empty, "" for nowhere.

    The four are kept beside each other, for a base that gives the INSEE code must be compared with one that gives
    only a name. Arrondissements are one town: many bases say "Paris 1er" for the whole of it.

    >>> place({"lieu": "44 - Nantes", "commune": "44109"}), place({"lieu": "Paris 9e Arrondissement"})
    ('44/44109//nantes', '75///paris')
    >>> place({"lieu": "Loire-Atlantique", "code_postal": "44000"}), place({"lieu": "Bretagne"}), place({})
    ('44//44000/', '///bretagne', '')
    """
    commune = _commune(_code(extras, "commune"))
    postal = _code(extras, "code_postal")
    name = fold(str(extras.get("lieu") or ""))
    coded = _CODED.search(name)
    said = (coded["before"] or coded["after"]) if coded else ""
    if len(said) == 5:
        postal, said = postal or said, ""
    name = _town(name)
    if coded and coded["after"] and (name in _towns() or name in _areas()):
        # "LYON 01" is an arrondissement, "VANNES 56" says its département twice.
        said = ""
    department = (
        _department(commune) or _department(postal) or _department(_code(extras, "departement") or said)
        or (_areas().get(name) or _towns().get(name) or ("",))[0] * (not _is_region(name))
    )  # fmt: skip
    if name in _EVERYWHERE or (name in _areas() and not _is_region(name) and name != "paris"):
        name = ""
    if department and _is_region(name):
        name = ""
    found = (department, commune, postal if len(postal) == 5 else "", name)
    return "/".join(found) if any(found) else ""


def area(where: str) -> str:
    """Return the coarse part of a place, which the compatible places share: its département, else its name.

    >>> area("44/44109//nantes"), area("///nantes"), area("")
    ('44', 'nantes', '')
    """
    return where.split("/", 1)[0] or where.rsplit("/", 1)[-1]


def compatible_places(one: str, other: str) -> bool:
    """Tell whether two places may be one town: no fact that both give says otherwise.

    >>> compatible_places("44/44109//nantes", "44///"), compatible_places("44//44000/nantes", "44//44600/saint nazaire")
    (True, False)
    >>> compatible_places("75///paris", "///ile de france"), compatible_places("33///", "///ile de france")
    (True, False)
    """
    if not one or not other:
        return True
    mine, theirs = one.split("/"), other.split("/")
    areas = _departments(mine), _departments(theirs)
    if not all(areas):
        # A town in no one knows which département is that of the same name only.
        return mine[3] == theirs[3]
    if set(areas[0]).isdisjoint(areas[1]):
        return False
    for rank in (1, 3):
        if mine[rank] and theirs[rank] and not (_is_region(mine[rank]) or _is_region(theirs[rank])):
            return mine[rank] == theirs[rank]
    # "75000" stands for the whole of Paris.
    return not (mine[2] and theirs[2]) or mine[2] == theirs[2] or "000" in (mine[2][2:], theirs[2][2:])


def town(where: str) -> str:
    """Return the name of the town of a place, folded, "" when it is not told.

    >>> town("44/44109//nantes")
    'nantes'
    """
    return where.rsplit("/", 1)[-1]


def _departments(facts: list[str]) -> tuple[str, ...]:
    return (facts[0],) if facts[0] else _areas().get(facts[3], ())


@cache
def _areas() -> dict[str, tuple[str, ...]]:
    """Return name of a region or département, folded → codes of its départements."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _REGIONS.strip().splitlines():
        region, _, inside = line.partition("=")
        pairs = [pair.split(" ", 1) for pair in inside.split(",")]
        found[region] = tuple(code for code, _ in pairs)
        found.update({name: (code,) for code, name in pairs})
    return found


@cache
def _towns() -> dict[str, tuple[str, ...]]:
    """Return name of a large town, folded → the code of its département."""
    pairs = (pair.split(" ", 1) for pair in _TOWNS.strip().split(","))
    return {name: (code,) for code, name in pairs}


def _is_region(name: str) -> bool:
    return len(_areas().get(name, ())) > 1


def _code(extras: Mapping[str, Any], name: str) -> str:
    text = fold(str(extras.get(name) or "")).replace(" ", "")
    return text.zfill(5) if name != "departement" and len(text) == 4 and text.isdigit() else text


def _commune(code: str) -> str:
    if len(code) != 5:
        return ""
    return next((whole for digits, whole in _WHOLE.items() if code.startswith(digits)), code)


def _department(code: str) -> str:
    """Return the département of an INSEE or postal code or of its own code, Corsica as 20, as postal codes have it."""
    if not code or not code[0].isdigit():
        return ""
    if code.startswith(("97", "98")):
        return code[:3]
    return "20" if code[:2] in ("2a", "2b") else code[:2].zfill(2)


def _town(name: str) -> str:
    words = _PARTS.sub(" ", re.sub(r"^2[ab]\b", " ", name)).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)

"""Cartographie data files: one JSON file per published version, checked whole before use."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cartography.errors import GenscanError
from cartography.fiche import explain
from cartography.tree import Cartographie, Famille, Intitule, Metier, Poste

CURRENT = "2023-01"
VERSIONS = ("2023-01", "2022")
_ID = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"


class CartographieInvalid(GenscanError):
    """A cartographie file that cannot be used; the message names the file and the line."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _IntituleFile(_Strict):
    m: str = Field(min_length=1)
    f: str = Field(min_length=1)


class _PosteFile(_Strict):
    id: str = Field(pattern=_ID)
    libelle: str = Field(min_length=1)
    definition: str = Field(min_length=1)
    intitules_fr: list[_IntituleFile] = Field(min_length=1)
    intitules_en: list[str] = Field(min_length=1)
    outils: list[str] = Field(min_length=1)
    competences: list[str] = Field(min_length=1)


class _MetierFile(_Strict):
    id: str = Field(pattern=_ID)
    libelle: str = Field(min_length=1)
    postes: list[_PosteFile] = Field(min_length=1)


class _FamilleFile(_Strict):
    id: str = Field(pattern=_ID)
    libelle: str = Field(min_length=1)
    metiers: list[_MetierFile] = Field(default_factory=list)


class _CartographieFile(_Strict):
    version: str = Field(min_length=1)
    libelle: str = Field(min_length=1)
    source: str = Field(min_length=1)
    familles: list[_FamilleFile] = Field(min_length=1)
    correspondances: dict[str, str] = Field(default_factory=dict)


@cache
def load_version(version: str = CURRENT) -> Cartographie:
    """Return a published version that ships with the package.

    Args:
        version: one of `VERSIONS`.

    Raises:
        CartographieInvalid: no such version.

    >>> load_version().poste("data-engineer").famille_id
    'data-intelligence-artificielle-iot'
    """
    if version not in VERSIONS:
        raise CartographieInvalid(
            "cartographie_inconnue",
            f"version de cartographie inconnue : {version!r} ; connues : {', '.join(VERSIONS)}",
        )
    resource = files("cartography") / "data" / f"gen-{version}.json"
    return parse_cartographie(resource.read_text(encoding="utf-8"), name=f"gen-{version}.json")


def load_file(path: Path) -> Cartographie:
    """Read and check a cartographie file.

    Raises:
        CartographieInvalid: unreadable or malformed; the message names the file and the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CartographieInvalid("cartographie_illisible", f"{path} : illisible ({error})") from error
    return parse_cartographie(text, name=str(path))


def parse_cartographie(text: str, *, name: str) -> Cartographie:
    """Check the text of a cartographie file and return the tree.

    Args:
        text: the file's content.
        name: the file's name, for messages.

    Raises:
        CartographieInvalid: malformed JSON, a missing, empty or unknown field, an identifier used twice at one
            level, or a correspondence to an unknown famille; the message names the file and the line.
    """
    try:
        parsed = _CartographieFile.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        message = f"{name}, ligne {error.lineno} : JSON invalide ({error.msg})"
        raise CartographieInvalid("cartographie_invalide", message) from error
    except ValidationError as error:
        champ, message = explain(error)
        line = line_of_path(text, champ)
        raise CartographieInvalid("cartographie_invalide", f"{name}, ligne {line} : {champ} : {message}") from error
    cartographie = _build(parsed)
    _check_unique(cartographie, text, name)
    for key, famille_id in cartographie.correspondances.items():
        if famille_id not in {f.id for f in cartographie.familles}:
            line = _line_of_text(text, key)
            message = f"{name}, ligne {line} : correspondance {key!r} vers une famille inconnue {famille_id!r}"
            raise CartographieInvalid("cartographie_invalide", message)
    return cartographie


def _build(parsed: _CartographieFile) -> Cartographie:
    return Cartographie(
        version=parsed.version,
        libelle=parsed.libelle,
        source=parsed.source,
        familles=tuple(
            Famille(f.id, f.libelle, tuple(_build_metier(m, f.id) for m in f.metiers)) for f in parsed.familles
        ),
        correspondances=MappingProxyType(dict(parsed.correspondances)),
    )


def _build_metier(metier: _MetierFile, famille_id: str) -> Metier:
    postes = tuple(
        Poste(
            id=p.id,
            libelle=p.libelle,
            definition=p.definition,
            intitules=tuple(Intitule(t.m, t.f) for t in p.intitules_fr),
            titles=tuple(p.intitules_en),
            outils=tuple(p.outils),
            competences=tuple(p.competences),
            metier_id=metier.id,
            famille_id=famille_id,
        )
        for p in metier.postes
    )
    return Metier(metier.id, metier.libelle, famille_id, postes)


def _check_unique(cartographie: Cartographie, text: str, name: str) -> None:
    levels: tuple[tuple[str, Iterable[Famille | Metier | Poste]], ...] = (
        ("famille", cartographie.familles),
        ("metier", cartographie.metiers),
        ("poste", cartographie.postes),
    )
    for level, nodes in levels:
        seen: set[str] = set()
        for node in nodes:
            if node.id in seen:
                line = _line_of_text(text, node.id, last=True)
                message = f"{name}, ligne {line} : {level} {node.id!r} présent deux fois"
                raise CartographieInvalid("cartographie_invalide", message)
            seen.add(node.id)


def _line_of_text(text: str, needle: str, *, last: bool = False) -> int:
    quoted = json.dumps(needle, ensure_ascii=False)
    at = text.rfind(quoted) if last else text.find(quoted)
    return text.count("\n", 0, max(at, 0)) + 1


def line_of_path(text: str, path: str) -> int:
    r"""Return the 1-based line where the deepest existing part of a dotted path starts in a JSON text.

    >>> line_of_path('{"a":\n [{"b": 1},\n  {"c": 2}]}', "a.1.c")
    3
    """
    decoder = json.JSONDecoder()
    position = _skip(text, 0)
    for part in path.split("."):
        step = _enter(text, position, part, decoder)
        if step is None:
            break
        position = step
    return text.count("\n", 0, position) + 1


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n,:":
        position += 1
    return position


def _enter(text: str, position: int, part: str, decoder: json.JSONDecoder) -> int | None:
    """Return where the value of key or rank `part` starts in the container at `position`, None if it has none."""
    opening, at, rank = text[position], _skip(text, position + 1), 0
    while at < len(text) and text[at] not in "]}":
        key: object = rank
        if opening == "{":
            key, at = decoder.raw_decode(text, at)
            at = _skip(text, at)
        if str(key) == part:
            return at
        if opening not in "{[":
            return None
        _, at = decoder.raw_decode(text, at)
        at, rank = _skip(text, at), rank + 1
    return None

"""Click's own words in French: usage lines, standard helps, and what it says of a wrong argument."""

from __future__ import annotations

from importlib import import_module
from typing import Final

_WORDS: Final = {
    "Usage:": "Usage :",
    "Options": "Options ",
    "Commands": "Verbes ",
    "Show this message and exit.": "Montre cette aide.",
    "default: {default}": "défaut : {default}",
    "required": "obligatoire",
    "(dynamic)": "(calculé)",
    "Try '{command} {option}' for help.": "Aide : {command} {option}",
    "Error: {message}": "Erreur : {message}",
    "Missing command.": "verbe absent.",
    "Missing argument": "argument absent :",
    "Missing option": "option obligatoire absente :",
    "Missing parameter": "paramètre absent :",
    "Missing {param_type}": "{param_type} absent :",
    "No such command {name!r}.": "verbe inconnu : {name}.",
    "No such option {name!r}.": "option inconnue : {name}.",
    "Did you mean {possibility}?": "Vouliez-vous dire {possibility} ?",
    "(Did you mean one of: {possibilities}?)": "(Vouliez-vous dire : {possibilities} ?)",
    "Invalid value: {message}": "valeur refusée : {message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} : {message}",
    "Could not open file {filename!r}: {message}": "{filename} ne s'ouvre pas : {message}",
    "Option {name!r} does not take a value.": "l'option {name} ne prend pas de valeur.",
    "Option {name!r} requires an argument.": "l'option {name} demande une valeur.",
    "Got unexpected extra argument ({args})": "argument de trop : {args}",
    "Got unexpected extra arguments ({args})": "arguments de trop : {args}",
    "file": "fichier",
    "directory": "dossier",
    "path": "chemin",
    "File": "fichier",
    "Directory": "dossier",
    "Path": "chemin",
    "{name} {filename!r} does not exist.": "{filename} n'existe pas.",
    "{name} {filename!r} is a file.": "{filename} est un fichier, un dossier est attendu.",
    "{name} {filename!r} is a directory.": "{filename} est un dossier, un fichier est attendu.",
    "{name} {filename!r} is not readable.": "{filename} ne peut pas être lu.",
    "{name} {filename!r} is not writable.": "{filename} ne peut pas être écrit.",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre.",
    "{value} is not in the range {range}.": "{value} est hors de {range}.",
    "{value!r} is not {choice}.": "{value!r} n'est pas {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} inconnu ; au choix : {choices}.",
}
_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "types")


def translate(text: str) -> str:
    """Return click's text in French, as it is where it has none.

    >>> translate("Missing option")
    'option obligatoire absente :'
    """
    return _WORDS.get(text, text)


def _plural(one: str, many: str, count: int) -> str:
    return translate(one if count == 1 else many)


def speak_french() -> None:
    """Give click these words.

    It looks them up by gettext, whose language follows the machine's: here the command speaks French everywhere.
    """
    for name in _MODULES:
        module = import_module(f"click.{name}")
        for function, ours in (("_", translate), ("ngettext", _plural)):
            if hasattr(module, function):
                setattr(module, function, ours)

"""Errors that a person can act on: each has a code, says what is wrong, and names the record and the field."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

_REASONS = {
    errno.EACCES: "permission refusée",
    errno.EADDRNOTAVAIL: "cette machine n'a pas cette adresse",
    errno.EADDRINUSE: "adresse déjà prise",
    errno.EDQUOT: "quota dépassé",
    errno.EEXIST: "un fichier de ce nom est déjà là",
    errno.EFBIG: "fichier trop gros",
    errno.EIO: "erreur du disque",
    errno.EISDIR: "c'est un dossier",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ENOENT: "fichier ou dossier absent",
    errno.ENOSPC: "plus de place sur le disque",
    errno.ENOTDIR: "un fichier tient la place d'un dossier",
    errno.EPERM: "opération refusée",
    errno.EROFS: "système de fichiers en lecture seule",
}


class GenscanError(Exception):
    """Base of every error that genscan raises on purpose.

    Attributes:
        code: stable identifier in snake case, for programs.
        message: one French sentence, for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        """Tell how one process passes it to another: an exception is else made anew from its message alone."""
        return _same, (type(self), self.args, self.__dict__)


def _same(kind: type[GenscanError], args: tuple[Any, ...], facts: dict[str, Any]) -> GenscanError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class FicheInvalid(GenscanError):
    """A record that cannot become a `Fiche`.

    Attributes:
        champ: the field at fault, by its name in the source; None when the whole record is.
        fiche_id: the record's identifier when it was read before the fault.
    """

    def __init__(self, code: str, message: str, *, champ: str | None = None, fiche_id: str | None = None) -> None:
        super().__init__(code, message)
        self.champ = champ
        self.fiche_id = fiche_id


@dataclass(frozen=True, slots=True)
class RecordError:
    """The place of a bad record in a stream: yielded beside the good ones, so that none of them is lost.

    Attributes:
        code: stable identifier in snake case.
        message: one French sentence.
        id: the record's identifier if known.
        champ: the field at fault if one is.
        fichier: the file's name.
        position: 1-based line (line formats) or rank of the record (XML, JSON arrays).
    """

    code: str
    message: str
    id: str | None = None
    champ: str | None = None
    fichier: str | None = None
    position: int | None = None

    @classmethod
    def from_invalid(cls, error: FicheInvalid, *, fichier: str, position: int) -> RecordError:
        """Place an error in its file."""
        return cls(error.code, error.message, error.fiche_id, error.champ, fichier, position)

    def as_json(self) -> dict[str, Any]:
        """Return the `{"id", "erreur": {…}}` object of the output contract."""
        erreur: dict[str, Any] = {"code": self.code, "message": self.message}
        for key, value in (("champ", self.champ), ("fichier", self.fichier), ("position", self.position)):
            if value is not None:
                erreur[key] = value
        return {"id": self.id, "erreur": erreur}


class OutputImpossible(GenscanError):
    """A file or directory that cannot be written; what it held before is still there."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__("sortie_impossible", f"{path} : écriture impossible ({why})")


def reason(error: OSError) -> str:
    """Return what the system refused, in French where it is one of the usual refusals.

    >>> reason(OSError(errno.ENOSPC, "No space left on device"))
    'plus de place sur le disque'
    """
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)

"""The aliases of the registry, moved and moved back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from models.registry import CHAMPION, NAME, Published, client_of, published, resolve
from training.errors import TrainingError

BEFORE = "genscan.champions_precedents"
"""Tag of the registered model: numbers of the champions of before, the last one last, as JSON."""


class Registry:
    """The registered model of a tracking store."""

    def __init__(self, uri: str) -> None:
        """Open it.

        Args:
            uri: of the tracking store.
        """
        self.uri = uri
        self._client: MlflowClient = client_of(uri)

    def named(self, name: str) -> Published:
        """Return the version of a number ("3") or an alias ("challenger").

        Raises:
            TrainingError: there is none.
        """
        with _registry(self.uri):
            found = published(self._client, int(name)) if name.isdigit() else resolve(self.uri, name)
        if found is None:
            message = f"{self.uri} : aucun modèle {NAME} n'a l'alias {name} ; lancez `genscan train`"
            raise TrainingError("modele_inconnu", message)
        return found

    def champion(self) -> Published | None:
        """Return the champion; None where there is none yet."""
        with _registry(self.uri):
            return resolve(self.uri, CHAMPION)

    def promote(self, version: Published) -> None:
        """Give the alias to a version, and remember who had it."""
        now = self.champion()
        with _registry(self.uri):
            if now is not None and now.number != version.number:
                self._remember([*self._before(), now.number])
            self._client.set_registered_model_alias(NAME, CHAMPION, str(version.number))

    def rollback(self) -> tuple[Published, Published]:
        """Give the alias back to the champion of before; return (the one that leaves, the one that returns).

        Raises:
            TrainingError: there is no champion of before.
        """
        now, before = self.champion(), self._before()
        if now is None or not before:
            raise TrainingError("sans_precedent", f"{self.uri} : {NAME} n'a pas de champion précédent")
        with _registry(self.uri):
            back = published(self._client, before[-1])
            self._client.set_registered_model_alias(NAME, CHAMPION, str(back.number))
            self._remember(before[:-1])
        return now, back

    def _before(self) -> list[int]:
        with _registry(self.uri):
            tags = self._client.get_registered_model(NAME).tags
        return [int(number) for number in json.loads(tags.get(BEFORE, "[]"))]

    def _remember(self, numbers: list[int]) -> None:
        self._client.set_registered_model_tag(NAME, BEFORE, json.dumps(numbers))


@contextmanager
def _registry(uri: str) -> Iterator[None]:
    try:
        yield
    except MlflowException as error:
        raise TrainingError("registre_injoignable", f"{uri} : {str(error).splitlines()[0]}") from error

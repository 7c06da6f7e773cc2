"""A Python client of the service: `Client("http://127.0.0.1:3000").classify([...])`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from serving.client_batches import Json, Record, batches_of, body, dumped, given, line_of, object_of, summed
from serving.client_errors import ClientError
from serving.client_stream import Lines, stream
from serving.transport import Patience, Transport

__all__ = ["Client", "ClientError", "Patience"]

TOO_BIG = 413
EXPLAINED = 50
"""Records of one request that asks for the words that weighed: the service's default, which no `maxItems` tells."""
STREAMED = 10_000
"""Lines of one request of a stream: the answers come as they are made, and no more than these can have to be resent."""


class Client:
    """Speaks to one service; safe to share between threads.

    Busy answers (429, 503) and cut connections are tried again, later and later, `Retry-After` being honoured. Answers
    are the JSON objects of `/openapi.json`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        timeout: float = 150.0,
        retries: int = 5,
        patience: Patience | None = None,
    ) -> None:
        """Prepare a client; nothing is asked yet.

        Args:
            base_url: http or https address of the service.
            api_key: needed to write where the service has keys.
            timeout: seconds without a byte after which a request is given up.
            retries: tries after the first.
            patience: says more than `retries` of how they are spaced; replaces it.

        Raises:
            ValueError: the address is none.
        """
        self._transport = Transport(base_url, api_key, timeout, patience or Patience(retries))

    def classify(
        self,
        fiches: Iterable[Record],
        top_k: int = 5,
        *,
        preuves: bool = True,
        cartographie: str | None = None,
        mots: bool = False,
    ) -> list[Json]:
        """Return one answer or error a record, in order, in as many requests as the service's limit asks for.

        Raises:
            ClientError: the service refuses a whole request, or does not answer; so do all methods.
        """
        options = given(top_k=top_k, preuves=preuves, cartographie=cartographie, mots=mots)
        most = min(self._most("ClassifyRequest"), EXPLAINED) if mots else self._most("ClassifyRequest")
        batches = batches_of((line_of(fiche) for fiche in fiches), most)
        answers = (one for batch in batches for one in self._sent("POST", "/classify", batch, options))
        return [one for answer in answers for one in answer["resultats"]]

    def classify_stream(
        self,
        fiches: Iterable[Record],
        top_k: int = 5,
        *,
        preuves: bool = True,
        cartographie: str | None = None,
        mots: bool = False,
    ) -> Iterator[Json]:
        """Yield one answer or error a record, in order, while the next ones are read and sent; any number of them."""
        query = {"top_k": top_k, "preuves": preuves, "cartographie": cartographie, "mots": mots}
        source = (line_of(fiche) for fiche in fiches)
        lines = Lines(source, EXPLAINED if mots else STREAMED)
        return stream(self._transport, self._transport.target("/classify", query), lines)

    def search(self, texte: str = "", *, k: int = 10, **asked: Any) -> Json:
        """Return a page of records; `asked` holds filters, `type`, `debut`, `tri`, `facettes` and `extraits`."""
        return self._post("/search", dumped(given(texte=texte, k=k, **asked)))

    def similar(
        self,
        *,
        id: str | None = None,  # noqa: A002
        fiche: Record | None = None,
        texte: str | None = None,
        k: int = 10,
        **asked: Any,
    ) -> Json:
        """Return what is near a record of the index (`id`), another or a text; `asked`: filters, `cible`, `type`."""
        told = None if fiche is None else object_of(fiche)
        return self._post("/similar", dumped(given(id=id, fiche=told, texte=texte, k=k, **asked)))

    def suggest(self, q: str, k: int = 8) -> list[Json]:
        """Return what the beginning of a text may go on as, the best first."""
        found: list[Json] = self._transport.call("GET", "/suggest", query={"q": q, "k": k})["suggestions"]
        return found

    def cartographie(self, version: str | None = None, q: str | None = None) -> Json:
        """Return the tree, or the nodes that `q` names."""
        return self._transport.call("GET", "/cartographie", query={"version": version, "q": q})

    def fiche(self, id: str, type: str | None = None) -> Json:  # noqa: A002
        """Return a record of the index as results tell it; `type` where an identifier is there twice."""
        found: Json = self._transport.call("GET", "/fiches", query={"id": id, "type": type})["fiche"]
        return found

    def correct(self, fiche: Record, postes: Sequence[str] = (), *, note: str | None = None) -> Json:
        """Keep what a person says of a record: 1 to 3 postes, the best first, or none outside the cartographie."""
        said = given(fiche=object_of(fiche), numerique=bool(postes), postes=list(postes), note=note)
        return self._post("/corrections", dumped(said))

    def upsert(self, fiches: Iterable[Record]) -> Json:
        """Store records in the index, and return what changed, all requests together."""
        batches = batches_of((line_of(fiche) for fiche in fiches), self._most("UpsertRequest"))
        return summed(one for batch in batches for one in self._sent("PUT", "/fiches", batch, {}))

    def delete(self, keys: Iterable[tuple[str, str]]) -> Json:
        """Remove records, each named by its type and identifier, and return what changed, all requests together."""
        told = (dumped({"type": kind, "id": name}) for kind, name in keys)
        batches = batches_of(told, self._most("DeleteRequest"))
        return summed(one for batch in batches for one in self._sent("POST", "/fiches/delete", batch, {}))

    def _sent(self, method: str, path: str, batch: list[bytes], options: Json) -> Iterator[Json]:
        """Yield the answers to a batch: several where it is too big for one request, which no contract tells."""
        try:
            yield self._transport.call(method, path, body(batch, options))
        except ClientError as error:
            if error.status != TOO_BIG or len(batch) == 1:
                raise
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                yield from self._sent(method, path, half, options)

    def _post(self, path: str, body: bytes) -> Json:
        return self._transport.call("POST", path, body)

    @cached_property
    def _contract(self) -> Json:
        return self._transport.call("GET", "/openapi.json")

    def _most(self, schema: str) -> int:
        """Return how many records one request may hold, as the contract tells."""
        most: int = self._contract["components"]["schemas"][schema]["properties"]["fiches"]["maxItems"]
        return most

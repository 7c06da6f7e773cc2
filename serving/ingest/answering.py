"""Records → the JSON of their answers, each made once: by the classifier, or remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cartography.errors import RecordError
from cartography.fiche import MAX_DESCRIPTION, Fiche
from cartography.readers import Record
from cartography.readers.prose import prose_of
from models.answer import Answer
from models.classifier import Classifier
from models.explanation import explain
from serving import metrics
from serving.errors import json_bytes
from serving.ingest.cache import AnswerCache, Told, key_of
from serving.ingest.carrying import Carrying, carryings
from serving.ingest.options import ALL, Options
from serving.limits import bounded
from serving.stop import Stop


@dataclass(frozen=True)
class Answering:
    """Answers records, whatever way they came in.

    Attributes:
        classifier: makes the answers.
        cache: remembers them; its own, so that a new model starts with none of another's.
        others: versions of the cartographie that answers can be told in besides the classifier's.
        max_text: characters that a description may have.
    """

    classifier: Classifier
    cache: AnswerCache
    others: Mapping[str, Carrying]
    max_text: int = MAX_DESCRIPTION

    @classmethod
    def of(cls, classifier: Classifier, cache_fiches: int, max_text: int = MAX_DESCRIPTION) -> Answering:
        """Return what answers with a classifier and remembers this many answers."""
        return cls(classifier, AnswerCache(cache_fiches), carryings(classifier.cartographie), max_text)

    def answer(self, records: Sequence[Record], options: Options, stop: Stop | None = None) -> list[bytes]:
        """Return the JSON of one answer or error a record, in order; a bad one does not touch its neighbours.

        An answer is a function of its record and of the options alone: neither the batch nor the cache shows in it.

        Args:
            records: what to answer.
            options: what the answers must say.
            stop: looked at on the way.

        Raises:
            GivenUp: it was asked; nothing is answered nor remembered.
        """
        records = [bounded(record, self.max_text) for record in records]
        fiches = [record for record in records if isinstance(record, Fiche)]
        following = iter(self._told(fiches, options, stop or Stop()))
        lines = []
        counted: list[Told] = []
        for record in records:
            if isinstance(record, RecordError):
                lines.append(json_bytes(record.as_json()))
                metrics.count_refused(record.code)
            else:
                told = next(following)
                lines.append(b'{"id":' + json_bytes(record.id) + b"," + told.tail)
                counted.append(told)
        metrics.count_answers((told.niveau, told.famille) for told in counted)
        return lines

    def _told(self, fiches: Sequence[Fiche], options: Options, stop: Stop) -> list[Told]:
        """Return the answers, those not remembered made once for all the records that share them."""
        salt = key_of(self.classifier.versions, options)
        keys = [key_of(salt, *_heard(fiche)) for fiche in fiches]
        found = self.cache.find(dict.fromkeys(keys))
        hits = sum(key in found for key in keys)
        missing = {key: row for row, key in enumerate(keys) if key not in found}
        rows = list(missing.values())
        made = self._make([fiches[row] for row in rows], options, stop)
        fresh = dict(zip(missing, made, strict=True))
        self.cache.keep(fresh)
        metrics.count_cache(hits, len(keys) - hits)
        return [found.get(key) or fresh[key] for key in keys]

    def _make(self, fiches: Sequence[Fiche], options: Options, stop: Stop) -> list[Told]:
        if not fiches:
            return []
        encoded = self.classifier.encode(fiches, progress=stop)
        answers = self.classifier.classify(fiches, top_k=options.top_k, encoded=encoded, evidence=options.preuves)
        if options.mots:
            said = explain(self.classifier, fiches, answers, progress=stop)
            answers = [replace(a, preuves=(*a.preuves, *words)) for a, words in zip(answers, said, strict=True)]
        return [self._tell(answer, options) for answer in answers]

    def _tell(self, answer: Answer, options: Options) -> Told:
        body = answer.as_json()
        del body["id"]
        if options.cartographie == ALL:
            body["autres_cartographies"] = {version: how.tell(answer) for version, how in self.others.items()}
        elif options.cartographie is not None:
            body = self._carried(body, answer, options.cartographie)
        return Told(json_bytes(body)[1:], answer.niveau, answer.famille.id if answer.famille else "")

    def _carried(self, body: dict[str, Any], answer: Answer, version: str) -> dict[str, Any]:
        # An older version has no postes to be candidates.
        told = self.others[version].tell(answer) | {"candidats": []}
        return {**body, **told, "versions": {**body["versions"], "cartographie": version}}


def _heard(fiche: Fiche) -> tuple[object, ...]:
    """Return all that an answer takes from a record."""
    codes = (fiche.rome, fiche.appellation, fiche.rncp, fiche.formacode)
    # Formacodes are heard where a text says little by itself, which other fields of the source tell.
    own = prose_of(fiche) if fiche.formacode else ""
    return fiche.intitule, fiche.description, fiche.type, *codes, own

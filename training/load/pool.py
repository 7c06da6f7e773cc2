"""A few hundred records that are written and removed again and again, and what the index is to hold of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from training.load import request
from training.load.request import SEARCH, Request

TYPE = "formation"
_REMOVED = 0.3
"""Share of the writes that remove."""
State = int | None
"""Revision of a record that the index holds; None where it holds none."""
Fate = Literal["ecrit", "absent", "dechire", "indiscernable"]
"""What became of a write that nobody acknowledged: whole, absent, torn, or the same either way."""


class Write(NamedTuple):
    """One write: each number's state once it is done, and the request."""

    states: Mapping[int, State]
    request: Request


class Found(NamedTuple):
    """What a started service holds of the pool, held against what was acknowledged.

    Attributes:
        lost: acknowledged writes that are not there, or removed records that are.
        fate: of the write in flight; None where there was none.
    """

    lost: list[int]
    fate: Fate | None


@dataclass
class Pool:
    """The records, by number.

    Attributes:
        size: how many numbers.
        batch: records of one write.
        seed: of every draw.
        held: state of each number, as acknowledged.
        pending: the write that nobody has acknowledged yet.
    """

    size: int
    batch: int
    seed: int = 0
    held: dict[int, State] = field(default_factory=dict)
    pending: Write | None = None
    _revision: int = 0

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)  # noqa: S311  no secret
        self.held = dict.fromkeys(range(self.size))

    def next(self) -> Write:
        """Return another write, from now on the pending one."""
        numbers = self._draw.sample(range(self.size), min(self.batch, self.size))
        self._revision += 1
        if self._draw.random() < _REMOVED:
            write = Write(dict.fromkeys(numbers), request.delete([(TYPE, name_of(number)) for number in numbers]))
        else:
            fiches = [fiche_of(number, self._revision) for number in numbers]
            write = Write(dict.fromkeys(numbers, self._revision), request.upsert(fiches))
        self.pending = write
        return write

    def acknowledge(self) -> None:
        """Take the pending write as done."""
        if self.pending is not None:
            self.held.update(self.pending.states)
            self.pending = None

    def judge(self, found: Mapping[int, State]) -> Found:
        """Hold what the index has against what was acknowledged, and go on from what it has.

        >>> pool = Pool(4, 2, held={})
        >>> pool.held.update({0: 1, 1: 1}); pool.pending = Write({1: 2, 2: 2}, None)
        >>> pool.judge({0: 1, 1: 2, 2: None, 3: 5})
        Found(lost=[3], fate='dechire')
        """
        pending = self.pending.states if self.pending is not None else {}
        lost = [
            number
            for number, state in self.held.items()
            if found[number] != state and not (number in pending and found[number] == pending[number])
        ]
        fate = fate_of(self.held, pending, found) if self.pending is not None else None
        self.held, self.pending = dict(found), None
        return Found(lost, fate)


def fate_of(before: Mapping[int, State], after: Mapping[int, State], found: Mapping[int, State]) -> Fate:
    """Tell what became of a write.

    Args:
        before: states before it.
        after: states of its numbers after it.
        found: states of all numbers now.
    """
    telling = [number for number, state in after.items() if state != before[number]]
    done = sum(found[number] == after[number] for number in telling)
    if not telling:
        return "indiscernable"
    return "ecrit" if done == len(telling) else "absent" if done == 0 else "dechire"


def name_of(number: int) -> str:
    """Return a record's identifier."""
    return f"charge-{number}"


def fiche_of(number: int, revision: int) -> dict[str, Any]:
    """Return a record. It says too little to be taken for a duplicate, and its organisation finds it alone."""
    return {
        "id": name_of(number),
        "type": TYPE,
        "intitule": f"Administrer un parc de serveurs, session {number}",
        "description": f"Révision {revision}.",
        "organisme": f"Charge{number}",
        "revision": revision,
    }


def look_up(number: int) -> Request:
    """Return the search that finds one record and no other."""
    return request.post(SEARCH, "/search", {"texte": "", "organisme": f"Charge{number}", "k": 10})


def state_in(body: bytes) -> State:
    """Return the revision that the answer to `look_up` holds, None where it holds no record."""
    revisions: Iterable[int] = (found["fiche"]["revision"] for found in json.loads(body)["resultats"])
    return next(iter(revisions), None)

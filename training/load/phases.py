"""Rates and delays: batches, searches, both at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from training.load.drive import Target, closed
from training.load.figures import Pace, Sample, pace
from training.load.material import Material, again, batches
from training.load.plan import Plan
from training.load.request import CLASSIFY, SEARCH, Request

Say = Callable[[str], None]


@dataclass(frozen=True)
class Both:
    """Searches while batches come.

    Attributes:
        search: of the searches.
        classify: of the batches.
    """

    search: Pace
    classify: Pace


@dataclass
class Unloaded:
    """What the service does within what it can.

    Attributes:
        classify: records of a batch → their pace, one client.
        cached: batches of records already read, and how many records one holds.
        search: clients → pace of their searches.
        both: searches and batches together.
        samples: every request, for the contract.
    """

    classify: dict[int, Pace] = field(default_factory=dict)
    cached: tuple[int, Pace] | None = None
    search: dict[int, Pace] = field(default_factory=dict)
    both: Both | None = None
    samples: list[Sample] = field(default_factory=list)

    def work(self, search: Pace, classify: Pace) -> float:
        """Return the work of two paces: 1 is what the service does when it is asked for one thing only."""
        alone = max(found.items_rate for found in self.classify.values()), max(p.rate for p in self.search.values())
        return classify.items_rate / max(alone[0], 1e-9) + search.rate / max(alone[1], 1e-9)


async def measure_unloaded(
    target: Target, material: Material, records: Iterator[bytes], plan: Plan, say: Say
) -> Unloaded:
    """Measure batches of every size, searches by several clients, and both at once."""
    found = Unloaded()

    async def run(seconds: float, *clients: Iterator[Request]) -> list[Sample]:
        samples = await closed(target, list(clients), seconds)
        found.samples += samples
        return samples

    await run(plan.warm_s, batches(records, 32), material.searches(-1))
    for size in plan.sizes:
        say(f"classement par lots de {size}")
        found.classify[size] = pace(await run(plan.classify_s, batches(records, size)))
    size = max(size for size in plan.sizes if size <= 100)
    say(f"classement par lots de {size}, déjà lus")
    repeated = again(records, size)
    found.samples.append(await target.sample(next(repeated)))
    found.cached = size, pace(await run(plan.classify_s / 3, repeated))
    for clients in plan.clients:
        say(f"recherche, clients : {clients}")
        found.search[clients] = pace(await run(plan.search_s, *(material.searches(rank) for rank in range(clients))))
    say("recherche et classement ensemble")
    sources = [*(material.searches(100 + rank) for rank in range(plan.clients[-1]))]
    samples = await run(plan.both_s, *sources, *(batches(records, plan.batch) for _ in range(plan.batch_clients)))
    found.both = Both(
        pace([sample for sample in samples if sample.group == SEARCH]),
        pace([sample for sample in samples if sample.group == CLASSIFY]),
    )
    return found

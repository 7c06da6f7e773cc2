"""Ten times too much for a minute: what is answered, what is refused, and how soon all is well again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from training.load.contract import LATER
from training.load.drive import OpenLoop, Target, closed
from training.load.figures import Pace, Sample, by_status, pace, percentile
from training.load.material import Material, batches
from training.load.phases import Both, Unloaded
from training.load.plan import Plan
from training.load.request import CLASSIFY, SEARCH

_OK = 200


@dataclass(frozen=True)
class Overload:
    """What became of too many requests.

    Attributes:
        asked: group → requests a second that came.
        sent: how many were sent.
        held: how many were due with too many in flight already, and were not.
        statuses: method and path → status → how many.
        accepted: the good answers, over the time of the overload.
        refused_ms: median and 99th percentile of the time to a refusal (429, 503), milliseconds; NaN where none came.
        kept: work done, as a share of what was sustained before.
        drained_s: seconds from the last request to the last answer.
        first_good_s: seconds from the last request until a search was answered 200; infinite where none was.
        after: searches of one client, once everything was answered.
    """

    asked: dict[str, float]
    sent: int
    held: int
    statuses: dict[str, dict[str, int]]
    accepted: Both
    refused_ms: tuple[float, float]
    kept: float
    drained_s: float
    first_good_s: float
    after: Pace


async def overload(
    target: Target, material: Material, records: Iterator[bytes], plan: Plan, unloaded: Unloaded
) -> tuple[Overload, list[Sample]]:
    """Ask for `plan.overload` times what searches and batches together sustained."""
    sustained = unloaded.both
    if sustained is None:
        raise ValueError("the unloaded service is measured first")
    rates = {SEARCH: plan.overload * sustained.search.rate, CLASSIFY: plan.overload * sustained.classify.rate}
    sources = {SEARCH: material.searches(1_000), CLASSIFY: batches(records, plan.batch)}
    loop = OpenLoop(target, rates, sources, plan.most)
    begun = time.monotonic()
    await loop.run(plan.overload_s)
    ended = time.monotonic()
    asking = material.searches(2_000)
    calm: list[Sample] = []
    while not calm or (calm[-1].status != _OK and calm[-1].end - ended < plan.overload_s):
        calm.append(await target.sample(next(asking)))
    await loop.landed()
    drained = time.monotonic() - ended
    target.wire.close()
    after = await closed(target, [material.searches(3_000)], plan.rest_s)
    seen = [sample for sample in loop.done.samples if sample.end <= ended]
    accepted = Both(*(pace([s for s in seen if s.group == group], ended - begun) for group in (SEARCH, CLASSIFY)))
    refused = [1_000 * sample.seconds for sample in loop.done.samples if sample.status in LATER]
    found = Overload(
        asked=rates,
        sent=loop.done.sent,
        held=loop.done.held,
        statuses=by_status(loop.done.samples),
        accepted=accepted,
        refused_ms=(percentile(refused, 50), percentile(refused, 99)),
        kept=unloaded.work(accepted.search, accepted.classify)
        / max(unloaded.work(sustained.search, sustained.classify), 1e-9),
        drained_s=drained,
        first_good_s=calm[-1].end - ended if calm[-1].status == _OK else float("inf"),
        after=pace(after),
    )
    return found, [*loop.done.samples, *calm, *after]

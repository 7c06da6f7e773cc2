"""How long and how much is measured."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """A measure.

    Attributes:
        warm_s: seconds of requests before the clock starts.
        classify_s: seconds of each size of batches.
        sizes: records in a batch.
        search_s: seconds of searches at each number of clients.
        clients: those numbers; the last one also types while batches come.
        batch: records in a batch, where searches come too.
        batch_clients: who send those.
        both_s: seconds of searches and batches together.
        overload: times what was sustained.
        overload_s: seconds of that.
        most: requests in flight at once during it.
        rest_s: seconds of searches after it.
        rounds: of kill -9.
        writes_s: seconds after which the kill comes, at the earliest and at the latest.
        written: records in a written batch.
        pool: records that are written and removed again and again.
        texts: distinct queries.
    """

    warm_s: float = 3.0
    classify_s: float = 15.0
    sizes: tuple[int, ...] = (1, 32, 1_000)
    search_s: float = 15.0
    clients: tuple[int, ...] = (1, 4)
    batch: int = 1_000
    batch_clients: int = 2
    both_s: float = 30.0
    overload: float = 10.0
    overload_s: float = 60.0
    most: int = 512
    rest_s: float = 10.0
    rounds: int = 5
    writes_s: tuple[float, float] = (0.5, 3.0)
    written: int = 25
    pool: int = 300
    texts: int = 400

    def quick(self) -> Plan:
        """Return the same measure, too short to say how fast the service is, long enough to see it fail."""
        return replace(
            self,
            warm_s=0.2,
            classify_s=0.4,
            search_s=0.5,
            batch=min(self.batch, 32),
            both_s=0.5,
            overload_s=min(self.overload_s, 1.5),
            rest_s=0.3,
            rounds=min(self.rounds, 1),
            writes_s=(0.2, 0.6),
            pool=60,
        )

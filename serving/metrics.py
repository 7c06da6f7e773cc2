"""What /metrics tells besides BentoML's own counts, durations and requests in progress by endpoint.

All workers write to one folder (`PROMETHEUS_MULTIPROC_DIR`), which BentoML adds up when it is asked: counters are sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import prometheus_client

_LABELS = ("modele", "index", "cartographie", "rome")


@dataclass
class Metrics:
    """The measures of this process; `told` are the versions that answer now."""

    fiches: prometheus_client.Counter
    refused: prometheus_client.Counter
    abstentions: prometheus_client.Counter
    outside: prometheus_client.Counter
    hits: prometheus_client.Counter
    misses: prometheus_client.Counter
    versions: prometheus_client.Gauge
    told: tuple[str, ...] = field(default=())


@cache
def measures() -> Metrics:
    """Return the measures, made on first use: the library chooses then, once, how processes share theirs."""
    from prometheus_client import Counter, Gauge

    return Metrics(
        fiches=Counter("genscan_fiches", "Fiches classées, par niveau sûr et meilleure famille", ["niveau", "famille"]),
        refused=Counter("genscan_fiches_refusees", "Fiches invalides, par code d'erreur", ["code"]),
        abstentions=Counter("genscan_abstentions", "Fiches du numérique dont aucun niveau n'est sûr"),
        outside=Counter("genscan_hors_cartographie", "Fiches hors de la cartographie"),
        hits=Counter("genscan_cache_hits", "Réponses déjà faites"),
        misses=Counter("genscan_cache_misses", "Réponses que le cache n'avait pas"),
        versions=Gauge("genscan_versions", "1 pour ce qui répond", _LABELS, multiprocess_mode="livemostrecent"),
    )


def count_answers(answers: Iterable[tuple[str, str]]) -> None:
    """Count answers, each given by its level and its famille, "" outside the cartographie."""
    found = measures()
    for (niveau, famille), count in Counter(answers).items():
        found.fiches.labels(niveau, famille).inc(count)
        if not famille:
            found.outside.inc(count)
        elif niveau == "aucun":
            found.abstentions.inc(count)


def count_refused(code: str) -> None:
    """Count a record that has no answer."""
    measures().refused.labels(code).inc()


def count_cache(hits: int, misses: int) -> None:
    """Count what the cache had and had not."""
    measures().hits.inc(hits)
    measures().misses.inc(misses)


def tell_versions(versions: Mapping[str, str]) -> None:
    """Tell what answers from now on, and no more what did before.

    Args:
        versions: modele, index, cartographie, rome.
    """
    found = measures()
    now = tuple(versions[label] for label in _LABELS)
    if found.told and found.told != now:
        # Files that processes share do not forget labels: the one before stays, at 0.
        found.versions.labels(*found.told).set(0)
    found.versions.labels(*now).set(1)
    found.told = now

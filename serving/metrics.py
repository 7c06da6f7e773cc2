"""What /metrics tells: requests by endpoint, records by what was answered, the cache, the versions that answer.

All workers write to one folder (`PROMETHEUS_MULTIPROC_DIR`, which BentoML makes), whose files are added up when
somebody asks. BentoML's own measures have a label for every address that is asked for, known or not: they would grow
with whoever tries addresses, and are turned off.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import prometheus_client

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Seconds: from a suggestion to the largest batch."""
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
    requests: prometheus_client.Histogram
    running: prometheus_client.Gauge
    told: tuple[str, ...] = field(default=())


@cache
def measures() -> Metrics:
    """Return the measures, made on first use: the library chooses then, once, how processes share theirs."""
    from prometheus_client import Counter, Gauge, Histogram

    return Metrics(
        fiches=Counter("genscan_fiches", "Fiches classées, par niveau sûr et meilleure famille", ["niveau", "famille"]),
        refused=Counter("genscan_fiches_refusees", "Fiches invalides, par code d'erreur", ["code"]),
        abstentions=Counter("genscan_abstentions", "Fiches du numérique dont aucun niveau n'est sûr"),
        outside=Counter("genscan_hors_cartographie", "Fiches hors de la cartographie"),
        hits=Counter("genscan_cache_hits", "Réponses déjà faites"),
        misses=Counter("genscan_cache_misses", "Réponses que le cache n'avait pas"),
        versions=Gauge("genscan_versions", "1 pour ce qui répond", _LABELS, multiprocess_mode="livemostrecent"),
        requests=Histogram(
            "genscan_requetes_secondes", "Durée des requêtes", ["adresse", "methode", "statut"], buckets=BUCKETS
        ),
        running=Gauge("genscan_requetes_en_cours", "Requêtes en cours", multiprocess_mode="livesum"),
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


def count_request(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count a request; endpoint and method are of the few that are known, else "autre"."""
    measures().requests.labels(endpoint, method, str(status)).observe(seconds)


def exposition() -> tuple[bytes, str]:
    """Return the measures of all workers as Prometheus reads them, and their media type."""
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST


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

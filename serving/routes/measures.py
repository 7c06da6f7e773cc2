"""GET /metrics: what Prometheus reads."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Response

from serving import metrics
from serving.errors import responses

PATH = "/metrics"

router = APIRouter(tags=["exploitation"])


@router.get(
    PATH,
    response_class=Response,
    responses={**responses(), 200: {"content": {"text/plain": {}}, "description": "Format texte de Prometheus."}},
    summary="Les mesures du service",
)
async def measures() -> Response:
    """Rend les mesures de tous les processus."""
    content, kind = await run_sync(metrics.exposition)
    return Response(content, media_type=kind)

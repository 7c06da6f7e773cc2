"""The real thing: `bentoml serve` in its own process, on the tiny model."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "bentoml", "serve", "serving.service:Genscan", "--host", "127.0.0.1", "--port"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(tmp_path: Path, **variables: object) -> dict[str, str]:
    ours = {f"GENSCAN_{name.upper()}": str(value) for name, value in variables.items()}
    home = {"BENTOML_HOME": str(tmp_path / "bentoml"), "BENTOML_DO_NOT_TRACK": "True", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **home, **ours}


@pytest.fixture
def service(tmp_path: Path, tiny_bundle_dir: Path, tiny_index_dir: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = _free_port()
    log = (tmp_path / "journal").open("w+")
    process = subprocess.Popen(
        [*COMMAND, str(port)],
        cwd=ROOT,
        env=_environment(tmp_path, bundle=tiny_bundle_dir, index=tiny_index_dir, var=tmp_path / "var", threads=1),
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(base, process)
        yield base, process
    except BaseException:
        log.seek(0)
        sys.stderr.write(log.read())
        raise
    finally:
        if process.poll() is None:
            process.kill()
        log.close()


def _wait_ready(base: str, process: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        assert process.poll() is None, "the service stopped"
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("not ready in time")


def test_the_service_answers_and_stops_cleanly(service: tuple[str, subprocess.Popen[str]]) -> None:
    base, process = service
    with httpx.Client(base_url=base) as client:
        assert client.get("/livez").status_code == 200
        page = client.get("/")
        assert page.status_code == 200
        assert page.headers["content-security-policy"].startswith("default-src 'self'")
        fiche = {"id": "a", "type": "offre", "intitule": "Data scientist"}
        answers = client.post("/classify", json={"fiches": [fiche, {}]}).json()["resultats"]
        assert answers[0]["poste"]["id"] == "data-scientist"
        assert answers[1]["erreur"]["code"] == "fiche_invalide"
        assert client.post("/search", json={"texte": "web"}).status_code == 200
        # Unknown addresses are ours too, not BentoML's.
        assert client.get("/rien").json()["erreur"]["code"] == "adresse_inconnue"
        metrics = client.get("/metrics").text
        assert 'bentoml_service_request_total{endpoint="/classify",http_response_code="200"' in metrics
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_what_cannot_be_served_stops_with_one_line(tmp_path: Path) -> None:
    result = subprocess.run(
        [*COMMAND, str(_free_port())],
        cwd=ROOT,
        env=_environment(tmp_path, bundle=tmp_path / "absent", var=tmp_path / "var"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert f"genscan : {tmp_path}/absent : aucun modèle ici" in result.stderr
    assert "Traceback" not in result.stderr

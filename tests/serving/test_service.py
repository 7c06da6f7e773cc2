"""The real thing: `bentoml serve` in its own process, on the tiny model."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving.running import COMMAND, ROOT, environment, free_port, running


@pytest.fixture
def service(tmp_path: Path, tiny_bundle_dir: Path, tiny_index_dir: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with running(tmp_path, bundle=tiny_bundle_dir, index=tiny_index_dir) as started:
        yield started


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
        assert 'genscan_requetes_secondes_count{adresse="/classify",methode="POST",statut="200"} 1.0' in metrics
        assert (
            'genscan_requetes_secondes_bucket{adresse="/search",le="120.0",methode="POST",statut="200"} 1.0' in metrics
        )
        # Addresses that do not exist share one name: whoever tries them makes nothing grow.
        assert 'genscan_requetes_secondes_count{adresse="autre",methode="GET",statut="404"} 1.0' in metrics
        assert 'genscan_fiches_refusees_total{code="fiche_invalide"} 1.0' in metrics
        _converse(base)
        _send_all_then_read(client)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_request_that_has_begun_is_answered_before_the_service_stops(
    tmp_path: Path, tiny_bundle_dir: Path, tiny_index_dir: Path, workers: int
) -> None:
    body = json.dumps({"fiches": [{"id": "a", "type": "offre", "intitule": "Data scientist"}]}).encode()
    with running(tmp_path, bundle=tiny_bundle_dir, index=tiny_index_dir, workers=workers) as (base, process):
        host, _, port = base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            head = b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(head % len(body) + body[:10])
            # An answer on another connection: by then the first is being read.
            assert httpx.get(f"{base}/versions").status_code == 200
            process.send_signal(signal.SIGTERM)
            time.sleep(1)
            connection.sendall(body[10:])
            received = b""
            while piece := connection.recv(65_536):
                received += piece
        assert received.startswith(b"HTTP/1.1 200"), received
        assert b'"poste":{"id":"data-scientist"' in received
        assert process.wait(30) == 0
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{base}/livez")


def _converse(base: str) -> None:
    """Send a line, read its answer, and only then send the next."""
    host, _, port = base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
            b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        received = b""
        for rank in range(3):
            line = json.dumps({"id": f"ligne{rank}", "type": "offre", "intitule": "Data scientist"}).encode() + b"\n"
            connection.sendall(b"%x\r\n%s\r\n" % (len(line), line))
            while b'{"id":"ligne%d"' % rank not in received:
                piece = connection.recv(65_536)
                assert piece, received
                received += piece
        connection.sendall(b"0\r\n\r\n")
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(65_536)
        assert received.startswith(b"HTTP/1.1 100")


def _send_all_then_read(client: httpx.Client) -> None:
    """Send a night's file as most clients do: they read nothing of the answer, many megabytes, before the end."""
    count = 20_000
    lines = (b'{"id": %d, "type": "offre", "intitule": "Data scientist"}\n' % rank for rank in range(count))
    body = (b"".join(next(lines) for _ in range(500)) for _ in range(count // 500))
    answer = client.post("/classify", content=body, headers={"content-type": "application/x-ndjson"}, timeout=60)
    assert len(answer.content) > 10_000_000
    answers = answer.content.splitlines()
    assert [json.loads(line)["id"] for line in answers[:: count // 10]] == [
        str(i) for i in range(0, count, count // 10)
    ]
    assert len(answers) == count
    assert len({line.partition(b",")[2] for line in answers}) == 1


def test_measures_are_those_of_all_workers(tmp_path: Path, tiny_bundle_dir: Path, tiny_index_dir: Path) -> None:
    titles = ["Data scientist", "Data scientist", "Boulanger"]
    fiches = [{"id": str(i), "type": "offre", "intitule": title} for i, title in enumerate(titles)]
    with running(tmp_path, bundle=tiny_bundle_dir, index=tiny_index_dir, workers=2) as (base, process):
        for _ in range(20):
            # Each on a connection of its own, so that both workers have some.
            assert httpx.post(f"{base}/classify", json={"fiches": fiches}).status_code == 200
        metrics = httpx.get(f"{base}/metrics").text
        versions = httpx.get(f"{base}/versions").json()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    def value(name: str) -> float:
        found = re.findall(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
        assert len(found) == 1, name
        return float(found[0])

    data = "data-intelligence-artificielle-iot"
    assert value(f'genscan_fiches_total{{famille="{data}",niveau="poste"}}') == 40
    assert value('genscan_fiches_total{famille="",niveau="aucun"}') == value("genscan_hors_cartographie_total") == 20
    assert value("genscan_abstentions_total") == 0
    # Each worker made the three answers once, two of them together, and remembered them.
    assert value("genscan_cache_misses_total") in (3, 6)
    assert value("genscan_cache_hits_total") == 60 - value("genscan_cache_misses_total")
    told = {label: versions[label] for label in ("cartographie", "modele", "rome")} | {
        "index": versions["index"]["version"]
    }
    labels = ",".join(f'{label}="{told[label]}"' for label in sorted(told))
    assert value(f"genscan_versions{{{labels}}}") == 1
    assert "pid=" not in "".join(line for line in metrics.splitlines() if line.startswith("genscan"))


def test_what_cannot_be_served_stops_with_one_line(tmp_path: Path) -> None:
    result = subprocess.run(
        [*COMMAND, str(free_port())],
        cwd=ROOT,
        env=environment(tmp_path, bundle=tmp_path / "absent", var=tmp_path / "var"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert f"genscan : {tmp_path}/absent : aucun modèle ici" in result.stderr
    assert "Traceback" not in result.stderr

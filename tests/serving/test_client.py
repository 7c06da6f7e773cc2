from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pydantic import SecretStr

from cartography.fiche import Fiche
from serving.api import create_app
from serving.client import STREAMED, Client, ClientError, Patience
from serving.engine import Engine
from serving.settings import Settings
from tests import tiny
from tests.serving.listening import Troubled, listening

OFFER = {"id": "a", "type": "offre", "intitule": "Data scientist"}


@pytest.fixture(scope="module")
def service(
    settings: Settings, tiny_index_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Troubled]]:
    work = tmp_path_factory.mktemp("service")
    own = settings.model_copy(
        update={
            "index": Path(shutil.copytree(tiny_index_dir, work / "index")),
            "var": work / "var",
            "max_fiches": 7,
            "max_stream_fiches": 40,
        }
    )
    engine = Engine.load(own)
    app = Troubled(create_app(lambda: engine, own))
    with listening(app) as base:
        yield base, app


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(service: tuple[str, Troubled], waits: list[float]) -> Client:
    base, app = service
    app.seen.clear()
    app.busy, app.cut = 0, None
    return Client(base, timeout=20, patience=Patience(3, sleep=waits.append))


def _offers(count: int) -> list[dict[str, Any]]:
    return [OFFER | {"id": str(rank)} for rank in range(count)]


def test_batches_are_cut_by_the_limit_that_the_contract_tells(client: Client, service: tuple[str, Troubled]) -> None:
    answers = client.classify([*_offers(15), {"id": "mauvaise"}, tiny.OFFRES[0]], top_k=2, preuves=False)
    assert [answer["id"] for answer in answers] == [*map(str, range(15)), "mauvaise", "o1"]
    assert answers[0]["poste"]["id"] == "data-scientist"
    assert len(answers[0]["candidats"]) == 2
    assert answers[0]["preuves"] == []
    assert answers[15]["erreur"]["code"]
    assert service[1].seen == ["/openapi.json", *["/classify"] * 3]
    assert client.classify([]) == []


def test_a_stream_is_answered_while_it_is_read(client: Client) -> None:
    read: list[int] = []

    def source() -> Iterator[dict[str, Any]]:
        for rank, offer in enumerate(_offers(3)):
            read.append(rank)
            if rank:
                # Nothing more is sent before the answer to the one before was seen.
                assert seen.wait(20)
                seen.clear()
            yield offer

    seen = Event()
    ids = []
    for answer in client.classify_stream(source()):
        ids.append(answer["id"])
        seen.set()
    assert ids == ["0", "1", "2"]
    assert read == [0, 1, 2]


def test_a_stream_longer_than_the_service_reads_goes_on_in_other_requests(
    client: Client, service: tuple[str, Troubled]
) -> None:
    answers = list(client.classify_stream([*_offers(99), {"id": "mauvaise"}], top_k=1))
    assert [answer["id"] for answer in answers] == [*map(str, range(99)), "mauvaise"]
    assert answers[-1]["erreur"]["position"] == 100
    assert service[1].seen == ["/classify"] * 3
    assert list(client.classify_stream([])) == []


def test_a_stream_that_breaks_is_taken_up_where_it_was(
    client: Client, service: tuple[str, Troubled], waits: list[float]
) -> None:
    def slowly() -> Iterator[dict[str, Any]]:
        for offer in _offers(30):
            time.sleep(0.01)
            yield offer

    service[1].cut = 2
    assert [answer["id"] for answer in client.classify_stream(slowly())] == [*map(str, range(30))]
    assert service[1].seen == ["/classify"] * 2
    assert len(waits) == 1


@pytest.mark.parametrize("raised", [KeyError, SystemExit])
def test_what_the_source_raises_comes_after_the_answers_so_far(client: Client, raised: type[BaseException]) -> None:
    def source() -> Iterator[dict[str, Any]]:
        yield OFFER
        raise raised("source")

    stream = client.classify_stream(source())
    assert next(stream)["id"] == "a"
    with pytest.raises(raised):
        next(stream)


def test_a_stream_can_be_left_in_the_middle(client: Client) -> None:
    stream = client.classify_stream(iter(_offers(STREAMED)))
    assert next(stream)["id"] == "0"
    stream.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("refused", [0, 2])
def test_a_stream_never_waits_for_its_source_to_end(
    client: Client, service: tuple[str, Troubled], waits: list[float], refused: int
) -> None:
    service[1].busy = refused
    never, ended = Event(), Event()

    def waiting() -> Iterator[dict[str, Any]]:
        yield OFFER
        never.wait(60)
        ended.set()

    stream = client.classify_stream(waiting())
    assert next(stream)["id"] == "a"
    stream.close()  # type: ignore[attr-defined]
    assert len(waits) == refused
    assert not ended.is_set()
    never.set()


def test_a_batch_too_big_for_one_request_is_halved(client: Client, service: tuple[str, Troubled]) -> None:
    # The tests' service takes 200 000 bytes.
    long = [offer | {"description": "python " * 9_000} for offer in _offers(7)]
    assert [answer["id"] for answer in client.classify(long)] == [*map(str, range(7))]
    assert service[1].seen == ["/openapi.json", *["/classify"] * 5]
    with pytest.raises(ClientError) as caught:
        client.classify([OFFER | {"description": "python " * 40_000}])
    assert (caught.value.status, caught.value.code) == (413, "corps_trop_gros")


def test_search_and_the_rest(client: Client) -> None:
    assert client.search("data", k=2, type="offre", facettes=["famille"])["resultats"][0]["id"] == "o2"
    assert client.similar(fiche=tiny.OFFRES[0], cible="formation")["resultats"][0]["id"] == "f1"
    assert client.similar(id="f1", type="formation", k=1)["resultats"]
    assert client.suggest("développ", 3)[0]["texte"]
    assert client.cartographie()["familles"]
    assert client.cartographie(q="Data scientist")["noeuds"][0]["id"] == "data-scientist"


def test_the_index_is_written_in_as_many_requests_as_it_takes(client: Client) -> None:
    fiches = [Fiche(f"n{rank}", "offre", "Administrateur de pare-feu") for rank in range(9)]
    change = client.upsert([*fiches, {"id": "mauvaise"}])
    assert (change["nouvelles"], len(change["erreurs"])) == (9, 1)
    assert change["versions"]["index"]
    assert client.search("pare-feu", k=1)["resultats"][0]["id"].startswith("n")
    assert client.delete(("offre", f"n{rank}") for rank in range(9))["retirees"] == 9


def test_an_error_says_all_that_the_service_does(client: Client, waits: list[float]) -> None:
    with pytest.raises(ClientError) as caught:
        client.search("web", k=1000)
    error = caught.value
    assert (error.status, error.code, error.champ, error.id) == (422, "requete_invalide", "k", None)
    assert "50" in error.message
    with pytest.raises(ClientError) as caught:
        client.similar(fiche={"id": "x", "type": "offre", "intitule": ""})
    assert (caught.value.champ, caught.value.id) == ("fiche.intitule", "x")
    with pytest.raises(ClientError) as caught:
        list(client.classify_stream([OFFER], top_k=1000))
    assert (caught.value.status, caught.value.champ) == (422, "top_k")
    assert waits == []


@pytest.mark.parametrize("streamed", [False, True])
def test_a_busy_service_is_waited_for_as_long_as_it_asks(
    client: Client, service: tuple[str, Troubled], waits: list[float], streamed: bool
) -> None:
    service[1].busy = 2
    answers = list(client.classify_stream([OFFER])) if streamed else client.classify([OFFER])
    assert [answer["id"] for answer in answers] == ["a"]
    assert len(waits) == 2
    assert min(waits) >= 7
    service[1].busy = 4
    with pytest.raises(ClientError) as caught:
        client.suggest("web")
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (503, "occupe", 7)
    assert service[1].busy == 0


@pytest.mark.parametrize("streamed", [False, True])
def test_nobody_there_is_tried_later_and_later(waits: list[float], streamed: bool) -> None:
    absent = Client("http://127.0.0.1:9", patience=Patience(4, first_s=1, most_s=3, sleep=waits.append))
    with pytest.raises(ClientError) as caught:
        list(absent.classify_stream([OFFER])) if streamed else absent.suggest("web")
    assert (caught.value.status, caught.value.code) == (0, "service_injoignable")
    assert [low <= wait <= 2 * low for wait, low in zip(waits, (0.5, 1, 1.5, 1.5), strict=True)] == [True] * 4


def test_a_key_is_sent_and_never_shown(settings: Settings, engine: Engine) -> None:
    closed = settings.model_copy(update={"api_keys": SecretStr("sesame")})
    with listening(create_app(lambda: engine, closed)) as base:
        with pytest.raises(ClientError) as caught:
            Client(base).delete([("offre", "absente")])
        assert caught.value.status == 401
        keyed = Client(f"{base}/", api_key="sesame")
        assert keyed.delete([("offre", "absente")])["retirees"] == 0
        assert "sesame" not in repr(vars(keyed))


@pytest.mark.parametrize("address", ["127.0.0.1:3000", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Client(address)


def test_records_are_any_json(client: Client) -> None:
    lone = json.loads('{"id": "s", "type": "offre", "intitule": "a\\ud800"}')
    assert client.classify([lone])[0]["erreur"]["code"]
    with pytest.raises(ValueError, match="JSON"):
        client.classify([OFFER | {"duree": float("nan")}])

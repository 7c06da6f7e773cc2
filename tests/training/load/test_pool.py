from __future__ import annotations

import json

from training.load.pool import Pool, Write, fate_of, fiche_of, look_up, state_in
from training.load.request import upsert


def test_writes_go_over_the_same_records_and_are_acknowledged_whole() -> None:
    pool = Pool(20, 5, seed=3)
    for _ in range(40):
        write = pool.next()
        assert len(write.states) == 5
        pool.acknowledge()
    assert any(state is None for state in pool.held.values())
    assert any(state is not None for state in pool.held.values())
    assert pool.judge(dict(pool.held)) == ([], None)


def test_an_older_revision_a_lost_record_and_one_that_came_back_are_losses() -> None:
    pool = Pool(4, 2)
    pool.held = {0: 3, 1: 3, 2: None, 3: 1}
    assert pool.judge({0: 2, 1: None, 2: 1, 3: 1}).lost == [0, 1, 2]
    assert pool.held == {0: 2, 1: None, 2: 1, 3: 1}


def test_the_write_in_flight_is_whole_or_absent() -> None:
    before = {0: 1, 1: None, 2: None}
    assert fate_of(before, {0: 2, 1: 2}, {0: 2, 1: 2, 2: None}) == "ecrit"
    assert fate_of(before, {0: 2, 1: 2}, before) == "absent"
    assert fate_of(before, {0: 2, 1: 2}, {0: 1, 1: 2, 2: None}) == "dechire"
    assert fate_of(before, {1: None, 2: None}, before) == "indiscernable"
    pool = Pool(3, 2)
    pool.held = dict(before)
    pool.pending = Write({0: 2, 1: 2}, upsert([fiche_of(0, 2), fiche_of(1, 2)]))
    assert pool.judge({0: 2, 1: 2, 2: None}) == ([], "ecrit")


def test_a_record_is_read_back_by_its_revision() -> None:
    body = json.dumps({"resultats": [{"fiche": fiche_of(7, 12)}]}).encode()
    assert state_in(body) == 12
    assert state_in(b'{"resultats": []}') is None
    assert b'"organisme":"Charge7"' in look_up(7).data

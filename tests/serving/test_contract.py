"""The contract holds whatever is sent: requests are made from it, well and ill formed, and answers held to it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.api import create_app
from serving.engine import Engine
from serving.settings import Settings

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="session")
def contract(
    tiny_bundle_dir: Path, tiny_index_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> schemathesis.BaseSchema:
    """The contract of an application on an index of its own: what is generated also writes."""
    work = tmp_path_factory.mktemp("contrat")
    index = Path(shutil.copytree(tiny_index_dir, work / "index"))
    own = Settings(bundle=tiny_bundle_dir, index=index, var=work / "var", threads=1, max_fiches=20)
    engine = Engine.load(own)
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(lambda: engine, own))


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_is_one_that_the_contract_tells(contract: schemathesis.BaseSchema, mode: GenerationMode) -> None:
    asked = []
    for found in contract.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        asked.append(operation.label)
        if mode is GenerationMode.NEGATIVE and not [*operation.body, *operation.query]:
            # Nothing of it can be ill formed.
            continue

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def hold(case: Any) -> None:
            case.call_and_validate(checks=CHECKS)

        hold()
    assert len(asked) == sum(map(len, contract.raw_schema["paths"].values()))

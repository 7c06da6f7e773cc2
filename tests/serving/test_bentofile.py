"""`bentofile.yaml`: what a bento holds is what the service needs, at the versions that were tested."""

from __future__ import annotations

import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from bentoml._internal.bento.build_config import BentoBuildConfig, BentoPathSpec
from bentoml._internal.container.generate import generate_containerfile
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from models.layout import LAYOUT
from serving.index import SAMPLE_FILES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bentofile() -> BentoBuildConfig:
    return BentoBuildConfig.from_file(str(ROOT / "bentofile.yaml"))


@pytest.fixture(scope="module")
def spec(bentofile: BentoBuildConfig) -> BentoPathSpec:
    return BentoPathSpec(bentofile.include, bentofile.exclude, str(ROOT))


def _pins(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def test_bentoml_reads_it(bentofile: BentoBuildConfig) -> None:
    assert bentofile.service == "serving.service:Genscan"
    assert bentofile.python.lock_packages is False


def test_it_takes_all_that_answers(spec: BentoPathSpec) -> None:
    rooms = ("cartography", "models", "serving")
    files = [f for room in rooms for f in (ROOT / room).rglob("*") if f.is_file() and f.suffix != ".pyc"]
    assert {"gen-2023-01.json", "rome-gen.tsv", "index.html"} <= {f.name for f in files}
    assert set(SAMPLE_FILES) <= set(files)
    left_out = [f for f in files if not spec.includes(f.relative_to(ROOT).as_posix())]
    assert left_out == []
    assert all(spec.includes(f"models/default/{name}") for name in LAYOUT)


@pytest.mark.parametrize(
    "path",
    [
        "training/run.py", "tests/models/test_head.py", "tests/serving/conftest.py", "notebooks/essai.ipynb",
        "var/index-exemple/CURRENT", ".venv/lib/models/x.py", "models/__pycache__/head.cpython-311.pyc", "mlflow.db",
    ],
)  # fmt: skip
def test_it_leaves_the_rest(spec: BentoPathSpec, path: str) -> None:
    assert not spec.includes(path)


def test_its_container_runs_as_a_user_without_rights_and_lets_nobody_write_without_a_key(
    bentofile: BentoBuildConfig, tmp_path: Path
) -> None:
    options = bentofile.docker.with_defaults()
    containerfile = generate_containerfile(options, str(ROOT), conda=bentofile.conda.with_defaults(), bento_fs=tmp_path)
    users = [line.split()[1] for line in containerfile.splitlines() if line.startswith("USER ")]
    assert users[-1] not in ("root", "0")
    assert {entry.name: entry.value for entry in bentofile.envs}["GENSCAN_HOST"] == "0.0.0.0"


def test_requirements_are_the_constraints_own_versions(bentofile: BentoBuildConfig) -> None:
    pins = _pins(ROOT / bentofile.python.requirements_txt)
    constraints = _pins(ROOT / "constraints.txt")
    assert {name: constraints.get(name) for name in pins} == pins


def test_requirements_are_the_closure_of_the_serving_dependencies(bentofile: BentoBuildConfig) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = _pins(ROOT / bentofile.python.requirements_txt)
    asked = [Requirement(line) for line in project["dependencies"]]
    assert _closure(asked) <= set(pins)
    assert "torch" not in pins
    assert all(r.specifier.contains(pins[canonicalize_name(r.name)]) for r in asked)


def _closure(asked: list[Requirement]) -> set[str]:
    """Return the names of all packages that requirements bring in, as installed here."""
    queue, seen = list(asked), set()
    while queue:
        requirement = queue.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key not in seen:
            seen.add(key)
            queue += _dependencies(requirement)
    return {name for name, _ in seen}


def _dependencies(requirement: Requirement) -> list[Requirement]:
    """Return what a package asks for on this platform, given the extras asked of it."""
    found = map(Requirement, requires(requirement.name) or ())
    extras = requirement.extras or {""}
    return [r for r in found if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in extras)]

"""The README's console examples are run as written."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from serving.cli.main import cli

ROOT = Path(__file__).parents[1]
COMMANDS = re.findall(r"^\$ genscan (.+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_there_are_examples() -> None:
    assert len(COMMANDS) >= 6


def test_every_console_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "serving").symlink_to(ROOT / "serving")
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        result = CliRunner().invoke(cli, shlex.split(command))
        assert result.exit_code == 0, f"{command}: {result.output}"
        assert result.output.strip(), command

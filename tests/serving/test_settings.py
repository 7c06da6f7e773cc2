"""GENSCAN_* variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.bundle import DEFAULT_BUNDLE
from serving.model import choose_bundle
from serving.settings import SettingsInvalid, load_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUNDLE", "INDEX", "VAR", "PORT", "WORKERS"):
        monkeypatch.delenv(f"GENSCAN_{name}", raising=False)


def test_defaults() -> None:
    settings = load_settings()
    assert choose_bundle(settings) == DEFAULT_BUNDLE
    assert settings.index is None
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.max_body_bytes == 16 * 1024 * 1024


def test_variables_are_read_and_empty_ones_are_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENSCAN_PORT", "8080")
    monkeypatch.setenv("GENSCAN_INDEX", "")
    monkeypatch.setenv("GENSCAN_VAR", "/tmp/x")
    settings = load_settings()
    assert (settings.port, settings.index, settings.var) == (8080, None, Path("/tmp/x"))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GENSCAN_PORT", "abc", "un entier est attendu"),
        ("GENSCAN_PORT", "0", "au moins 1"),
        ("GENSCAN_WORKERS", "100000", "au plus 256"),
    ],
)
def test_a_bad_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert name in caught.value.message
    assert said in caught.value.message

"""The notebooks run from their first cell to their last, on the project's own corpus, with a tiny base encoder."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.training.conftest import tiny_base_dir  # noqa: F401  a fixture

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_base_dir: Path,  # noqa: F811
) -> None:
    monkeypatch.setenv("GENSCAN_DATA", str(tmp_path / "vide"))
    monkeypatch.setenv("GENSCAN_BASE", str(tiny_base_dir))
    monkeypatch.setenv("GENSCAN_MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in shown), "no picture"


def test_notebooks_hold_no_logic() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        assert not any(line.startswith(("def ", "class ")) for source in code for line in source.splitlines())
        assert max(len(source.splitlines()) for source in code) <= 25

from pathlib import Path

import pytest

from models.search.generations import CURRENT, current, new_generation


def _build(directory: Path, content: str) -> None:
    with new_generation(directory) as folder:
        (folder / "f").write_text(content)


def _read(directory: Path) -> str:
    folder = current(directory)
    assert folder is not None
    return (folder / "f").read_text()


def test_nothing_there_is_none(tmp_path: Path) -> None:
    assert current(tmp_path) is None
    assert current(tmp_path / "absent") is None


def test_the_newest_whole_generation_is_current_and_one_older_stays(tmp_path: Path) -> None:
    for content in "abc":
        _build(tmp_path, content)
    assert _read(tmp_path) == "c"
    assert len(list((tmp_path / "generations").iterdir())) == 2


def test_a_failed_build_changes_nothing(tmp_path: Path) -> None:
    _build(tmp_path, "a")

    def fail() -> None:
        with new_generation(tmp_path) as folder:
            (folder / "f").write_text("b")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _read(tmp_path) == "a"
    assert len(list((tmp_path / "generations").iterdir())) == 1


def test_a_reader_that_opened_before_the_swap_keeps_its_files(tmp_path: Path) -> None:
    _build(tmp_path, "a")
    before = current(tmp_path)
    assert before is not None
    _build(tmp_path, "b")
    assert (before / "f").read_text() == "a"


def test_killed_before_the_rename_the_old_one_is_current(tmp_path: Path) -> None:
    _build(tmp_path, "a")
    # What a kill leaves: a folder without its final name, or with it but not yet named by CURRENT.
    (tmp_path / "generations" / ".unfinished-000002-x").mkdir()
    (tmp_path / "generations" / "000002-y").mkdir()
    assert _read(tmp_path) == "a"
    _build(tmp_path, "b")
    assert _read(tmp_path) == "b"


def test_a_current_that_names_nothing_is_none(tmp_path: Path) -> None:
    (tmp_path / CURRENT).write_text("disparu\n")
    assert current(tmp_path) is None


def test_what_a_killed_build_left_goes_and_a_running_one_stays(tmp_path: Path) -> None:
    dead = tmp_path / "generations" / ".unfinished-000001-mort"
    dead.mkdir(parents=True)
    (dead / ".verrou").write_text("")
    (dead / "vectors").write_text("x")
    with new_generation(tmp_path) as running:
        (running / "f").write_text("a")
        _build(tmp_path, "b")
        assert not dead.exists()
        assert (running / "f").read_text() == "a"
    assert _read(tmp_path) == "a"
    assert not list(tmp_path.glob("generations/*/.verrou"))

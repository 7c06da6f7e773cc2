from pathlib import Path

import pytest

from cartography.files import atomic_writer, write_atomic


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_atomic(path, b"ancien")

    def half_way() -> None:
        with atomic_writer(path) as stream:
            stream.write(b"nouv")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    assert path.read_bytes() == b"ancien"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


def test_the_file_is_readable_by_others_as_open_would_make_it(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_atomic(tmp_path / "atomic", b"")
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode

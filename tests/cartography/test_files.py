import os
from pathlib import Path

import pytest

from cartography.errors import OutputImpossible
from cartography.files import atomic_writer, write_atomic, writing


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


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "vrai").write_bytes(b"ancien")
    (tmp_path / "lien").symlink_to("vrai")
    write_atomic(tmp_path / "lien", b"nouveau")
    assert (tmp_path / "lien").is_symlink()
    assert (tmp_path / "vrai").read_bytes() == b"nouveau"


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube")
    with pytest.raises(OSError, match="fichier ordinaire"):
        write_atomic(tmp_path / "tube", b"x")
    assert (tmp_path / "tube").is_fifo()


def test_what_the_system_refuses_names_the_output(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(OutputImpossible, match=r"f/g : écriture impossible \("), writing(tmp_path / "f" / "g"):
        write_atomic(tmp_path / "f" / "g", b"x")

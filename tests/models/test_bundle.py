import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from cartography.loading import load_version
from models.bundle import load_bundle, read_manifest
from models.errors import BundleError
from models.layout import LAYOUT, REQUIRED, entry_of, fingerprint, version_of
from tests import tiny


@pytest.fixture
def copy(tiny_bundle_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle_dir, tmp_path / "copie"))


def _reason(directory: Path) -> BundleError:
    with pytest.raises(BundleError) as caught:
        load_bundle(directory, load_version())
    return caught.value


def test_a_whole_bundle_loads(tiny_bundle_dir: Path) -> None:
    bundle = load_bundle(tiny_bundle_dir, load_version())
    assert bundle.head.weight.shape == (108, tiny.DIMENSION)
    assert bundle.references.vectors.shape == (len(bundle.references.texts), tiny.DIMENSION)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    error = _reason(copy)
    assert error.code == "modele_incomplet"
    assert name in error.message


@pytest.mark.parametrize("name", REQUIRED)
def test_an_altered_file_is_named(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    error = _reason(copy)
    assert error.code == "modele_altere"
    assert name in error.message


def _edit(directory: Path, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]
    path = directory / LAYOUT.manifest
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_an_edited_version_is_refused(copy: Path) -> None:
    _edit(copy, lambda m: m.update(version="minuscule-000000000000"))
    assert _reason(copy).code == "modele_altere"


def test_another_format_is_refused(copy: Path) -> None:
    _edit(copy, lambda m: m.update(format=99))
    assert _reason(copy).code == "modele_autre_format"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\x80\x04K\x01."])
def test_a_broken_manifest_is_refused(copy: Path, content: bytes) -> None:
    (copy / LAYOUT.manifest).write_bytes(content)
    assert _reason(copy).code == "modele_incoherent"


@pytest.mark.parametrize("words", [["seul"], "mot", [["a"]], {}])
def test_words_that_fit_no_weights_are_refused(copy: Path, words: object) -> None:
    (copy / LAYOUT.wide_words).write_text(json.dumps(words), encoding="utf-8")
    _sealed(copy)
    error = _reason(copy)
    assert error.code == "modele_incoherent"
    assert "mots" in error.message


def test_weights_of_another_number_of_classes_are_refused(copy: Path) -> None:
    stored = load_file(copy / LAYOUT.wide)
    save_file(stored | {"bias": stored["bias"][:-1].copy()}, copy / LAYOUT.wide)
    _sealed(copy)
    assert _reason(copy).code == "modele_incoherent"


def _sealed(directory: Path) -> None:
    """Write the manifest that an altered bundle would have had, had it been made so."""
    files = {name: entry_of(directory / name) for name in REQUIRED}

    def reseal(manifest: dict[str, object]) -> None:
        manifest["files"] = {name: entry.model_dump() for name, entry in files.items()}
        manifest["version"] = version_of(str(manifest["name"]), files)

    _edit(directory, reseal)


def test_an_empty_folder_is_no_bundle(tmp_path: Path) -> None:
    assert _reason(tmp_path).code == "modele_absent"


def test_a_bundle_for_another_cartographie_is_refused(tiny_bundle_dir: Path) -> None:
    tree = load_version()
    fewer = dataclasses.replace(tree, familles=tree.familles[:-1])
    with pytest.raises(BundleError) as caught:
        load_bundle(tiny_bundle_dir, fewer)
    assert caught.value.code == "modele_autre_cartographie"
    assert "make train" in caught.value.message


def test_the_fingerprint_follows_the_tree_and_not_its_words() -> None:
    tree = load_version()
    reworded = dataclasses.replace(tree, libelle="autre")
    assert fingerprint(reworded) == fingerprint(tree)
    assert fingerprint(dataclasses.replace(tree, version="x")) != fingerprint(tree)


def test_the_same_content_has_the_same_version_and_replaces_the_old(tmp_path: Path) -> None:
    first = tiny.build_bundle(tmp_path / "b")
    (tmp_path / "b" / "reste").write_text("d'une autre fois")
    second = tiny.build_bundle(tmp_path / "b")
    assert first.version == second.version
    assert not (tmp_path / "b" / "reste").exists()
    assert read_manifest(tmp_path / "b") == second
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_nothing_in_a_bundle_is_pickled(tiny_bundle_dir: Path) -> None:
    assert {p.suffix for p in tiny_bundle_dir.iterdir()} == {".json", ".onnx", ".safetensors", ".md"}

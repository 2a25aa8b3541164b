"""An image's layers are laid over each other, what a layer takes away is gone, and nothing outside is touched."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from provider import image_files
from provider.repository import Repository
from provider.step import RefusedError
from tests.unit.toolchain.registry_site import digest_of, registry_site

Layer = Mapping[str, bytes | str]
"""Files by path: bytes are the content, a text is where a link leads."""


def archive(layer: Layer) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, content in layer.items():
            entry = tarfile.TarInfo(name)
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                tar.addfile(entry)
            else:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def unpacked(tmp_path: Path, *layers: bytes) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    with registry_site() as site:
        site.held("app").blobs |= {digest_of(layer): layer for layer in layers}
        repository = Repository.at(site.address, "app", insecure=True)
        image_files.unpack(repository, {"layers": [{"digest": digest_of(layer)} for layer in layers]}, root, tmp_path)
    return root


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_later_layer_changes_adds_and_takes_away(tmp_path: Path):
    base = {"etc/kept": b"1", "etc/changed": b"1", "etc/gone": b"1", "opt/old/file": b"1"}
    above = {"etc/changed": b"2", "etc/.wh.gone": b"", "etc/new": b"2", "opt/.wh.old": b""}
    assert tree(unpacked(tmp_path, archive(base), archive(above))) == {
        "etc/kept": b"1",
        "etc/changed": b"2",
        "etc/new": b"2",
    }


def test_an_opaque_folder_holds_only_what_its_own_layer_has(tmp_path: Path):
    base = {"opt/one": b"1", "opt/two": b"1"}
    above = {"opt/.wh..wh..opq": b"", "opt/three": b"2"}
    assert tree(unpacked(tmp_path, archive(base), archive(above))) == {"opt/three": b"2"}


def test_nothing_outside_of_the_image_is_taken_away(tmp_path: Path):
    # given a link that leads out of the image, and a layer that takes something away behind it
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("kept")
    unpacked(tmp_path, archive({"var": str(outside)}), archive({"var/.wh.file": b""}))
    # then what is there stays
    assert (outside / "file").read_text() == "kept"


def test_a_layer_that_is_no_archive_is_named(tmp_path: Path):
    with pytest.raises(RefusedError, match=f"the layer {digest_of(b'nothing')} cannot be unpacked"):
        unpacked(tmp_path, b"nothing")

"""A base that is locked: a tag that moves changes no image until the lock does, with the real builder and registry."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pytest

from components.spec.base_lock import FILE
from tests.support.container import Image, Workshop, build, pulled
from tests.support.small_image import image_of
from tests.support.workbench import Workbench
from toolchain import oci, registry
from toolchain.distribution import Remote
from toolchain.home import Home


class Base:
    """A base in the registry of this machine, in a repository that no other test uses."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._repository = f"tests/{uuid.uuid4().hex}/base"
        self.reference = f"{registry.address()}/{self._repository}:1"

    def publish(self, content: str) -> Image:
        """Let the tag stand for an image with this content."""
        folder = self._work / uuid.uuid4().hex
        folder.mkdir()
        (folder / "Dockerfile").write_text("FROM scratch\nCOPY content /\n")
        (folder / "content").write_text(content)
        image = build(folder, self._repository, Workshop.opened(Home.from_environment()), self._work)
        remote = Remote(registry.address(), insecure=True)
        manifest = remote.manifest(self._repository, image.reference.partition("@")[2])
        assert manifest
        remote.put_manifest(self._repository, "1", manifest.data, oci.MANIFEST)
        return image


@pytest.fixture
def base(workbench: Workbench, tmp_path: Path) -> Base:
    """A base, and a checkout whose one image begins from it."""
    base, folder = Base(tmp_path), workbench.folder / "images"
    shutil.rmtree(folder)
    (folder / "python-api").mkdir(parents=True)
    (folder / "python-api" / "Dockerfile").write_text(f"FROM {base.reference}\nUSER 10001:10001\n")
    return base


def up(workbench: Workbench) -> Image:
    """The image that the stack runs once it is up."""
    done = workbench.slipway("up", "--stack", "dev")
    assert done.code == 0, done.text
    return pulled(image_of(workbench))


def test_a_tag_that_moves_changes_no_image_until_the_lock_is_refreshed(workbench: Workbench, base: Base) -> None:
    # given an image on a base that is locked
    first = base.publish("first")
    refreshed = workbench.slipway("bases", "refresh")
    assert refreshed.code == 0, refreshed.text
    made = up(workbench)
    assert made.layers[0] == first.layers[0]
    # when the tag moves, then the check says so, and another source is still built on what is locked
    second = base.publish("second")
    checked = workbench.slipway("bases", "check")
    assert checked.code == 1
    assert f"{base.reference}  stands for another image than the one locked" in checked.err
    dockerfile = workbench.folder / "images" / "python-api" / "Dockerfile"
    dockerfile.write_text(f"{dockerfile.read_text()}LABEL of=another\n")
    again = up(workbench)
    assert again.reference != made.reference
    assert again.layers[0] == first.layers[0]
    # when it is refreshed, then the image is built on the other one
    assert workbench.slipway("bases", "refresh").code == 0
    assert up(workbench).layers[0] == second.layers[0]
    # when the registry does not have what is locked, then nothing else is taken in its place
    lock = workbench.folder / FILE
    lock.write_text(lock.read_text().replace(second.reference.partition("@")[2], f"sha256:{'0' * 64}"))
    lost = workbench.slipway("up", "--stack", "dev")
    assert lost.code == 1
    assert "slipway bases refresh" in lost.err, lost.text
    workbench.slipway("destroy", "--stack", "dev", "--yes")

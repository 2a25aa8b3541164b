"""Images in a registry of this machine: they go with the last stack that uses them, and come again when lost."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.support.small_image import build_small, held, image_of
from tests.support.workbench import Workbench, copy_checkout
from toolchain.distribution import Remote


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Workbench, Workbench]:
    """Two checkouts with the same image, in a repository that no other test uses."""
    repository = f"tests/{uuid.uuid4().hex}"
    one, two = copy_checkout(tmp_path / "one"), copy_checkout(tmp_path / "two")
    for workbench in (one, two):
        build_small(workbench, repository=repository)
    return one, two


def test_an_image_goes_with_the_last_checkout_that_uses_it(pair: tuple[Workbench, Workbench]) -> None:
    # given the same image in two checkouts
    one, two = pair
    for workbench in pair:
        made = workbench.slipway("up", "--stack", "dev")
        assert made.code == 0, made.text
    reference = image_of(one)
    assert image_of(two) == reference
    # when one is destroyed, then the other still has its image
    first = one.slipway("destroy", "--stack", "dev", "--yes")
    assert first.code == 0, first.text
    assert "1 image kept" in first.out
    assert held(reference)
    # when the other is destroyed, too, then it is gone
    second = two.slipway("destroy", "--stack", "dev", "--yes")
    assert second.code == 0, second.text
    assert "1 image removed" in second.out
    assert not held(reference)
    # and comes again with the next `up`
    again = two.slipway("up", "--stack", "dev")
    assert again.code == 0, again.text
    assert held(reference)


def test_an_image_that_the_registry_lost_is_built_again(pair: tuple[Workbench, Workbench]) -> None:
    # given a stack whose image was taken away behind its back
    one, _ = pair
    assert one.slipway("up", "--stack", "dev").code == 0
    reference = image_of(one)
    host, _, rest = reference.partition("/")
    assert Remote(host, insecure=True).delete(*rest.split("@"))
    # when it is brought up
    again = one.slipway("up", "--stack", "dev")
    # then the image is there, under the same digest, and nothing else changed
    assert again.code == 0, again.text
    assert held(reference)
    assert "1 replaced" in again.out
    assert "changed" not in again.out.replace("unchanged", "")
    one.slipway("destroy", "--stack", "dev", "--yes")

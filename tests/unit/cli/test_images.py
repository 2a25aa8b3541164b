"""A destroyed stack takes its images out of a registry of this machine, and only its own."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from cli import images
from policies.values.image import ImageReference
from tests.unit.cli.conftest import Desk
from tests.unit.cli.pushed import DIGEST, Registry, answering_registry, deploy, image, write_state
from toolchain import claims
from toolchain.home import Home

OTHER = f"sha256:{'b' * 64}"


@pytest.fixture
def registry() -> Generator[Registry]:
    with answering_registry() as registry:
        yield registry


DELETED = f"DELETE /v2/slipway/python-api/manifests/{DIGEST}"


def test_the_images_of_the_state_are_deleted_by_digest(desk: Desk, registry: Registry) -> None:
    deploy(desk, registry, image(registry.address))
    said = desk.slipway("destroy")
    assert said.exit_code == 0, said.output
    assert registry.asked == [DELETED]
    assert f"1 image removed from {registry.address}" in said.stdout


def test_a_destroy_that_fails_deletes_nothing(desk: Desk, registry: Registry) -> None:
    deploy(desk, registry, image(registry.address))
    desk.answer("destroy", code=255)
    assert desk.slipway("destroy").exit_code == 1
    assert registry.asked == []


def test_a_registry_that_keeps_its_images_is_not_asked(desk: Desk, registry: Registry) -> None:
    deploy(desk, registry, image(registry.address), retainImages=True)
    assert desk.slipway("destroy").exit_code == 0
    assert registry.asked == []


def test_an_image_that_was_pushed_to_stay_stays(desk: Desk, registry: Registry) -> None:
    deploy(desk, registry, image(registry.address, retainOnDelete=True))
    assert desk.slipway("destroy").exit_code == 0
    assert registry.asked == []


@pytest.mark.parametrize("elsewhere", ["registry.example.com", "127.0.0.1:1"])
def test_an_image_in_another_registry_is_left_alone(desk: Desk, registry: Registry, elsewhere: str) -> None:
    deploy(desk, registry, image(elsewhere))
    assert desk.slipway("destroy").exit_code == 0
    assert registry.asked == []


def test_an_image_that_another_stack_names_is_kept_and_said(desk: Desk, registry: Registry) -> None:
    deploy(desk, registry, image(registry.address), image(registry.address, OTHER))
    write_state(desk.checkout, image(registry.address), stack="second")
    said = desk.slipway("destroy")
    assert registry.asked == [DELETED.replace(DIGEST, OTHER)]
    assert f"1 image kept in {registry.address}: another stack on this machine uses the same" in said.stdout


def test_nothing_goes_while_another_stack_is_brought_up(desk: Desk, registry: Registry) -> None:
    deploy(desk, registry, image(registry.address))
    with claims.pushing(f"{registry.address}/slipway/", Home(desk.home)):
        said = desk.slipway("destroy")
    assert registry.asked == []
    assert "1 image kept" in said.stdout
    assert "another stack is being brought up" in said.stdout


def test_a_manifest_that_is_gone_already_is_no_error_and_not_counted(desk: Desk, registry: Registry) -> None:
    registry.status = 404
    deploy(desk, registry, image(registry.address))
    said = desk.slipway("destroy")
    assert said.exit_code == 0
    assert "removed from" not in said.stdout


def test_a_registry_that_refuses_is_a_warning_with_its_mend(desk: Desk, registry: Registry) -> None:
    registry.status = 405
    deploy(desk, registry, image(registry.address))
    said = desk.slipway("destroy")
    assert said.exit_code == 0
    assert "warning: the stack is destroyed, but its images are still in the registry" in said.stderr
    assert "405" in said.stderr
    assert "mend:" in said.stderr


def test_up_claims_the_images_for_its_checkout(desk: Desk) -> None:
    assert desk.slipway("up").exit_code == 0
    [claim] = [json.loads(file.read_text()) for file in Home(desk.home).claims.glob("*.json")]
    assert (claim["state"], claim["stack"]) == (str(desk.checkout / ".state"), "dev")


def test_a_stack_with_a_registry_elsewhere_claims_nothing(desk: Desk) -> None:
    desk.slipway("up", "--stack", "staging")
    assert not Home(desk.home).claims.exists()


@pytest.mark.parametrize(
    "resource",
    [
        {"type": images.INDEX, "outputs": {"ref": f"127.0.0.1:5001/slipway/x:dev@{DIGEST}"}},
        {"type": images.IMAGE, "outputs": {"digest": DIGEST, "tags": ["127.0.0.1:5001/slipway/x:dev"]}},
    ],
    ids=["index", "image"],
)
def test_what_was_pushed_is_named_by_digest(resource: dict[str, Any]) -> None:
    assert images.pushed_by(resource) == [ImageReference("127.0.0.1:5001", "slipway/x", None, DIGEST)]


@pytest.mark.parametrize(
    "resource",
    [
        {"type": "kubernetes:core/v1:Service", "outputs": {"digest": DIGEST}},
        {"type": images.IMAGE, "outputs": {}},
        {"type": images.IMAGE, "outputs": {"digest": "", "tags": ["127.0.0.1:5001/slipway/x:dev"]}},
        {"type": images.INDEX, "outputs": {"ref": {"secret": "ciphertext"}}},
        {"type": images.IMAGE},
    ],
    ids=["another type", "no outputs", "no digest", "hidden", "unfinished"],
)
def test_a_resource_that_pushed_nothing_names_nothing(resource: dict[str, Any]) -> None:
    assert images.pushed_by(resource) == []
